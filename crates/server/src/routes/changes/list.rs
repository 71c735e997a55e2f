//! `GET /api/v1/changes`

use assent_domain::Kind;
use assent_domain::change_request::{ChangeRequest, ChangeType, StateName};
use assent_domain::registry::Model;
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, page};
use crate::problem::Problem;
use crate::views::ChangeView;
use crate::views::schemas::{ChangeStateWords, ChangeTypeWords};

/// Which changes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangeParams {
    /// Only those in that state.
    #[param(value_type = Option<ChangeStateWords>)]
    state: Option<StateName>,
    /// Only those of that type.
    #[serde(rename = "type")]
    #[param(value_type = Option<ChangeTypeWords>)]
    kind: Option<ChangeType>,
    /// Only those of the model of that id.
    model: Option<Uuid>,
    /// Only those whose target is the version of that id.
    version: Option<Uuid>,
    /// Only those that the principal of that id asked for.
    requester: Option<Uuid>,
    /// Only those made in that environment.
    environment: Option<String>,
    /// Only those asked for at that time or later.
    from: Option<Timestamp>,
    /// Only those asked for before that time.
    until: Option<Timestamp>,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the changes of models that the caller may read, newest first.
#[utoipa::path(get, path = "/api/v1/changes", tag = "changes", operation_id = "listChanges",
    params(ChangeParams),
    responses((status = 200, description = "A page", body = Page<ChangeView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ChangeParams>,
) -> Result<Json<Page<ChangeView>>, Problem> {
    let found = app.read(move |desk| {
        let place = (params.cursor, params.limit);
        let mut filters = asked(&params);
        filters.push(desk.readable_rows(&caller, Kind::Change)?);
        let keep = |held: &Held<ChangeRequest>| {
            let at = held.requested.at;
            Ok(params.from.is_none_or(|from| from <= at) && params.until.is_none_or(|until| at < until))
        };
        page::<ChangeRequest, _>(desk, &Predicate::And(filters), place, keep, |held| show(desk, held))
    });
    found.await.map(Json)
}

fn show(desk: &Desk<'_>, held: &Held<ChangeRequest>) -> Result<ChangeView, Problem> {
    let model = desk.any::<Model>(held.model)?.ok_or_else(|| Problem::not_found("model", held.model))?;
    ChangeView::new(desk, &model, held)
}

fn asked(params: &ChangeParams) -> Vec<Predicate> {
    let text = |column, value: String| Predicate::Eq(column, Value::Text(value));
    let mut filters = Vec::new();
    filters.extend(params.state.map(|state| text("state", state.name().to_owned())));
    filters.extend(params.kind.map(|kind| text("kind", kind.name().to_owned())));
    filters.extend(params.model.map(|id| text("model_id", id.to_string())));
    filters.extend(params.version.map(|id| text("version_id", id.to_string())));
    filters.extend(params.requester.map(|id| text("requester_id", id.to_string())));
    filters.extend(params.environment.clone().map(|name| text("environment", name)));
    filters
}
