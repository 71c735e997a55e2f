//! `POST /api/v1/auth/log-out`

use assent_app::Command;
use assent_app::doors::Door;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::app::App;
use crate::http::{Empty, Shown, Write, cookie};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::sessions::{SessionView, ended};
use crate::views::Written;

/// Ends the session of the request.
#[utoipa::path(post, path = "/api/v1/auth/log-out", tag = "identity", operation_id = "logOut",
    params(WriteHeaders), request_body = Option<Empty>,
    responses((status = 200, description = "Logged out", body = Written<SessionView>), Problems))]
pub(crate) async fn log_out(State(app): State<App>, write: Write<Empty>) -> Result<Response, Problem> {
    let Shown::Session(session) = &write.sent.caller.shown else {
        let detail = "the request came with a token, and has no session";
        let remedy = "revoke the token with DELETE /api/v1/tokens/{id}";
        return Err(Problem::new(StatusCode::CONFLICT, "no-session", detail, remedy));
    };
    let id = session.id;
    let receipt = app.execute(&write.sent, None, Command::Door(Door::End(id))).await?;
    let mut response = ended(&app, id, receipt).await?;
    cookie::SESSION.clear(&mut response);
    Ok(response)
}
