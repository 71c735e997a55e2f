//! `POST /api/v1/changes/{id}/comments`

use assent_app::changes::ChangeCommand;
use assent_domain::ids::ChangeId;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::carry_out;
use crate::app::App;
use crate::execute::check_comment;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{ChangeView, Written};

/// A remark.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangeRemark)]
pub(crate) struct NewComment {
    #[schema(min_length = 1, max_length = 10000)]
    comment: String,
}

/// Remarks something on a change. Who asks for changes of the model and who signs them can.
#[utoipa::path(post, path = "/api/v1/changes/{id}/comments", tag = "changes", operation_id = "commentOnChange",
    params(("id" = Uuid, Path, description = "Id of the change"), WriteHeaders), request_body = NewComment,
    responses((status = 200, description = "Remarked", body = Written<ChangeView>), Problems))]
pub(crate) async fn comment(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewComment>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    check_comment("/comment", &body.comment)?;
    let subject = sent.caller.id();
    let comment = app.read(move |desk| desk.seal(subject, &body.comment)).await?;
    carry_out(&app, &sent, ChangeId(id), ChangeCommand::Comment(comment)).await
}
