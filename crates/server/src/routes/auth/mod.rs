//! Coming in and going out: passwords and sessions of people.

mod accept;
mod change;
mod log_in;
mod log_out;
mod oidc;

use assent_app::Command;
use assent_app::doors::Door;
use assent_app::log_in::Outcome;
use assent_domain::Sealed;
use assent_domain::identity::Session;
use assent_domain::identity::session::{NewSession, Proof};
use assent_domain::ids::PrincipalId;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Stranger, cookie};
use crate::problem::Problem;

/// The routes for who is known.
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(log_out::log_out)).routes(routes!(change::change))
}

/// The routes that are open to anyone.
pub(super) fn open() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(log_in::log_in))
        .routes(routes!(accept::accept))
        .routes(routes!(oidc::start))
        .routes(routes!(oidc::callback))
}

/// A session that has begun. Its secret is in the cookie that comes along.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Started {
    /// The session.
    session: Uuid,
    /// Whose it is.
    principal: Uuid,
    /// Until when it holds at the longest; it ends before if nobody uses it.
    expires_at: Timestamp,
    /// What goes into the header `X-CSRF-Token` of every write.
    csrf_token: String,
}

/// Starts a session for a person who has proved who they are.
async fn start(
    app: &App,
    stranger: &Stranger,
    principal: PrincipalId,
    proof: Proof,
    failures: u64,
) -> Result<Response, Problem> {
    let (shown, presented) = open_session(app, stranger, principal, proof, failures).await?;
    let mut response = (StatusCode::OK, Json(shown)).into_response();
    cookie::SESSION.set(&mut response, &presented);
    Ok(response)
}

/// The same: the session, and what its bearer presents.
async fn open_session(
    app: &App,
    stranger: &Stranger,
    principal: PrincipalId,
    proof: Proof,
    failures: u64,
) -> Result<(Started, String), Problem> {
    let secret = app.assent.new_session();
    let life = app.options.session_life;
    let new = NewSession { id: secret.id, secret_hash: secret.hash, life, failures };
    let command = Command::Door(Door::Start { proof, new });
    app.execute_at_door(stranger, principal, Some(secret.id), command).await?;
    app.read(move |desk| {
        let session = desk.any::<Session>(secret.id)?;
        let session = session.ok_or_else(|| Problem::not_found("session", secret.id))?;
        let presented = desk.app.assent.present(secret.id, &secret.secret, desk.now)?;
        let shown = Started {
            session: session.id.0,
            principal: session.principal.0,
            expires_at: session.expires_at,
            csrf_token: desk.app.assent.csrf_token(&session)?,
        };
        Ok((shown, presented))
    })
    .await
}

/// Checks a password, at a pace and a few at a time; gives whose it is, its hash, and how many wrong ones came before.
async fn prove(
    app: &App,
    stranger: &Stranger,
    check: impl FnOnce(&App) -> Result<Outcome, Problem> + Send + 'static,
) -> Result<(PrincipalId, Sealed, u64), Problem> {
    app.pace.take(stranger.address, app.now()).map_err(Problem::too_often)?;
    match app.slowly(check).await? {
        Outcome::Proved { principal, hash, failures } => {
            app.pace.give_back(stranger.address);
            Ok((principal, hash, failures))
        }
        Outcome::Refused(shut) => {
            if let Some(shut) = shut {
                app.execute_as_system(stranger.context.id, Command::RecordRefusedLogIns(shut)).await?;
            }
            Err(Problem::log_in_refused())
        }
    }
}
