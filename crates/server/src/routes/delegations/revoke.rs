//! `POST /api/v1/delegations/{id}/revoke`

use assent_app::Command;
use assent_domain::ids::DelegationId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::show;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::promotions::Remark;
use crate::views::{DelegationView, Written, done};

/// Ends a delegation before its time; either of the two does that. What was decided by it stands.
#[utoipa::path(post, path = "/api/v1/delegations/{id}/revoke", tag = "delegations", operation_id = "revokeDelegation",
    params(("id" = Uuid, Path, description = "Id of the delegation"), WriteHeaders), request_body = Option<Remark>,
    responses((status = 200, description = "Ended", body = Written<DelegationView>), Problems))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Remark>,
) -> Result<Response, Problem> {
    let (id, Write { sent, body }) = (DelegationId(id), write);
    let caller = sent.caller.clone();
    let comment = app.seal_comment(&sent, body.comment).await?;
    let seen = move |desk: &crate::desk::Desk<'_>| desk.delegation(&caller, id).map(drop);
    let command = Command::RevokeDelegation(id, comment);
    let receipt = app.execute_if(&sent, Some(id.into()), command, seen).await?;
    let (_, view) = show(&app, &sent.caller, id).await?;
    Ok(done(receipt, view))
}
