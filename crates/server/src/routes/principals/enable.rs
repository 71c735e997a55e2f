//! `POST /api/v1/principals/{id}/enable`

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

/// Gives a disabled principal back what it may do.
#[utoipa::path(post, path = "/api/v1/principals/{id}/enable", tag = "identity", operation_id = "enablePrincipal",
    params(("id" = Uuid, Path, description = "Id of the principal"), WriteHeaders), request_body = Option<Empty>,
    responses((status = 200, description = "Done", body = Written<PrincipalView>), Problems))]
pub(crate) async fn enable(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    change(&app, &write.sent, PrincipalId(id), identity::Command::Enable).await
}
