//! `POST /api/v1/principals/{id}/unlink`

use assent_app::Command;
use assent_domain::ids::PrincipalId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::carried_out;
use crate::app::App;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{PrincipalView, ProposalView, Written};

/// Takes a link to another account back: the account belongs to a person of its own after all.
#[utoipa::path(post, path = "/api/v1/principals/{id}/unlink", tag = "identity", operation_id = "unlinkPrincipal",
    params(("id" = Uuid, Path, description = "Id of the principal"), WriteHeaders), request_body = Option<Empty>,
    responses((status = 200, description = "Taken back", body = Written<PrincipalView>),
        (status = 202, description = "It waits for a second person", body = Written<ProposalView>), Problems))]
pub(crate) async fn unlink(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    let id = PrincipalId(id);
    carried_out(&app, &write.sent, id, Command::UnlinkPrincipal(id)).await
}
