//! `POST /api/v1/versions/{id}/evidence`

use assent_app::Command;
use assent_app::evidence;
use assent_app::naming::Named;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::{Digest, VersionId};
use assent_domain::registry::VersionCommand;
use assent_scan::evidence::Format;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{report_of, said};
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::schemas::EvidenceFormatWords;
use crate::views::{EvidenceView, Written, created, done};

/// A report of another tool.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewEvidence {
    /// SHA-256 of the report as the tool wrote it, which was uploaded before.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    sha256: Digest,
    /// Its format, where it has to be one; told by the content if absent.
    #[schema(value_type = Option<EvidenceFormatWords>)]
    format: Option<Format>,
    /// The tool, where the report does not say it.
    tool: Option<String>,
    /// The version of the tool, where the report does not say it.
    tool_version: Option<String>,
}

/// Takes the report of another tool in as evidence. It is REPORTED, by the name of the tool. A report that is evidence of the
/// version already is not taken in again.
#[utoipa::path(post, path = "/api/v1/versions/{id}/evidence", tag = "versions", operation_id = "addEvidence",
    params(("id" = Uuid, Path, description = "Id of the version"), WriteHeaders), request_body = NewEvidence,
    responses((status = 201, description = "Taken in", body = Written<EvidenceView>),
        (status = 200, description = "It was evidence already", body = Written<EvidenceView>), Problems))]
pub(crate) async fn add_evidence(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewEvidence>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (id, sha256, caller) = (VersionId(id), body.sha256, sent.caller.clone());
    // Asked before the report is opened, which is work, and whose errors tell something of what is in it.
    app.read(move |desk| {
        let (model, _) = desk.version(&caller, id)?;
        desk.may(&caller, Permission::AttachEvidence, Target::Model(&model))
    })
    .await?;
    let report = app.named(&sent.caller, Named::new(sha256, "/sha256").of(id)).await?;
    let said = said(&app, sha256).await?;
    let named = evidence::Named { format: body.format, tool: body.tool, tool_version: body.tool_version };
    let evidence = evidence::record(&said, &named, report)?;
    let command = Command::Version(id, Box::new(VersionCommand::AddEvidence(evidence)));
    let receipt = app.execute(&sent, Some(id.into()), command).await?;
    let caller = sent.caller.clone();
    let view = app.read(move |desk| {
        let record = report_of(desk, &caller, id, sha256)?;
        Ok(EvidenceView::new(desk, &record)?.with_what_it_says(said))
    });
    let view = view.await?;
    Ok(if receipt.events.is_empty() { done(receipt, view) } else { created(receipt, view) })
}
