//! `GET /api/v1/packs/current`

use assent_domain::identity::{Permission, Target};
use assent_domain::pack::Applied;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::apply::PackDocument;
use crate::app::App;
use crate::http::Caller;
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{Person, document};

/// The pack in force.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CurrentPack {
    /// How many packs were applied: what `If-Match` takes.
    revision: u64,
    name: String,
    /// SHA-256 of its content.
    digest: String,
    applied_at: Timestamp,
    applied_by: Person,
    documents: Vec<PackDocument>,
}

/// Gives the pack in force: the rules are no secret to whom they are applied.
#[utoipa::path(get, path = "/api/v1/packs/current", tag = "packs", operation_id = "currentPack",
    responses((status = 200, description = "The pack", body = CurrentPack), Problems))]
pub(crate) async fn current(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let found = app.read(move |desk| {
        desk.may(&caller, Permission::Read, Target::SomeModel)?;
        let held = desk.any::<Applied>(Uuid::nil())?.ok_or_else(|| Problem::not_found("pack", "current"))?;
        let documents: Vec<(String, Value)> = serde_json::from_str(&held.pack.content)
            .map_err(|error| Problem::internal(format!("the content of the pack: {error}")))?;
        let documents = documents.into_iter().map(|(file, document)| PackDocument { file, document });
        let pack = CurrentPack {
            revision: held.revision,
            name: held.pack.name.clone(),
            digest: held.pack.digest.to_string(),
            applied_at: held.recorded.at,
            applied_by: desk.person(held.recorded.by)?,
            documents: documents.collect(),
        };
        Ok((held.revision, pack))
    });
    let (revision, pack) = found.await?;
    Ok(document(revision, pack))
}
