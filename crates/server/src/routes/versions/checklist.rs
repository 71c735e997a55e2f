//! `GET /api/v1/versions/{id}/checklist`

use assent_domain::checklist::{ItemStanding, ItemState, checklist as items_of};
use assent_domain::ids::VersionId;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use uuid::Uuid;

use super::question::{TargetParams, case};
use crate::app::App;
use crate::http::{Caller, Params, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;

/// What has to be in place before a version goes to a stage.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChecklistAnswer {
    /// The version.
    version: Uuid,
    /// The stage.
    stage: String,
    /// How many items are DONE.
    done: usize,
    /// How many are OPEN.
    open: usize,
    /// How many are UNKNOWN: no fact tells them.
    unknown: usize,
    /// The items: `id`, `section`, `title`, `state` (`DONE`, `OPEN`, `UNKNOWN` or `NOT_APPLICABLE`), `detail`,
    /// `remediation`, `evidence`, `condition`.
    #[schema(value_type = Vec<Object>)]
    items: Vec<ItemStanding>,
}

/// Goes through the checklist of a stage. Facts tell what is done; nobody ticks anything, and no gate reads it.
#[utoipa::path(get, path = "/api/v1/versions/{id}/checklist", tag = "versions", operation_id = "checklist",
    params(("id" = Uuid, Path, description = "Id of the version"), TargetParams),
    responses((status = 200, description = "The checklist", body = ChecklistAnswer), Problems))]
pub(crate) async fn checklist(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
    Params(params): Params<TargetParams>,
) -> Result<Json<ChecklistAnswer>, Problem> {
    let answer = app.read(move |desk| {
        let case = case(desk, &caller, VersionId(id), params)?.overseen(&desk.view)?;
        let stage = case.target.as_ref().map_or(&case.version.stage, |target| &target.stage).clone();
        let items = items_of(&case.pack, &stage, &case.judge().facts);
        let count = |state| items.iter().filter(|item| item.state == state).count();
        let (done, open, unknown) =
            (count(ItemState::Done), count(ItemState::Open), count(ItemState::Unknown));
        Ok(ChecklistAnswer { version: id, stage, done, open, unknown, items })
    });
    answer.await.map(Json)
}
