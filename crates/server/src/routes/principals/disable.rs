//! `POST /api/v1/principals/{id}/disable`

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

/// Takes away all that a principal may do; its tokens do not hold any more.
#[utoipa::path(post, path = "/api/v1/principals/{id}/disable", tag = "identity", operation_id = "disablePrincipal",
    params(("id" = Uuid, Path, description = "Id of the principal"), WriteHeaders), request_body = Option<Empty>,
    responses((status = 200, description = "Done", body = Written<PrincipalView>), Problems))]
pub(crate) async fn disable(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    change(&app, &write.sent, PrincipalId(id), identity::Command::Disable).await
}
