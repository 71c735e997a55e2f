//! `POST /api/v1/principals/{id}/tokens`

use std::collections::BTreeSet;

use assent_app::{Command, Receipt};
use assent_domain::identity::{Permission, Restriction, Token};
use assent_domain::ids::{PrincipalId, ProposalId, TokenId};
use assent_domain::pack::Period;
use assent_domain::proposal::Proposed;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::principals::ScopeBody;
use crate::routes::proposals;
use crate::views::schemas::PermissionWords;
use crate::views::{RestrictionView, Written, accepted, created};

/// How long a token is to hold, as one of `expiresAt` and `life`, and what it leaves of what its principal may do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewToken {
    /// Until when it holds (not included).
    expires_at: Option<Timestamp>,
    /// For how long, for example `30d` or `12h`.
    #[schema(value_type = Option<String>, example = "30d")]
    life: Option<Period>,
    /// Only these permissions of the principal; all of them if absent.
    #[schema(value_type = Option<BTreeSet<PermissionWords>>)]
    permissions: Option<BTreeSet<Permission>>,
    /// Only there; wherever the principal may if absent.
    #[serde(default)]
    scope: ScopeBody,
}

/// A token that was issued.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssuedToken {
    id: Uuid,
    /// Whose it is.
    principal: Uuid,
    expires_at: Timestamp,
    #[serde(flatten)]
    restriction: RestrictionView,
    /// What its bearer presents. It is shown in this answer only; null where this is the answer to a repeated request.
    secret: Option<String>,
    /// The proposal that a second person has to confirm before the token holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<Uuid>,
    /// Whether the secret was shown before, in the answer to the first request; then revoke the token and issue another.
    shown_before: bool,
}

/// Issues a token, whose secret is shown once: for oneself in a session; for service accounts, and for people who cannot log
/// in, by who manages principals. A token for somebody else who holds a role that approves holds once a second person has
/// confirmed it.
#[utoipa::path(post, path = "/api/v1/principals/{id}/tokens", tag = "identity", operation_id = "issueToken",
    params(("id" = Uuid, Path, description = "Id of the principal"), WriteHeaders), request_body = NewToken,
    responses((status = 201, description = "Issued", body = Written<IssuedToken>),
        (status = 202, description = "It waits for a second person", body = Written<IssuedToken>), Problems))]
pub(crate) async fn issue(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewToken>,
) -> Result<Response, Problem> {
    let (principal, caller) = (PrincipalId(id), write.sent.caller.clone());
    let expires_at = match (write.body.expires_at, write.body.life) {
        (Some(at), None) => at,
        (None, Some(life)) => life.after(app.now()),
        (None, None) | (Some(_), Some(_)) => {
            return Err(Problem::invalid("give either `expiresAt` or `life`").at("/expiresAt"));
        }
    };
    app.read(move |desk| desk.principal(&caller, principal).map(drop)).await?;
    let token = app.assent.new_token();
    let (permissions, scope) = (write.body.permissions, write.body.scope.scope()?);
    let restriction = Restriction { permissions, scope };
    let secret_hash = token.hash;
    let command = Command::IssueToken { id: token.id, principal, secret_hash, expires_at, restriction };
    let receipt = app.execute(&write.sent, None, command).await?;
    let (of, caller) = (receipt.clone(), write.sent.caller.clone());
    let mut shown = app.read(move |desk| issued(desk, &caller, &of)).await?;
    shown.secret = (!receipt.replayed).then_some(token.secret);
    Ok(if shown.proposal.is_some() { accepted(receipt, shown) } else { created(receipt, shown) })
}

/// The token that a receipt is about, or that waits for a second person.
fn issued(desk: &Desk<'_>, caller: &Caller, receipt: &Receipt) -> Result<IssuedToken, Problem> {
    if proposals::waits(receipt) {
        let held = desk.proposal(caller, ProposalId(receipt.id))?;
        if let Proposed::IssueToken { id, principal, expires_at, restriction, .. } = &held.proposed {
            let restriction = RestrictionView::new(restriction);
            return Ok(IssuedToken {
                id: id.0,
                principal: principal.0,
                expires_at: *expires_at,
                restriction,
                secret: None,
                proposal: Some(held.id.0),
                shown_before: receipt.replayed,
            });
        }
    }
    let id = TokenId(receipt.id);
    let held = desk.any::<Token>(id)?.ok_or_else(|| Problem::not_found("token", id))?;
    Ok(IssuedToken {
        id: id.0,
        principal: held.principal.0,
        expires_at: held.expires_at,
        restriction: RestrictionView::new(&held.restriction),
        secret: None,
        proposal: None,
        shown_before: receipt.replayed,
    })
}
