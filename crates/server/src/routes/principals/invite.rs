//! `POST /api/v1/principals/{id}/invitation`

use assent_app::Command;
use assent_app::doors::Door;
use assent_domain::identity::Credential;
use assent_domain::ids::{CredentialId, PrincipalId};
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::proposals;
use crate::views::{Written, accepted, created};

/// An invitation to set a password.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invitation {
    /// Whom it is for.
    principal: Uuid,
    /// Until when it can be taken up; null where it was taken up in the meantime, and where it waits for a second person.
    expires_at: Option<Timestamp>,
    /// What its bearer presents. It is shown in this answer only; null where this is the answer to a repeated request.
    secret: Option<String>,
    /// Whether the secret was shown before, in the answer to the first request; then invite again.
    shown_before: bool,
    /// The proposal that a second person has to confirm before the invitation holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<Uuid>,
}

/// Invites a person to set a password: the first one, or another where it was forgotten. The password that holds goes on to
/// hold until then; an earlier invitation does not. An invitation of somebody else who holds a role that approves holds once a
/// second person has confirmed it.
#[utoipa::path(post, path = "/api/v1/principals/{id}/invitation", tag = "identity", operation_id = "invite",
    params(("id" = Uuid, Path, description = "Id of the person"), WriteHeaders), request_body = Option<Empty>,
    responses((status = 201, description = "Invited", body = Written<Invitation>),
        (status = 202, description = "It waits for a second person", body = Written<Invitation>), Problems))]
pub(crate) async fn invite(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    let (principal, caller) = (PrincipalId(id), write.sent.caller.clone());
    app.read(move |desk| desk.principal(&caller, principal).map(drop)).await?;
    let new = app.assent.new_invitation(principal);
    let command = Command::Door(Door::Invite { principal, secret_hash: new.hash });
    let receipt = app.execute(&write.sent, Some(CredentialId::of(principal).into()), command).await?;
    let held = app.read(move |desk| desk.any::<Credential>(CredentialId::of(principal))).await?;
    let invitation = held.and_then(|held| held.invitation.clone());
    let waits = proposals::waits(&receipt);
    let shown = Invitation {
        principal: id,
        expires_at: invitation.filter(|_| !waits).map(|invitation| invitation.expires_at),
        secret: (!receipt.replayed).then_some(new.secret),
        shown_before: receipt.replayed,
        proposal: waits.then_some(receipt.id),
    };
    Ok(if waits { accepted(receipt, shown) } else { created(receipt, shown) })
}
