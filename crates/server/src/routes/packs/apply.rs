//! `POST /api/v1/packs`

use std::sync::Arc;

use assent_app::Command;
use assent_domain::AggregateId;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::ProposalId;
use assent_domain::pack::{self, Applied, DocumentChange, Pack};
use assent_domain::proposal::Proposal;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::impact::{Impact, impact};
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::proposals;
use crate::views::schemas::SecondPersonWords;
use crate::views::{Written, accepted, done, pack_approvers};

/// The largest pack as JSON, in bytes.
const MAX_PACK_BYTES: usize = 16 * 1024 * 1024;

/// A pack to apply.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPack {
    /// Its documents.
    documents: Vec<PackDocument>,
    /// Whether to tell only what would change, and write nothing.
    #[serde(default)]
    dry_run: bool,
}

/// A document with the file that it stands in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackDocument {
    /// Name of the file, for messages.
    #[schema(max_length = 500)]
    pub(super) file: String,
    /// The document: `kind`, `id`, and the fields of its kind.
    #[schema(value_type = Object)]
    pub(super) document: Value,
}

/// What applying the pack changes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PackAnswer {
    /// Name of the pack.
    name: String,
    /// By document: `kind`, `id`, `change` (ADDED, REMOVED, CHANGED), and the `fields` that differ.
    #[schema(value_type = Vec<Object>)]
    changes: Vec<DocumentChange>,
    /// Why the pack is weaker than the one in force, one sentence each; then a second person has to confirm it, once
    /// two persons can manage grants.
    weaker: Vec<String>,
    /// When the pack in force asks for a second person.
    #[schema(value_type = SecondPersonWords)]
    second_person: &'static str,
    /// The roles of which that person holds one, besides managing grants. None where nobody but the caller holds one:
    /// then whoever manages grants confirms.
    approvers: Vec<String>,
    /// The proposal that a second person has to confirm before the pack is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<Uuid>,
    /// Its digest, which a confirmation names.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// What a dry run found of the gates.
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<Impact>,
    /// Whether nothing was written.
    dry_run: bool,
}

/// An answer with a receipt, or after a dry run without one.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "for the description")]
pub(crate) enum AppliedOrTried {
    Applied(Written<PackAnswer>),
    Tried(PackAnswer),
}

/// Puts a pack in force, or tells what that would change. One that is weaker than the one in force is proposed only,
/// and comes in force once a second person has confirmed it; so does every pack where the one in force asks for that. A
/// dry run answers without a receipt.
#[utoipa::path(post, path = "/api/v1/packs", tag = "packs", operation_id = "applyPack",
    params(WriteHeaders), request_body = NewPack,
    responses((status = 200, description = "Applied, or tried", body = AppliedOrTried),
        (status = 202, description = "It waits for a second person", body = Written<PackAnswer>), Problems))]
pub(crate) async fn apply(
    State(app): State<App>,
    write: Write<NewPack, MAX_PACK_BYTES>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (caller, dry_run) = (sent.caller.clone(), body.dry_run);
    let (documents, mut answer) = app.read(move |desk| compare(desk, &caller, body)).await?;
    if dry_run {
        return Ok(Json(answer).into_response());
    }
    let receipt = app.execute(&sent, Some(AggregateId::PACK), Command::ApplyPack(documents)).await?;
    if proposals::waits(&receipt) {
        let id = ProposalId(receipt.id);
        let made =
            app.read(move |desk| desk.any::<Proposal>(id)?.ok_or_else(|| Problem::not_found("proposal", id)));
        answer.proposal = Some(receipt.id);
        answer.digest = Some(made.await?.digest.to_string());
        return Ok(accepted(receipt, answer));
    }
    Ok(done(receipt, answer))
}

/// The merged documents, and what they change.
fn compare(
    desk: &Desk<'_>,
    caller: &Caller,
    body: NewPack,
) -> Result<(Vec<(String, Value)>, PackAnswer), Problem> {
    desk.may(caller, Permission::ApplyPack, Target::Platform)?;
    let documents = body.documents.into_iter().map(|document| {
        let file: String = document.file.chars().take(500).collect();
        (file, document.document)
    });
    let documents = pack::extended(documents.collect(), &desk.app.options.builtin_packs)?;
    let state = desk.any::<Applied>(Uuid::nil())?;
    // The decision itself says what is wrong with the documents.
    pack::apply(state.as_ref().map(|held| &*held.state), documents.clone())?;
    let after = Pack::compile(documents.clone());
    let after = Arc::new(after.map_err(|_| Problem::internal("a pack compiles once and not twice"))?);
    let before = desk.pack()?;
    let impact = if body.dry_run { Some(impact(desk, caller, &after)?) } else { None };
    let second_person = before.settings().applying.second_person.name();
    let answer = PackAnswer {
        name: after.info().id.clone(),
        changes: pack::diff(Some(&before), &after),
        weaker: pack::weaker(&before, &after),
        second_person,
        approvers: pack_approvers(desk, &caller.principal)?,
        proposal: None,
        digest: None,
        impact,
        dry_run: body.dry_run,
    };
    Ok((documents, answer))
}
