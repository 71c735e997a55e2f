-- Where things come from: edges between files, data sets of other systems and runs, found from either end.
CREATE TABLE lineage (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    upstream TEXT,
    downstream TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX lineage_upstream ON lineage (upstream, id);
CREATE INDEX lineage_downstream ON lineage (downstream, id);

-- Versions are found by what they were made with and by their files. The document stands last, and so the table is made anew.
CREATE TABLE versions_anew (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    model_id TEXT,
    model_number TEXT,
    stage TEXT,
    model_stage TEXT,
    created_by TEXT,
    datasets TEXT,
    files TEXT,
    document BLOB NOT NULL
) STRICT;

INSERT INTO versions_anew
    (id, revision, projection_version, model_id, model_number, stage, model_stage, created_by, document)
SELECT id, revision, projection_version, model_id, model_number, stage, model_stage, created_by, document
FROM versions;

DROP TABLE versions;
ALTER TABLE versions_anew RENAME TO versions;

CREATE INDEX versions_model_id ON versions (model_id, id);
CREATE UNIQUE INDEX versions_model_number ON versions (model_number) WHERE model_number IS NOT NULL;
CREATE INDEX versions_stage ON versions (stage, id);
CREATE INDEX versions_model_stage ON versions (model_stage, id);
CREATE INDEX versions_created_by ON versions (created_by, id);
CREATE INDEX versions_datasets ON versions (datasets, id);
CREATE INDEX versions_files ON versions (files, id);

-- Data sets are found by their bytes.
CREATE TABLE datasets_anew (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    name TEXT,
    name_number TEXT,
    steward_id TEXT,
    sha256 TEXT,
    document BLOB NOT NULL
) STRICT;

INSERT INTO datasets_anew (id, revision, projection_version, name, name_number, steward_id, document)
SELECT id, revision, projection_version, name, name_number, steward_id, document
FROM datasets;

DROP TABLE datasets;
ALTER TABLE datasets_anew RENAME TO datasets;

CREATE INDEX datasets_name ON datasets (name, id);
CREATE UNIQUE INDEX datasets_name_number ON datasets (name_number) WHERE name_number IS NOT NULL;
CREATE INDEX datasets_steward_id ON datasets (steward_id, id);
CREATE INDEX datasets_sha256 ON datasets (sha256, id);
