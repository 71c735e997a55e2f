//! `POST /api/v1/versions/{id}/documents`

use assent_domain::ids::{Digest, VersionId};
use assent_domain::registry::{Document, VersionCommand};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{change, uploaded, visible};
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{VersionView, Written};

/// A document to attach.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewDocument {
    /// For example `MODEL_CARD`.
    #[schema(pattern = "^[A-Z_]{1,100}$")]
    kind: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// SHA-256 of its bytes, which were uploaded before.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    sha256: Digest,
}

/// Attaches a document to a version. The newest of a kind counts.
#[utoipa::path(post, path = "/api/v1/versions/{id}/documents", tag = "versions", operation_id = "attachDocument",
    params(("id" = Uuid, Path, description = "Id of the version"), WriteHeaders), request_body = NewDocument,
    responses((status = 200, description = "Attached", body = Written<VersionView>), Problems))]
pub(crate) async fn attach_document(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewDocument>,
) -> Result<Response, Problem> {
    let (id, NewDocument { kind, name, sha256 }) = (VersionId(id), write.body);
    visible(&app, &write.sent.caller, id).await?;
    let blob = uploaded(&app, &write.sent.caller, sha256, "/sha256").await?;
    change(&app, &write.sent, id, VersionCommand::Attach(Document { kind, name, blob })).await
}
