//! `DELETE /api/v1/tokens/{id}`

use assent_app::Command;
use assent_domain::identity::{Permission, Target, Token};
use assent_domain::ids::TokenId;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::desk::not_there;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{Written, done};

/// A token that does not hold any more.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RevokedToken {
    id: Uuid,
    principal: Uuid,
    revoked_at: Option<Timestamp>,
}

/// Revokes a token: one's own, or any of them for who manages principals.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "identity", operation_id = "revokeToken",
    params(("id" = Uuid, Path, description = "Id of the token"), WriteHeaders),
    responses((status = 200, description = "Revoked", body = Written<RevokedToken>), Problems))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    let (token, caller) = (TokenId(id), write.sent.caller.clone());
    app.read(move |desk| {
        let all = desk.can(&caller, Permission::ManagePrincipals, Target::Platform)?;
        let held = desk.any::<Token>(token)?.filter(|held| all || held.principal == caller.id());
        held.map(drop).ok_or_else(|| not_there("token", token, all))
    })
    .await?;
    let receipt = app.execute(&write.sent, Some(token.into()), Command::RevokeToken(token)).await?;
    let held =
        app.read(move |desk| desk.any::<Token>(token)?.ok_or_else(|| Problem::not_found("token", token)));
    let held = held.await?;
    let shown = RevokedToken { id, principal: held.principal.0, revoked_at: held.revoked_at };
    Ok(done(receipt, shown))
}
