//! `GET /api/v1/accountability/matrix`

use assent_app::project;
use assent_domain::Kind;
use assent_domain::aggregate::State as _;
use assent_domain::identity::{Permission, Principal, PrincipalKind, Status, Target};
use assent_store::{Order, Predicate, Select, Value};
use axum::Json;
use axum::extract::State;

use crate::app::App;
use crate::desk::Desk;
use crate::http::Caller;
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{MAX_HOLDERS, MatrixView};

/// The most people that are looked at.
const MAX_PEOPLE: u32 = 20_000;

/// Gives the roles of the pack: responsibilities, authority, whom they escalate to, the duties bound to them, and who holds
/// them, if the caller may list people.
#[utoipa::path(get, path = "/api/v1/accountability/matrix", tag = "oversight", operation_id = "roleMatrix",
    responses((status = 200, description = "The roles", body = MatrixView), Problems))]
pub(crate) async fn matrix(State(app): State<App>, caller: Caller) -> Result<Json<MatrixView>, Problem> {
    app.read(move |desk| held(desk, &caller)).await.map(Json)
}

/// The roles with their holders.
pub(super) fn held(desk: &Desk<'_>, caller: &Caller) -> Result<MatrixView, Problem> {
    desk.may(caller, Permission::Read, Target::SomeModel)?;
    let mut matrix = MatrixView::of(&*desk.pack()?);
    if !desk.sees_people(caller)? {
        return Ok(matrix);
    }
    for role in &mut matrix.roles {
        (role.holder_count, role.holders) = (Some(0), Some(Vec::new()));
    }
    let table = project::table(Kind::Principal);
    let table = table.ok_or_else(|| Problem::internal("a kind without a table"))?;
    let filter = Predicate::Eq("status", Value::Text("ACTIVE".to_owned()));
    let (mut after, mut seen) = (None, 0);
    while seen < MAX_PEOPLE {
        let (filter, limit) = (filter.clone(), 200);
        let rows =
            desk.view.read().select(&Select { table, filter, order: Order::Ascending, after, limit })?;
        for row in &rows {
            let state = project::aggregate(Kind::Principal, row)?;
            if let Some(person) = Principal::from_aggregate(&state) {
                hold(desk, &mut matrix, person)?;
            }
        }
        after = rows.last().map(|row| row.id);
        seen += limit;
        if rows.len() < limit as usize {
            break;
        }
    }
    Ok(matrix)
}

fn hold(desk: &Desk<'_>, matrix: &mut MatrixView, person: &Principal) -> Result<(), Problem> {
    if person.kind != PrincipalKind::User || person.status != Status::Active {
        return Ok(());
    }
    for role in &mut matrix.roles {
        if !person.grants_at(desk.now).any(|grant| grant.role == role.role) {
            continue;
        }
        role.holder_count = role.holder_count.map(|count| count + 1);
        if let Some(holders) = role.holders.as_mut().filter(|holders| holders.len() < MAX_HOLDERS) {
            holders.push(desk.person(person.id)?);
        }
    }
    Ok(())
}
