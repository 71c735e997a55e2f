//! `GET /api/v1/inbox/decided`

use assent_domain::identity::{Permission, Target};
use assent_domain::ids::ModelId;
use assent_domain::registry::Model;
use assent_log::entry::Entry;
use assent_store::EntryQuery;
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::requests::LimitParams;
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::limit;
use crate::problem::Problem;

/// The types of events that are decisions of people.
const DECISIONS: [&str; 8] = [
    "reviewDecided",
    "assessmentSigned",
    "tierChangeSigned",
    "exceptionSigned",
    "changeSigned",
    "periodicReviewSigned",
    "proposalConfirmed",
    "proposalDeclined",
];

/// What the caller decided.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decisions {
    /// Newest first.
    items: Vec<DecisionItem>,
}

/// A decision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionItem {
    /// Where it stands in the log.
    index: u64,
    /// When.
    at: Timestamp,
    /// The type of the event, for example `reviewDecided`.
    #[serde(rename = "type")]
    kind: String,
    /// What was decided on: `PROMOTION`, `EXCEPTION` and so on.
    subject: String,
    /// Its id.
    id: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What was said: `APPROVED`, `REJECTED` and so on; absent for proposals.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
}

/// Lists what the caller decided about models that they may still read, newest first, from the log.
#[utoipa::path(get, path = "/api/v1/inbox/decided", tag = "oversight", operation_id = "myDecisions", params(LimitParams),
    responses((status = 200, description = "What the caller decided", body = Decisions), Problems))]
pub(crate) async fn decided(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<LimitParams>,
) -> Result<Json<Decisions>, Problem> {
    let limit = limit(params.limit)?;
    app.read(move |desk| newest(desk, &caller, limit)).await.map(Json)
}

fn newest(desk: &Desk<'_>, caller: &Caller, limit: u32) -> Result<Decisions, Problem> {
    let mut items = Vec::new();
    for kind in DECISIONS {
        let query = EntryQuery {
            event_type: Some(kind.to_owned()),
            actor: Some(caller.id().0),
            limit,
            ..EntryQuery::default()
        };
        for (index, bytes) in desk.view.read().find_entries(&query)?.entries {
            let entry: Entry =
                serde_json::from_slice(&bytes).map_err(|error| Problem::internal(error.to_string()))?;
            if readable(desk, caller, &entry)? {
                items.push(shown(index, entry)?);
            }
        }
    }
    items.sort_by_key(|item| std::cmp::Reverse(item.index));
    items.truncate(limit as usize);
    Ok(Decisions { items })
}

fn readable(desk: &Desk<'_>, caller: &Caller, entry: &Entry) -> Result<bool, Problem> {
    let Some(model) = entry.model_id else { return Ok(true) };
    let Some(model) = desk.any::<Model>(ModelId(model))? else { return Ok(false) };
    desk.can(caller, Permission::Read, Target::Model(&model))
}

fn shown(index: u64, entry: Entry) -> Result<DecisionItem, Problem> {
    let at = entry.time.parse().map_err(|error| Problem::internal(format!("{error}")))?;
    let said = ["decision", "verdict"].iter().find_map(|field| entry.details.get(field)?.as_str());
    Ok(DecisionItem {
        index,
        at,
        decision: said.map(str::to_owned),
        kind: entry.kind,
        subject: entry.subject.kind,
        id: entry.subject.id,
        name: entry.subject.name,
    })
}
