//! `POST /api/v1/auth/invitations/accept`

use assent_app::Command;
use assent_app::doors::Door;
use assent_app::passwords;
use assent_app::start::Assent;
use assent_domain::identity::session::Proof;
use assent_domain::identity::{Credential, Principal};
use assent_domain::ids::{CredentialId, Digest, PrincipalId};
use assent_domain::{Code, Refusal, Sealed};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Started, start};
use crate::app::App;
use crate::http::{Knock, Secret};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::routes::principals::check_email;

/// A password, and by what right it is set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acceptance {
    /// The secret of the invitation.
    #[schema(value_type = String, max_length = 200)]
    secret: Secret,
    /// At least 12 characters, and not easy to guess.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 512)]
    password: Secret,
    /// The address to log in with, where none is registered: as for the first administrator.
    #[schema(max_length = 254)]
    email: Option<String>,
}

/// What a good invitation makes.
struct Prepared {
    person: PrincipalId,
    hash: Sealed,
    command: Command,
    claimed: bool,
}

/// Sets the password that an invitation is for, and logs in. All other sessions of the person end.
#[utoipa::path(post, path = "/api/v1/auth/invitations/accept", tag = "identity", operation_id = "acceptInvitation",
    security(), request_body = Acceptance,
    responses((status = 200, description = "Set, and logged in; the session is in the cookie", body = Started), Problems))]
pub(crate) async fn accept(State(app): State<App>, knock: Knock<Acceptance>) -> Result<Response, Problem> {
    let Knock { stranger, body } = knock;
    app.pace.take(stranger.address, app.now()).map_err(Problem::too_often)?;
    let Prepared { person, hash, command, claimed } = app.slowly(move |app| prepare(app, &body)).await?;
    let done = app.execute_at_door(&stranger, person, None, command).await;
    // What was not set has no address; where nobody knows, the next start finds out.
    if claimed && done.as_ref().is_err_and(|problem| problem.status.is_client_error()) {
        app.blocking(move |app| Ok(app.assent.sealer.release_email(person)?)).await?;
    }
    done?;
    app.pace.give_back(stranger.address);
    start(&app, &stranger, person, Proof::Password(hash), 0).await
}

/// Looks at the invitation before anything costs time or tells something; the ledger looks again.
fn prepare(app: &App, body: &Acceptance) -> Result<Prepared, Problem> {
    let secret_hash = Digest::of(body.secret.0.as_bytes());
    let (person, name) = invited(app, &body.secret.0, secret_hash)?;
    let about = [name.as_deref().unwrap_or_default(), body.email.as_deref().unwrap_or_default()];
    passwords::check(&body.password.0, &about)?;
    let (mut claimed, mut email) = (false, None);
    if let Some(address) = &body.email {
        check_email(address)?;
        if let Some(holder) = app.assent.sealer.find_email(address)?.filter(|holder| *holder != person) {
            let message = format!("the principal `{holder}` has this e-mail address");
            return Err(Refusal::new(Code::EmailTaken, message).at("/email").into());
        }
        email = Some(app.seal(person, address)?);
        claimed = app.assent.sealer.claim_email(person, address)?.is_none();
    }
    let hash = app.seal(person, &passwords::hash(&body.password.0, &app.assent.wiring)?)?;
    let door = Door::Accept { secret_hash, hash: hash.clone(), email };
    Ok(Prepared { person, hash, command: Command::Door(door), claimed })
}

/// Whom a good invitation is for, and their name.
fn invited(app: &App, secret: &str, hash: Digest) -> Result<(PrincipalId, Option<String>), Problem> {
    let void = || {
        let message = "the invitation does not hold: it was used, replaced, has expired, or never was";
        Problem::from(Refusal::new(Code::InvitationVoid, message).at("/secret"))
    };
    let person = Assent::invited(secret).ok_or_else(void)?;
    let read = app.assent.store().read()?;
    let desk = crate::desk::Desk::new(app, &*read)?;
    let credential = desk.any::<Credential>(CredentialId::of(person))?.ok_or_else(void)?;
    let good = credential.invitation.as_ref().filter(|held| held.secret_hash == hash);
    good.ok_or_else(void)?;
    let principal = desk.any::<Principal>(person)?.ok_or_else(void)?;
    Ok((person, desk.words(&principal.name)?.text))
}
