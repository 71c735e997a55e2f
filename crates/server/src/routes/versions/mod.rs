//! Versions and the evidence about them.

mod add_evidence;
pub(crate) mod attach_document;
mod card_draft;
mod check;
mod checklist;
mod download_artifact;
mod download_document;
mod download_evidence;
mod facts;
mod gate;
mod get;
mod get_by_number;
mod get_evidence;
mod list;
mod list_evidence;
mod move_version;
mod question;
mod record_scan;
pub(crate) mod register;

use std::sync::Arc;

use assent_app::cards::{self, CardKind, MAX_CARD_BYTES};
use assent_app::evidence::{self, MAX_REPORT_BYTES};
use assent_app::{Command, Receipt};
use assent_cards::AnyRecord;
use assent_domain::ids::{Digest, VersionId};
use assent_domain::registry::{EvidenceRecord, Version, VersionCommand};
use assent_domain::values::BlobRef;
use assent_scan::evidence::Evidence as Said;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Sent};
use crate::problem::Problem;
use crate::views::{VersionView, done};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register::register, list::list))
        .routes(routes!(get::get))
        .routes(routes!(get_by_number::get_by_number))
        .routes(routes!(attach_document::attach_document))
        .routes(routes!(download_document::download_document))
        .routes(routes!(download_artifact::download_artifact))
        .routes(routes!(record_scan::record_scan))
        .routes(routes!(add_evidence::add_evidence, list_evidence::list_evidence))
        .routes(routes!(get_evidence::get_evidence))
        .routes(routes!(download_evidence::download_evidence))
        .routes(routes!(move_version::move_version))
        .routes(routes!(facts::facts))
        .routes(routes!(check::check))
        .routes(routes!(gate::gate))
        .routes(routes!(checklist::checklist))
        .routes(routes!(card_draft::card_draft))
}

/// Refuses a version that the caller may not read.
async fn visible(app: &App, caller: &Caller, id: VersionId) -> Result<(), Problem> {
    let caller = caller.clone();
    app.read(move |desk| desk.version(&caller, id).map(drop)).await
}

/// What is read of a report, a few at a time: a large one takes many times its size in memory.
async fn said(app: &App, sha256: Digest) -> Result<Said, Problem> {
    let place = Arc::clone(&app.reports).acquire_owned().await;
    let place = place.map_err(|error| Problem::internal(error.to_string()))?;
    let bytes = app.assent.blobs.read(sha256, MAX_REPORT_BYTES).await?;
    app.blocking(move |_| {
        let _place = place;
        Ok(evidence::read(&bytes)?)
    })
    .await
}

/// The model card or datasheet in a blob, if it is of a form of ours.
pub(super) async fn card_in(app: &App, kind: CardKind, blob: &BlobRef) -> Result<Option<AnyRecord>, Problem> {
    if blob.size_bytes > MAX_CARD_BYTES {
        return Ok(None);
    }
    let bytes = app.assent.blobs.read(blob.sha256, MAX_CARD_BYTES).await?;
    app.blocking(move |_| Ok(cards::read(kind, &bytes)?)).await
}

/// The report of that digest which is evidence of a version, if the caller may read the version.
fn report_of(
    desk: &Desk<'_>,
    caller: &Caller,
    id: VersionId,
    sha256: Digest,
) -> Result<EvidenceRecord, Problem> {
    let (_, version) = desk.version(caller, id)?;
    let found = version.evidence.iter().find(|record| record.evidence.report.sha256 == sha256).cloned();
    found.ok_or_else(|| Problem::not_found("evidence", sha256))
}

/// Carries out a command on a version and shows it.
async fn change(app: &App, sent: &Sent, id: VersionId, command: VersionCommand) -> Result<Response, Problem> {
    let receipt = app.execute(sent, Some(id.into()), Command::Version(id, Box::new(command))).await?;
    let view = show(app, &sent.caller, &receipt).await?;
    Ok(done(receipt, view))
}

async fn show(app: &App, caller: &Caller, receipt: &Receipt) -> Result<VersionView, Problem> {
    let (caller, id) = (caller.clone(), VersionId(receipt.id));
    app.read(move |desk| {
        let (model, version) = desk.version(&caller, id)?;
        VersionView::new(desk, &model, &version)
    })
    .await
}

/// The newest document of a kind.
fn newest_document<'a>(version: &'a Version, kind: &str) -> Option<&'a assent_domain::registry::Document> {
    version.documents.iter().rev().map(|record| &record.document).find(|document| document.kind == kind)
}
