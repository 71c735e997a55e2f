//! `POST /api/v1/versions/{id}/documents`

use assent_app::cards::{self, CardKind};
use assent_app::naming::Named;
use assent_cards::AnyRecord;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::{Digest, VersionId};
use assent_domain::registry::{Document, VersionCommand};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{card_in, change, visible};
use crate::app::App;
use crate::http::{Caller, Segments, Write};
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

/// Attaches a document to a version. The newest of a kind counts. A `MODEL_CARD` or `DATASHEET` that is JSON of a form of ours
/// (its member `schema` names it) is read: what is wrong in it is refused, what its figures cite has to say the same, and how
/// much of it is filled in is recorded. Every other document is taken as it is.
#[utoipa::path(post, path = "/api/v1/versions/{id}/documents", tag = "versions", operation_id = "attachDocument",
    params(("id" = Uuid, Path, description = "Id of the version"), WriteHeaders), request_body = NewDocument,
    responses((status = 200, description = "Attached", body = Written<VersionView>), Problems))]
pub(crate) async fn attach_document(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewDocument>,
) -> Result<Response, Problem> {
    let (id, caller) = (VersionId(id), &write.sent.caller);
    visible(&app, caller, id).await?;
    if CardKind::of(&write.body.kind).is_some() {
        // Asked before the document is opened, whose errors tell something of what is in it.
        may_attach(&app, caller, id).await?;
    }
    let command = attached(&app, caller, write.body, Some(id)).await?;
    change(&app, &write.sent, id, command).await
}

/// The command that attaches a document to a version, if there is one yet. A card is read. Whether the caller may attach is
/// asked before.
pub(crate) async fn attached(
    app: &App,
    caller: &Caller,
    new: NewDocument,
    version: Option<VersionId>,
) -> Result<VersionCommand, Problem> {
    let NewDocument { kind, name, sha256 } = new;
    let blob = app.named(caller, Named { of: version, ..Named::new(sha256, "/sha256") }).await?;
    let mut document = Document { kind, name, blob, card: None };
    let read = match CardKind::of(&document.kind) {
        Some(kind) => card_in(app, kind, &document.blob).await?,
        None => None,
    };
    document.card = read.as_ref().map(cards::record).transpose()?;
    Ok(match read {
        Some(AnyRecord::ModelCard(card)) => VersionCommand::AttachCard(cards::claimed(document, &card)),
        Some(AnyRecord::Datasheet(_)) | None => VersionCommand::Attach(document),
    })
}

async fn may_attach(app: &App, caller: &Caller, id: VersionId) -> Result<(), Problem> {
    let caller = caller.clone();
    app.read(move |desk| {
        let (model, _) = desk.version(&caller, id)?;
        desk.may(&caller, Permission::AttachEvidence, Target::Model(&model))
    })
    .await
}
