//! `POST /api/v1/principals`

use assent_app::Command;
use assent_domain::identity::{self, PrincipalKind};
use assent_domain::ids::PrincipalId;
use assent_domain::{Code, Refusal, text};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{may_manage, shown_new};
use crate::app::App;
use crate::http::Write;
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::schemas::PrincipalKindWords;
use crate::views::{PrincipalView, Written};

/// A new person or service account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPrincipal {
    #[schema(value_type = PrincipalKindWords)]
    kind: PrincipalKind,
    /// Display name; kept encrypted under a key of its own.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// E-mail address; kept encrypted likewise.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// The person responsible for a service account; only there, and needed there.
    responsible: Option<Uuid>,
}

/// Registers a person or a service account.
#[utoipa::path(post, path = "/api/v1/principals", tag = "identity", operation_id = "registerPrincipal",
    params(WriteHeaders), request_body = NewPrincipal,
    responses((status = 201, description = "Registered", body = Written<PrincipalView>), Problems))]
pub(crate) async fn register(
    State(app): State<App>,
    write: Write<NewPrincipal>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    text::name("/name", &body.name)?;
    body.email.as_deref().map_or(Ok(()), check_email)?;
    may_manage(&app, &sent.caller).await?;
    let id: PrincipalId = app.id();
    let repeated = sent.idempotency.clone();
    let sealed = app.read_store(move |app| {
        // Who repeats a request meets the answer to the first one, and not its principal.
        let repeated = repeated.map(|(key, _)| app.assent.store().read()?.receipt(&key)).transpose()?;
        let claims = body.email.as_deref().filter(|_| repeated.flatten().is_none());
        not_taken(claims.map(|email| app.assent.sealer.find_email(email)).transpose()?.flatten())?;
        let command = identity::Command::Register {
            kind: body.kind,
            name: app.seal(id, &body.name)?,
            email: body.email.as_deref().map(|email| app.seal(id, email)).transpose()?,
            responsible: body.responsible.map(PrincipalId),
        };
        not_taken(claims.map(|email| app.assent.sealer.claim_email(id, email)).transpose()?.flatten())?;
        Ok((command, claims.is_some()))
    });
    let (command, claims) = sealed.await?;
    let done = app.execute(&sent, None, Command::Principal(id, command)).await;
    // What was not registered has no address; where nobody knows, the next start finds out.
    if claims && done.as_ref().is_err_and(|problem| problem.status.is_client_error()) {
        app.blocking(move |app| Ok(app.assent.sealer.release_email(id)?)).await?;
    }
    shown_new(&app, &sent, done?).await
}

/// Refuses an address that leads to somebody.
fn not_taken(holder: Option<PrincipalId>) -> Result<(), Refusal> {
    let Some(holder) = holder else { return Ok(()) };
    let message = format!("the principal `{holder}` has this e-mail address");
    Err(Refusal::new(Code::EmailTaken, message).at("/email"))
}

/// Refuses what cannot be an address. Whether somebody reads there is not known here.
pub(crate) fn check_email(email: &str) -> Result<(), Refusal> {
    let has_both = email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if has_both && email.len() <= 254 && !email.contains(odd) {
        return Ok(());
    }
    let message = "the e-mail address is not of the form `name@host` with at most 254 bytes";
    Err(Refusal::new(Code::InvalidText, message).at("/email"))
}
