//! `POST /api/v1/principals/{id}/end-sessions`

use assent_domain::identity;
use assent_domain::ids::PrincipalId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{PrincipalView, Written};

/// Ends all sessions of a person: one's own, or anybody's for who manages principals. Tokens go on to hold.
#[utoipa::path(post, path = "/api/v1/principals/{id}/end-sessions", tag = "identity", operation_id = "endSessions",
    params(("id" = Uuid, Path, description = "Id of the principal"), WriteHeaders), request_body = Option<Empty>,
    responses((status = 200, description = "Done", body = Written<PrincipalView>), Problems))]
pub(crate) async fn end_sessions(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    change(&app, &write.sent, PrincipalId(id), identity::Command::EndSessions).await
}
