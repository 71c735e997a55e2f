//! `POST /api/v1/delegations`

use assent_app::Command;
use assent_domain::delegation::NewDelegation;
use assent_domain::ids::{DelegationId, PrincipalId};
use assent_domain::text;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::show;
use crate::app::App;
use crate::http::Write;
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::principals::ScopeBody;
use crate::views::{DelegationView, Written, created};

/// What the caller lets somebody do in their place.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDelegation)]
pub(crate) struct NewDelegationBody {
    /// Id of the principal who decides then: another person, with a role that decides reviews.
    delegate: Uuid,
    /// The roles in which: roles of the caller that decide reviews.
    #[schema(min_items = 1, max_items = 50)]
    roles: Vec<String>,
    /// For which models; for all that the caller's grants reach, if absent.
    #[serde(default)]
    scope: ScopeBody,
    /// From when on.
    from: Timestamp,
    /// Until when (not included).
    until: Timestamp,
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    reason: String,
}

/// Lets another reviewer decide in the caller's place, for a time. Only for oneself can this be given.
#[utoipa::path(post, path = "/api/v1/delegations", tag = "delegations", operation_id = "giveDelegation",
    params(WriteHeaders), request_body = NewDelegationBody,
    responses((status = 201, description = "Given", body = Written<DelegationView>), Problems))]
pub(crate) async fn give(
    State(app): State<App>,
    write: Write<NewDelegationBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    text::words("/reason", &body.reason)?;
    let (subject, words) = (sent.caller.id(), body.reason);
    let reason = app.read(move |desk| desk.seal(subject, &words)).await?;
    let new = NewDelegation {
        roles: body.roles,
        scope: body.scope.scope()?,
        from: body.from,
        until: body.until,
        reason,
    };
    let id: DelegationId = app.id();
    let command = Command::GiveDelegation(id, PrincipalId(body.delegate), Box::new(new));
    let receipt = app.execute(&sent, Some(id.into()), command).await?;
    let (_, view) = show(&app, &sent.caller, DelegationId(receipt.id)).await?;
    Ok(created(receipt, view))
}
