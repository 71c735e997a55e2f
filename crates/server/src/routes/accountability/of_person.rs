//! `GET /api/v1/accountability`

use assent_app::project;
use assent_domain::Kind;
use assent_domain::ids::PrincipalId;
use assent_domain::registry::Model;
use assent_store::{Order, Predicate, Select, Value};
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
use crate::views::ModelRoles;

/// The most models beside their own for which one person can be looked up.
const MAX_MODELS: u32 = 5_000;

/// Whose roles.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PersonParams {
    /// Id of the principal; the caller if absent.
    principal: Option<Uuid>,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists what a person answers for: the models that the caller may read with the roles that the person is in, newest first.
#[utoipa::path(get, path = "/api/v1/accountability", tag = "oversight", operation_id = "accountabilityOf",
    params(PersonParams),
    responses((status = 200, description = "A page", body = Page<ModelRoles>), Problems))]
pub(crate) async fn of_person(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<PersonParams>,
) -> Result<Json<Page<ModelRoles>>, Problem> {
    let found = app.read(move |desk| {
        let person = params.principal.map_or_else(|| caller.id(), PrincipalId);
        let owned = Predicate::Eq("owner_id", Value::Text(person.to_string()));
        let among = Predicate::In("model_id", answered_by(desk, &caller, person)?);
        let readable = desk.readable_rows(&caller, Kind::Model)?;
        let filter = Predicate::And(vec![Predicate::Or(vec![owned, among]), readable]);
        let show = |model: &Held<Model>| ModelRoles::of_person(desk, model, person);
        page::<Model, _>(desk, &filter, (params.cursor, params.limit), |_| Ok(true), show)
    });
    found.await.map(Json)
}

/// Ids of the models for which the person was put into a role.
fn answered_by(desk: &Desk<'_>, caller: &Caller, person: PrincipalId) -> Result<Vec<Value>, Problem> {
    let table = project::table(Kind::Accountability);
    let table = table.ok_or_else(|| Problem::internal("a kind without a table"))?;
    let named = Predicate::Lines("persons", vec![Value::Text(person.to_string())]);
    let filter = Predicate::And(vec![named, desk.readable_rows(caller, Kind::Accountability)?]);
    let select = Select { table, filter, order: Order::Descending, after: None, limit: MAX_MODELS };
    let rows = desk.view.read().select(&select)?;
    Ok(rows.into_iter().map(|row| Value::Text(row.id.to_string())).collect())
}
