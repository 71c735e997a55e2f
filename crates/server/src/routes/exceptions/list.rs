//! `GET /api/v1/exceptions`

use assent_domain::Kind;
use assent_domain::exception::{Exception, StateName};
use assent_domain::registry::Model;
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, page};
use crate::problem::Problem;
use crate::views::ExceptionView;
use crate::views::schemas::ExceptionStateWords;

/// Which exceptions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExceptionParams {
    /// Only those in that state now.
    #[param(value_type = Option<ExceptionStateWords>)]
    state: Option<StateName>,
    /// Only those for the model of that id, or for one of its versions.
    model: Option<Uuid>,
    /// Only those for the version of that id alone.
    version: Option<Uuid>,
    /// Only those from the policy of that id.
    policy: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the exceptions for models that the caller may read, newest first.
#[utoipa::path(get, path = "/api/v1/exceptions", tag = "exceptions", operation_id = "listExceptions",
    params(ExceptionParams),
    responses((status = 200, description = "A page", body = Page<ExceptionView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ExceptionParams>,
) -> Result<Json<Page<ExceptionView>>, Problem> {
    let found = app.read(move |desk| {
        let (now, state, place) = (desk.now, params.state, (params.cursor, params.limit));
        let mut filters = asked(params);
        filters.push(desk.readable_rows(&caller, Kind::Exception)?);
        let keep = |held: &Held<Exception>| Ok(state.is_none_or(|state| held.state_at(now) == state));
        page::<Exception, _>(desk, &Predicate::And(filters), place, keep, |held| show(desk, held))
    });
    found.await.map(Json)
}

fn show(desk: &Desk<'_>, held: &Held<Exception>) -> Result<ExceptionView, Problem> {
    let id = held.model();
    let model = desk.any::<Model>(id)?.ok_or_else(|| Problem::not_found("model", id))?;
    ExceptionView::new(desk, &model, held)
}

fn asked(params: ExceptionParams) -> Vec<Predicate> {
    let text = |column, value: String| Predicate::Eq(column, Value::Text(value));
    let mut filters = Vec::new();
    filters.extend(params.model.map(|id| text("model_id", id.to_string())));
    filters.extend(params.version.map(|id| text("version_id", id.to_string())));
    filters.extend(params.policy.map(|policy| text("policy", policy)));
    filters.extend(params.state.map(|state| {
        let names = stored(state).iter().map(|state| Value::Text(state.name().to_owned()));
        Predicate::In("state", names.collect())
    }));
    filters
}

/// What stands in the table of what is in that state now: of an approval the clock makes the rest.
fn stored(state: StateName) -> &'static [StateName] {
    match state {
        StateName::Draft => &[StateName::Draft],
        StateName::Submitted => &[StateName::Submitted],
        StateName::Approved | StateName::Active => &[StateName::Approved],
        StateName::Expired => &[StateName::Approved, StateName::Expired],
        StateName::Rejected => &[StateName::Rejected],
        StateName::Withdrawn => &[StateName::Withdrawn],
        StateName::Revoked => &[StateName::Revoked],
        StateName::Remediated => &[StateName::Remediated],
    }
}
