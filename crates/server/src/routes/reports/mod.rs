//! Reports, as JSON and as Markdown. What a report shows its reader could ask for piece by piece: the same rules decide what
//! is read, and a foreign object looks like a missing one.

mod audit;
mod compliance;
mod governance;
mod governance_audit;
mod portfolio;
mod risk;

use assent_app::project;
use assent_app::reports::{Report, markdown};
use assent_app::view::Loaded;
use assent_domain::Kind;
use assent_domain::identity::{Permission, Target};
use assent_domain::registry::Model;
use assent_store::{Order, Select};
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::{Desk, Held, held};
use crate::http::Caller;
use crate::problem::Problem;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(governance::governance))
        .routes(routes!(audit::audit))
        .routes(routes!(risk::risk))
        .routes(routes!(compliance::compliance))
        .routes(routes!(governance_audit::governance_audit))
}

/// How many models are read at once.
const AT_ONCE: u32 = 32;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Json,
    Markdown,
}

/// Whether the request would rather have Markdown, by its header `Accept`.
#[derive(Debug, Clone, Copy)]
struct Rather(Format);

impl<S: Send + Sync> FromRequestParts<S> for Rather {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let accepts = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let first = accepts.split(',').map(|part| part.split(';').next().unwrap_or_default().trim());
        let first = first.into_iter().find(|kind| ["text/markdown", "application/json"].contains(kind));
        Ok(Self(if first == Some("text/markdown") { Format::Markdown } else { Format::Json }))
    }
}

impl Rather {
    /// The report in the format that is asked for.
    fn write(self, format: Option<Format>, report: &Report) -> Response {
        match format.unwrap_or(self.0) {
            Format::Json => Json(report).into_response(),
            Format::Markdown => {
                ([(CONTENT_TYPE, "text/markdown; charset=utf-8")], markdown::write(report)).into_response()
            }
        }
    }
}

/// An object as its own address shows it.
fn shown(object: &impl serde::Serialize) -> Result<Value, Problem> {
    serde_json::to_value(object).map_err(|error| Problem::internal(error.to_string()))
}

/// What is said where the caller does not read everything.
fn part_of(desk: &Desk<'_>, caller: &Caller) -> Result<Option<String>, Problem> {
    let all = desk.can(caller, Permission::Read, Target::Platform)?;
    let part = "This is of a part: the models that its reader may read, and not all that there are.";
    Ok((!all).then(|| part.to_owned()))
}

/// Visits the models that the caller may read, newest first, and at most so many. What is said where there are more.
fn visit(
    desk: &Desk<'_>,
    caller: &Caller,
    most: usize,
    mut visit: impl FnMut(&Held<Model>) -> Result<(), Problem>,
) -> Result<Option<String>, Problem> {
    let table = project::table(Kind::Model).ok_or_else(|| Problem::internal("a kind without a table"))?;
    let filter = desk.readable_rows(caller, Kind::Model)?;
    let (mut after, mut seen) = (None, 0);
    loop {
        let (filter, order, limit) = (filter.clone(), Order::Descending, AT_ONCE);
        let rows = desk.view.read().select(&Select { table, filter, order, after, limit })?;
        for row in &rows {
            desk.in_time()?;
            if seen == most {
                let all = desk.view.read().count(table, &desk.readable_rows(caller, Kind::Model)?)?;
                let said =
                    format!("This is of a part: the {most} newest of {all} models that its reader may read.");
                return Ok(Some(said));
            }
            let state = project::aggregate(Kind::Model, row)?;
            let loaded = Loaded { revision: row.revision, state, size: row.document.len() };
            if let Some(model) = held::<Model>(&loaded) {
                visit(&model)?;
            }
            seen += 1;
        }
        after = rows.last().map(|row| row.id);
        if rows.len() < AT_ONCE as usize {
            return Ok(None);
        }
    }
}
