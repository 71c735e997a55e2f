//! `POST /api/v1/lineage`

use assent_domain::ids::Digest;
use assent_domain::lineage::{FileDigest, LineageSource, NewEdge, Thing};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{LineageTaken, take};
use crate::app::App;
use crate::http::Write;
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::Written;

/// Edges to record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLineage)]
pub(crate) struct NewLineageBody {
    /// What told you.
    #[serde(default)]
    source: SourceWord,
    /// The edges.
    #[schema(max_items = 1000)]
    edges: Vec<EdgeBody>,
}

/// What told you.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = LineageSourceWord)]
enum SourceWord {
    /// Files of DVC.
    Dvc,
    /// Somebody says it directly.
    #[default]
    Said,
}

/// One thing came from another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLineageEdge)]
struct EdgeBody {
    /// What was there before.
    upstream: ThingBody,
    /// What came of it.
    downstream: ThingBody,
    /// What the file or data set is called where it is used, for example its path.
    #[schema(min_length = 1, max_length = 1000)]
    label: Option<String>,
}

/// A file, a run, or a data set of another system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
#[schema(as = LineageThing)]
enum ThingBody {
    /// Bytes, by their SHA-256.
    #[schema(title = "LineageFile")]
    File {
        /// SHA-256 of the bytes.
        #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
        sha256: Digest,
    },
    /// Bytes of which only the MD5 is known.
    #[schema(title = "LineageFileByMd5")]
    FileByMd5 {
        /// MD5 of the bytes; `.dir` behind it stands for a folder.
        #[schema(pattern = "^[0-9a-f]{32}(\\.dir)?$")]
        md5: String,
    },
    /// One run of a job.
    #[schema(title = "LineageRun")]
    Run {
        /// The system that the job belongs to.
        #[schema(min_length = 1, max_length = 1000)]
        namespace: String,
        /// The job.
        #[schema(min_length = 1, max_length = 1000)]
        job: String,
        /// The run.
        #[schema(min_length = 1, max_length = 1000)]
        run: Option<String>,
    },
    /// A data set of another system.
    #[schema(title = "LineageData")]
    Data {
        /// The system.
        #[schema(min_length = 1, max_length = 1000)]
        namespace: String,
        /// Its name there.
        #[schema(min_length = 1, max_length = 1000)]
        name: String,
        /// Its version there.
        #[schema(min_length = 1, max_length = 1000)]
        version: Option<String>,
    },
}

impl From<ThingBody> for Thing {
    fn from(body: ThingBody) -> Self {
        match body {
            ThingBody::File { sha256 } => Self::file(sha256),
            ThingBody::FileByMd5 { md5 } => Self::File { digest: FileDigest::Md5(md5) },
            ThingBody::Run { namespace, job, run } => Self::Run { namespace, job, run },
            ThingBody::Data { namespace, name, version } => Self::Data { namespace, name, version },
        }
    }
}

/// Records where things come from. An edge that is known changes nothing, so that the same files can be sent again.
#[utoipa::path(post, path = "/api/v1/lineage", tag = "lineage", operation_id = "recordLineage",
    params(WriteHeaders), request_body = NewLineageBody,
    responses((status = 200, description = "Taken in", body = Written<LineageTaken>), Problems))]
pub(crate) async fn record(
    State(app): State<App>,
    write: Write<NewLineageBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let edge = |EdgeBody { upstream, downstream, label }: EdgeBody| NewEdge {
        upstream: upstream.into(),
        downstream: downstream.into(),
        label,
        columns: Vec::new(),
        data_source: None,
    };
    let source = match body.source {
        SourceWord::Dvc => LineageSource::Dvc,
        SourceWord::Said => LineageSource::Said,
    };
    take(&app, &sent, body.edges.into_iter().map(edge).collect(), source, Vec::new()).await
}
