//! `POST /api/v1/models/{model}/versions`

use std::collections::BTreeMap;

use assent_app::Command;
use assent_app::naming::Named;
use assent_domain::ids::{DatasetId, Digest};
use assent_domain::registry::{Artifact, NewVersion, VersionKind};
use assent_domain::values::Decimal;
use assent_domain::{Code, Refusal, text};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::show;
use crate::app::App;
use crate::http::{Caller, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::schemas::VersionKindWords;
use crate::views::{VersionView, Written, created};

/// A new version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewVersion)]
pub(crate) struct NewVersionBody {
    #[schema(value_type = VersionKindWords)]
    kind: VersionKind,
    /// Its files; their bytes were uploaded before.
    #[serde(default)]
    artifacts: Vec<NewArtifact>,
    /// Training parameters.
    #[serde(default)]
    params: BTreeMap<String, String>,
    /// Metrics that the builder reports.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, f64>)]
    reported_metrics: BTreeMap<String, Decimal>,
    /// Ids of the data sets it was made with.
    #[serde(default)]
    datasets: Vec<Uuid>,
    /// The training run that it came from, as its tracker names it.
    source_run: Option<String>,
}

/// A file of a new version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewArtifact {
    /// Its name within the version.
    name: String,
    /// SHA-256 of its bytes.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    sha256: Digest,
    /// Its size; compared with what was uploaded.
    size_bytes: Option<u64>,
    /// For example `onnx`, `joblib`, `json`.
    format: Option<String>,
    /// Its licence, as an SPDX expression where there is one.
    licence: Option<String>,
}

/// Registers a version of a model. It is fixed from then on; what comes later is evidence about it.
#[utoipa::path(post, path = "/api/v1/models/{model}/versions", tag = "versions", operation_id = "registerVersion",
    params(("model" = String, Path, description = "Id or name of the model"), WriteHeaders), request_body = NewVersionBody,
    responses((status = 201, description = "Registered", body = Written<VersionView>), Problems))]
pub(crate) async fn register(
    State(app): State<App>,
    Segments(model): Segments<String>,
    write: Write<NewVersionBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let caller = sent.caller.clone();
    let model = app.read(move |desk| Ok(desk.model(&caller, &model)?.id)).await?;
    let new = new_version(&app, &sent.caller, body).await?;
    let command = Command::RegisterVersion(app.id(), model, Box::new(new));
    let receipt = app.execute(&sent, Some(model.into()), command).await?;
    let view = show(&app, &sent.caller, &receipt).await?;
    Ok(created(receipt, view))
}

/// The version with what is known of its files.
pub(crate) async fn new_version(
    app: &App,
    caller: &Caller,
    body: NewVersionBody,
) -> Result<NewVersion, Problem> {
    Ok(NewVersion {
        kind: body.kind,
        artifacts: kept(app, caller, body.artifacts).await?,
        params: body.params,
        reported_metrics: body.reported_metrics,
        datasets: body.datasets.into_iter().map(DatasetId).collect(),
        source_run: body.source_run,
    })
}

/// The artifacts with the sizes of their blobs.
async fn kept(app: &App, caller: &Caller, artifacts: Vec<NewArtifact>) -> Result<Vec<Artifact>, Problem> {
    if artifacts.len() > text::MAX_ITEMS {
        let message = format!("{} artifacts are more than {}", artifacts.len(), text::MAX_ITEMS);
        return Err(Refusal::new(Code::TooMany, message).at("/artifacts").into());
    }
    let mut kept = Vec::with_capacity(artifacts.len());
    for (i, artifact) in artifacts.into_iter().enumerate() {
        let blob = app.named(caller, Named::new(artifact.sha256, format!("/artifacts/{i}/sha256"))).await?;
        if artifact.size_bytes.is_some_and(|size| size != blob.size_bytes) {
            let message = format!("the uploaded bytes are {}, not what `sizeBytes` says", blob.size_bytes);
            return Err(Refusal::new(Code::InvalidValue, message)
                .at(format!("/artifacts/{i}/sizeBytes"))
                .into());
        }
        kept.push(Artifact { name: artifact.name, blob, format: artifact.format, licence: artifact.licence });
    }
    Ok(kept)
}
