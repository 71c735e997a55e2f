//! `DELETE /api/v1/sessions/{id}`

use assent_app::Command;
use assent_app::doors::Door;
use assent_domain::identity::{Permission, Session, Target};
use assent_domain::ids::SessionId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::{SessionView, ended};
use crate::app::App;
use crate::desk::not_there;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::Written;

/// Ends a session: one's own, or any of them for who manages principals.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "identity", operation_id = "endSession",
    params(("id" = Uuid, Path, description = "Id of the session"), WriteHeaders),
    responses((status = 200, description = "Ended", body = Written<SessionView>), Problems))]
pub(crate) async fn end(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    let (session, caller) = (SessionId(id), write.sent.caller.clone());
    app.read(move |desk| {
        let all = desk.can(&caller, Permission::ManagePrincipals, Target::Platform)?;
        let held = desk.any::<Session>(session)?.filter(|held| all || held.principal == caller.id());
        held.map(drop).ok_or_else(|| not_there("session", session, all))
    })
    .await?;
    let command = Command::Door(Door::End(session));
    let receipt = app.execute(&write.sent, Some(session.into()), command).await?;
    ended(&app, session, receipt).await
}
