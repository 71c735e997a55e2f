//! `POST /api/v1/me/password`

use assent_app::Command;
use assent_app::doors::Door;
use assent_app::passwords;
use assent_domain::identity::session::Proof;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Started, prove, start};
use crate::app::App;
use crate::http::{Secret, Write};
use crate::openapi::Problems;
use crate::problem::Problem;

/// The password that holds, and another one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The password that holds.
    #[schema(value_type = String, format = Password)]
    current: Secret,
    /// At least 12 characters, and not easy to guess.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 512)]
    password: Secret,
}

/// Sets another password for the caller, who proves the one that holds. All sessions of the person end, and a new one begins.
#[utoipa::path(post, path = "/api/v1/me/password", tag = "identity", operation_id = "changePassword",
    request_body = NewPassword,
    responses((status = 200, description = "Changed; the new session is in the cookie", body = Started), Problems))]
pub(crate) async fn change(State(app): State<App>, write: Write<NewPassword>) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let (person, stranger) = (sent.caller.id(), sent.stranger());
    let caller = sent.caller.clone();
    let name = app.read(move |desk| Ok(desk.words(&caller.principal.name)?.text)).await?;
    passwords::check(&body.password.0, &[name.as_deref().unwrap_or_default()])?;
    let current = body.current;
    let check = move |app: &App| Ok(app.assent.prove_password(person, &current.0)?);
    let (_, proved, failures) = prove(&app, &stranger, check).await?;
    let password = body.password;
    let hash = app.slowly(move |app| {
        let hash = passwords::hash(&password.0, &app.assent.wiring)?;
        app.seal(person, &hash)
    });
    let hash = hash.await?;
    // Not as a repeatable write: its receipt would keep a digest of both passwords.
    let command = Command::Door(Door::ChangePassword { proved, hash: hash.clone() });
    app.execute(&sent.once(), None, command).await?;
    start(&app, &stranger, person, Proof::Password(hash), failures).await
}
