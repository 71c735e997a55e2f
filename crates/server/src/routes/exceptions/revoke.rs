//! `POST /api/v1/exceptions/{id}/revoke`

use assent_app::command::ExceptionCommand;
use assent_domain::ids::ExceptionId;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change_with_words;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{ExceptionView, Written};

/// Why an exception is revoked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revocation {
    /// The reason.
    #[schema(min_length = 1, max_length = 10000)]
    reason: String,
}

/// Ends an exception at once: who holds one of the roles that approve it does.
#[utoipa::path(post, path = "/api/v1/exceptions/{id}/revoke", tag = "exceptions", operation_id = "revokeException",
    params(("id" = Uuid, Path, description = "Id of the exception"), WriteHeaders), request_body = Revocation,
    responses((status = 200, description = "Revoked", body = Written<ExceptionView>), Problems))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Revocation>,
) -> Result<Response, Problem> {
    let words = ("/reason", write.body.reason);
    change_with_words(&app, &write.sent, ExceptionId(id), words, ExceptionCommand::Revoke).await
}
