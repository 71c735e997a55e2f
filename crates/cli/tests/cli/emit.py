"""Tells of one run, as a pipeline does, by whatever transport the environment names. Its argument is what the run wrote."""

import hashlib
import sys
from datetime import datetime, timezone

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import dataset_version_dataset, datasource_dataset, schema_dataset

with open(sys.argv[1], "rb") as file:
    digest = hashlib.sha256(file.read()).hexdigest()
columns = [schema_dataset.SchemaDatasetFacetFields("id", "int"), schema_dataset.SchemaDatasetFacetFields("text", "string")]
mails = InputDataset("lake", "mails", facets={
    "version": dataset_version_dataset.DatasetVersionDatasetFacet("3"),
    "schema": schema_dataset.SchemaDatasetFacet(columns),
    "dataSource": datasource_dataset.DatasourceDatasetFacet("lake", "postgres://ada:secret@db:5432/mails"),
})
model = OutputDataset("models", "model.bin", facets={"version": dataset_version_dataset.DatasetVersionDatasetFacet(digest)})
client = OpenLineageClient()
run = Run("0190a1b2-0000-7000-8000-000000000001")
for state in (RunState.START, RunState.COMPLETE):
    time = datetime.now(timezone.utc).isoformat()
    client.emit(RunEvent(eventType=state, eventTime=time, run=run, job=Job("ci", "train"), producer="https://example.org",
                         inputs=[mails], outputs=[model]))
client.close()
