//! `GET /api/v1/systems`

use assent_domain::identity::{Permission, Target};
use assent_domain::system::{Category, System};
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::app::App;
use crate::desk::Held;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, page};
use crate::problem::Problem;
use crate::views::SystemView;
use crate::views::schemas::SystemCategoryWords;

/// Which systems.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SystemParams {
    /// Only the system of that name.
    name: Option<String>,
    /// Only systems that the principal of that id answers for.
    owner: Option<Uuid>,
    /// Only systems that use the version of that id.
    uses: Option<Uuid>,
    /// Only systems of that category.
    #[param(value_type = Option<SystemCategoryWords>)]
    category: Option<Category>,
    /// Retired systems too.
    #[serde(default)]
    retired: bool,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the systems, newest first: all of them to who reads the platform, else those that the caller answers for.
#[utoipa::path(get, path = "/api/v1/systems", tag = "systems", operation_id = "listSystems", params(SystemParams),
    responses((status = 200, description = "A page", body = Page<SystemView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<SystemParams>,
) -> Result<Json<Page<SystemView>>, Problem> {
    let found = app.read(move |desk| {
        let text = |column, value: String| Predicate::Eq(column, Value::Text(value));
        let mut filters: Vec<Predicate> = Vec::new();
        filters.extend(params.name.map(|name| text("name", name)));
        filters.extend(params.owner.map(|owner| text("owner_id", owner.to_string())));
        let uses = |id: Uuid| Predicate::Lines("uses", vec![Value::Text(id.to_string())]);
        filters.extend(params.uses.map(uses));
        if !desk.can(&caller, Permission::Read, Target::Platform)? {
            filters.push(text("owner_id", caller.id().to_string()));
        }
        let keep = |held: &Held<System>| {
            let category = params.category.is_none() || held.description.category == params.category;
            Ok(category && (params.retired || held.retired.is_none()))
        };
        let show = |held: &_| SystemView::new(desk, &caller, held);
        page::<System, _>(desk, &Predicate::And(filters), (params.cursor, params.limit), keep, show)
    });
    found.await.map(Json)
}
