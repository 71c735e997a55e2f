//! `POST /api/v1/auth/log-in`

use assent_domain::identity::session::Proof;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Started, prove, start};
use crate::app::App;
use crate::http::{Knock, Secret};
use crate::openapi::Problems;
use crate::problem::Problem;

/// Who wants to come in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogIn {
    /// The e-mail address.
    #[schema(value_type = String, max_length = 254)]
    email: Secret,
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// Logs a person in. Whatever is wrong, the answer is the same; after five wrong passwords in a row the account is shut for a
/// minute, and for twice as long each further time, up to an hour.
#[utoipa::path(post, path = "/api/v1/auth/log-in", tag = "identity", operation_id = "logIn", security(),
    request_body = LogIn,
    responses((status = 200, description = "Logged in; the session is in the cookie", body = Started), Problems))]
pub(crate) async fn log_in(State(app): State<App>, knock: Knock<LogIn>) -> Result<Response, Problem> {
    let Knock { stranger, body } = knock;
    let check = move |app: &App| Ok(app.assent.log_in(&body.email.0, &body.password.0)?);
    let (principal, hash, failures) = prove(&app, &stranger, check).await?;
    start(&app, &stranger, principal, Proof::Password(hash), failures).await
}
