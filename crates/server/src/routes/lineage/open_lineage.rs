//! `POST /api/v1/lineage/openlineage`: events of `OpenLineage`, as its clients send them by HTTP.
//!
//! A run stands between what it read and what it wrote. Inputs count from every event, outputs only from the one that says the
//! run is complete. Facets that are not read here are passed over, as the specification wants it.

use assent_domain::ids::Digest;
use assent_domain::lineage::{LineageSource, MAX_EDGES, NewEdge, Thing, without_login};
use assent_domain::{Code, Refusal};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::columns::named;
use super::{LineageTaken, take};
use crate::app::App;
use crate::http::Write;
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::Written;

/// An event of `OpenLineage`: of a run, of a job, or of a data set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OpenLineageEvent)]
pub(crate) struct EventBody {
    /// Where the run stands; absent in events that are about no run.
    event_type: Option<RunStateWord>,
    run: Option<RunBody>,
    job: Option<JobBody>,
    /// What was read.
    #[serde(default)]
    inputs: Vec<DataBody>,
    /// What was written.
    #[serde(default)]
    outputs: Vec<DataBody>,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = OpenLineageRunState)]
enum RunStateWord {
    /// It began.
    Start,
    /// It goes on.
    Running,
    /// It is done.
    Complete,
    /// It was stopped.
    Abort,
    /// It failed.
    Fail,
    /// Something else is told of it.
    Other,
}

/// A run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OpenLineageRun)]
struct RunBody {
    /// Its id.
    #[schema(min_length = 1, max_length = 1000)]
    run_id: String,
}

/// A job.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenLineageJob)]
struct JobBody {
    /// The system that it belongs to.
    #[schema(min_length = 1, max_length = 1000)]
    namespace: String,
    /// Its name there.
    #[schema(min_length = 1, max_length = 1000)]
    name: String,
}

/// A data set that a run read or wrote.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenLineageDataset)]
struct DataBody {
    /// The system that it is in.
    #[schema(min_length = 1, max_length = 1000)]
    namespace: String,
    /// Its name there.
    #[schema(min_length = 1, max_length = 1000)]
    name: String,
    #[serde(default)]
    facets: FacetsBody,
}

/// What is read of the facets of a data set.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OpenLineageFacets)]
struct FacetsBody {
    version: Option<VersionFacet>,
    schema: Option<SchemaFacet>,
    data_source: Option<SourceFacet>,
}

/// The version of a data set. One that is a SHA-256 is taken for that of its bytes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OpenLineageVersion)]
struct VersionFacet {
    /// The version.
    dataset_version: Option<String>,
}

/// The columns of a data set.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenLineageSchema)]
struct SchemaFacet {
    #[serde(default)]
    fields: Vec<FieldBody>,
}

/// A column.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenLineageField)]
struct FieldBody {
    /// Its name.
    name: String,
}

/// Where a data set is kept.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenLineageDataSource)]
struct SourceFacet {
    /// The name of the place.
    name: Option<String>,
    /// Its address; names and passwords in it are left out.
    uri: Option<String>,
}

/// Takes in an event of `OpenLineage`. The same event again changes nothing.
#[utoipa::path(post, path = "/api/v1/lineage/openlineage", tag = "lineage", operation_id = "takeOpenLineage",
    params(WriteHeaders), request_body = EventBody,
    responses((status = 200, description = "Taken in", body = Written<LineageTaken>), Problems))]
pub(crate) async fn open_lineage(
    State(app): State<App>,
    write: Write<EventBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (edges, missing) = body.edges()?;
    take(&app, &sent, edges, LineageSource::OpenLineage, missing).await
}

impl EventBody {
    fn edges(self) -> Result<(Vec<NewEdge>, Vec<String>), Refusal> {
        for (field, count) in [("/inputs", self.inputs.len()), ("/outputs", self.outputs.len())] {
            if count > MAX_EDGES / 2 {
                let message = format!("{count} data sets are more than {}", MAX_EDGES / 2);
                return Err(Refusal::new(Code::TooMany, message).at(field));
            }
        }
        let mut missing = Vec::new();
        let Some(JobBody { namespace, name: job }) = self.job else {
            missing.push("the event is about no job: there is no edge in it".to_owned());
            return Ok((Vec::new(), missing));
        };
        let run = self.run.map(|run| run.run_id);
        let counts = self.event_type == Some(RunStateWord::Complete) || run.is_none();
        if !counts && !self.outputs.is_empty() {
            missing.push("outputs count from the event of type COMPLETE only".to_owned());
        }
        let run = Thing::Run { namespace, job, run };
        let outputs = if counts { self.outputs } else { Vec::new() };
        let mut edges = Vec::with_capacity(self.inputs.len() + outputs.len());
        for (i, data) in self.inputs.into_iter().enumerate() {
            let at = format!("/inputs/{i}");
            let used = data.used(&at, &mut missing);
            edges.push(used.edge(|data| (data, run.clone())).checked(&at)?);
        }
        for (i, data) in outputs.into_iter().enumerate() {
            let at = format!("/outputs/{i}");
            let used = data.used(&at, &mut missing);
            edges.push(used.edge(|data| (run.clone(), data)).checked(&at)?);
        }
        Ok((edges, missing))
    }
}

/// A data set as a run used it.
struct Used {
    thing: Thing,
    label: String,
    columns: Vec<String>,
    data_source: Option<String>,
}

impl Used {
    fn edge(self, ends: impl FnOnce(Thing) -> (Thing, Thing)) -> NewEdge {
        let (upstream, downstream) = ends(self.thing);
        let Self { label, columns, data_source, .. } = self;
        NewEdge { upstream, downstream, label: Some(label), columns, data_source }
    }
}

impl DataBody {
    fn used(self, at: &str, missing: &mut Vec<String>) -> Used {
        let Self { namespace, name, facets } = self;
        let version = facets.version.and_then(|facet| facet.dataset_version);
        if version.is_none() {
            missing.push(format!("{at} has no facet `version`: its versions cannot be told apart"));
        }
        let columns =
            named(facets.schema.map(|facet| facet.fields.into_iter().map(|field| field.name)), at, missing);
        let source = facets.data_source.and_then(|source| source.uri.or(source.name));
        let sha256 = version.as_deref().map(|text| text.strip_prefix("sha256:").unwrap_or(text));
        let label = name.clone();
        let thing = match sha256.and_then(|text| text.parse::<Digest>().ok()) {
            Some(sha256) => Thing::file(sha256),
            None => Thing::Data { namespace: without_login(&namespace), name, version },
        };
        Used { thing, label, columns, data_source: source.as_deref().map(without_login) }
    }
}
