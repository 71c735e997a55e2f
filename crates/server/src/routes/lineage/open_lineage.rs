//! `POST /api/v1/lineage/openlineage`: events of `OpenLineage`, as its clients send them by HTTP.
//!
//! A run stands between what it read and what it wrote. Inputs count from every event, outputs only from the one that says the
//! run is complete. Facets that are not read here are passed over, as the specification wants it; and what an event can do
//! without is left out where it is wrong, and told.

use assent_domain::ids::Digest;
use assent_domain::lineage::{LineageSource, MAX_EDGES, NewEdge, Thing, is_name, without_login};
use assent_domain::{Code, Refusal};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::columns::named;
use super::part::Part;
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
    #[serde(default)]
    #[schema(value_type = Option<RunStateWord>)]
    event_type: Part<RunStateWord>,
    run: Option<RunBody>,
    job: Option<JobBody>,
    /// What was read.
    #[schema(required = false)]
    inputs: Option<Vec<DataBody>>,
    /// What was written.
    #[schema(required = false)]
    outputs: Option<Vec<DataBody>>,
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
    #[schema(value_type = Option<FacetsBody>)]
    facets: Part<FacetsBody>,
}

/// What is read of the facets of a data set.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OpenLineageFacets)]
struct FacetsBody {
    #[serde(default)]
    #[schema(value_type = Option<VersionFacet>)]
    version: Part<VersionFacet>,
    #[serde(default)]
    #[schema(value_type = Option<SchemaFacet>)]
    schema: Part<SchemaFacet>,
    #[serde(default)]
    #[schema(value_type = Option<SourceFacet>)]
    data_source: Part<SourceFacet>,
}

/// The version of a data set. One that is a SHA-256 is taken for that of its bytes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OpenLineageVersion)]
struct VersionFacet {
    /// The version.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    dataset_version: Part<String>,
}

/// The columns of a data set.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenLineageSchema)]
struct SchemaFacet {
    #[serde(default)]
    #[schema(value_type = Vec<FieldBody>)]
    fields: Part<Vec<Part<FieldBody>>>,
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
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Part<String>,
    /// Its address; names and passwords in it are left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    uri: Part<String>,
}

/// Takes in an event of `OpenLineage`. The same event again changes nothing. Facets that are wrong are left out, and the answer
/// says so.
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
        let (inputs, outputs) = (self.inputs.unwrap_or_default(), self.outputs.unwrap_or_default());
        for (field, count) in [("/inputs", inputs.len()), ("/outputs", outputs.len())] {
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
        let state = self.event_type.given("/eventType", &mut missing);
        let counts = state == Some(RunStateWord::Complete) || run.is_none();
        if !counts && !outputs.is_empty() {
            missing.push("outputs count from the event of type COMPLETE only".to_owned());
        }
        let run = Thing::Run { namespace, job, run };
        let outputs = if counts { outputs } else { Vec::new() };
        let mut edges = Vec::with_capacity(inputs.len() + outputs.len());
        for (i, data) in inputs.into_iter().enumerate() {
            let at = format!("/inputs/{i}");
            if let Some(used) = data.used(&at, &mut missing) {
                edges.push(used.edge(|data| (data, run.clone())).checked(&at)?);
            }
        }
        for (i, data) in outputs.into_iter().enumerate() {
            let at = format!("/outputs/{i}");
            if let Some(used) = data.used(&at, &mut missing) {
                edges.push(used.edge(|data| (run.clone(), data)).checked(&at)?);
            }
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
    /// `None` for an empty file, which leads nowhere.
    fn used(self, at: &str, missing: &mut Vec<String>) -> Option<Used> {
        let Self { namespace, name, facets } = self;
        let FacetsBody { version, schema, data_source } =
            facets.given(&format!("{at}/facets"), missing).unwrap_or_default();
        let at_version = format!("{at}/facets/version");
        let version = version.given(&at_version, missing);
        let version = version.and_then(|facet| facet.dataset_version.given(&at_version, missing));
        let version = kept(version, &at_version, missing);
        if version.is_none() {
            missing.push(format!("{at} has no facet `version`: its versions cannot be told apart"));
        }
        let at_schema = format!("{at}/facets/schema");
        let fields =
            schema.given(&at_schema, missing).and_then(|facet| facet.fields.given(&at_schema, missing));
        let columns = fields.map(|fields| fields.into_iter().map(|field| field.ok().map(|field| field.name)));
        let columns = named(columns, at, missing);
        let at_source = format!("{at}/facets/dataSource");
        let source = data_source.given(&at_source, missing).and_then(|source| {
            let uri = source.uri.given(&at_source, missing);
            uri.or_else(|| source.name.given(&at_source, missing))
        });
        let data_source = kept(source.as_deref().map(without_login), &at_source, missing);
        let sha256 = version.as_deref().map(|text| text.strip_prefix("sha256:").unwrap_or(text));
        let label = name.clone();
        let thing = match sha256.and_then(|text| text.parse::<Digest>().ok()) {
            Some(sha256) if sha256 == Digest::of(&[]) => {
                missing.push(format!("{at} is an empty file, which is everywhere: it is left out"));
                return None;
            }
            Some(sha256) => Thing::file(sha256),
            None => Thing::Data { namespace: without_login(&namespace), name, version },
        };
        Some(Used { thing, label, columns, data_source })
    }
}

/// A text that can stand on the record; what cannot is left out and told.
fn kept(text: Option<String>, at: &str, missing: &mut Vec<String>) -> Option<String> {
    let text = text?;
    if is_name(&text) {
        return Some(text);
    }
    missing.push(format!("{at} is empty, too long, or has control characters: it is left out"));
    None
}
