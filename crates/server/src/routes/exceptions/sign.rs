//! `POST /api/v1/exceptions/{id}/signatures`

use assent_app::command::ExceptionCommand;
use assent_domain::ids::ExceptionId;
use assent_domain::signoff::{NewSignature, Verdict};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::schemas::SignatureVerdictWords;
use crate::views::{ExceptionView, Written};

/// A yes or a no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSignature)]
pub(crate) struct NewSignatureBody {
    /// The role in which; chosen among those that are missing, if absent.
    role: Option<String>,
    #[schema(value_type = SignatureVerdictWords)]
    verdict: Verdict,
    /// Why; needed for REJECTED.
    #[schema(min_length = 1, max_length = 10000)]
    comment: Option<String>,
}

/// Signs an exception in a role. With the last role that is missing it becomes active; one REJECTED ends it.
#[utoipa::path(post, path = "/api/v1/exceptions/{id}/signatures", tag = "exceptions", operation_id = "signException",
    params(("id" = Uuid, Path, description = "Id of the exception"), WriteHeaders), request_body = NewSignatureBody,
    responses((status = 200, description = "Signed", body = Written<ExceptionView>), Problems))]
pub(crate) async fn sign(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewSignatureBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let comment = app.seal_comment(&sent, body.comment).await?;
    let new = NewSignature { role: body.role, verdict: body.verdict, comment };
    change(&app, &sent, ExceptionId(id), ExceptionCommand::Sign(new)).await
}
