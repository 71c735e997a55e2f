//! Sessions of people.

mod end;
mod list;

use assent_app::Receipt;
use assent_domain::identity::{Method, Principal, Session};
use assent_domain::ids::SessionId;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::desk::{Desk, Held};
use crate::problem::Problem;
use crate::views::done;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::mine)).routes(routes!(end::end))
}

/// A session without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(crate) struct SessionView {
    id: Uuid,
    /// Whose it is.
    principal: Uuid,
    /// The provider that vouched for the person; null where they proved a password.
    provider: Option<String>,
    started_at: Timestamp,
    /// Until when it holds at the longest.
    expires_at: Timestamp,
    /// When it was ended by itself; null where it was not.
    ended_at: Option<Timestamp>,
    /// Whether it holds now, unless nobody has used it for too long.
    active: bool,
}

impl SessionView {
    fn new(desk: &Desk<'_>, session: &Held<Session>) -> Result<Self, Problem> {
        let principal = desk.any::<Principal>(session.principal)?;
        let provider = match &session.method {
            Method::Password => None,
            Method::Provider { provider } => Some(provider.clone()),
        };
        Ok(Self {
            id: session.id.0,
            principal: session.principal.0,
            provider,
            started_at: session.started_at,
            expires_at: session.expires_at,
            ended_at: session.ended_at,
            active: principal.is_some_and(|principal| session.holds_at(&principal, desk.now)),
        })
    }
}

/// The answer to the end of a session.
pub(super) async fn ended(app: &App, id: SessionId, receipt: Receipt) -> Result<Response, Problem> {
    let view = app.read(move |desk| {
        let held = desk.any::<Session>(id)?.ok_or_else(|| Problem::not_found("session", id))?;
        SessionView::new(desk, &held)
    });
    Ok(done(receipt, view.await?))
}
