//! `POST /api/v1/exceptions/{id}/remediate`

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

/// How what an exception excused was mended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Remediation {
    /// What was done.
    #[schema(min_length = 1, max_length = 10000)]
    how: String,
}

/// Says that what an exception excused is mended: then it is over. Who asked for it does, or the owner of the model.
#[utoipa::path(post, path = "/api/v1/exceptions/{id}/remediate", tag = "exceptions", operation_id = "remediateException",
    params(("id" = Uuid, Path, description = "Id of the exception"), WriteHeaders), request_body = Remediation,
    responses((status = 200, description = "Over", body = Written<ExceptionView>), Problems))]
pub(crate) async fn remediate(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Remediation>,
) -> Result<Response, Problem> {
    let words = ("/how", write.body.how);
    change_with_words(&app, &write.sent, ExceptionId(id), words, ExceptionCommand::Remediate).await
}
