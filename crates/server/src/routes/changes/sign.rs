//! `POST /api/v1/changes/{id}/signatures`

use assent_app::changes::ChangeCommand;
use assent_domain::ids::ChangeId;
use assent_domain::signoff::{NewSignature, Verdict};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::carry_out;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::schemas::SignatureVerdictWords;
use crate::views::{ChangeView, Written};

/// What somebody says to a change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSignature)]
pub(crate) struct NewSignatureBody {
    /// The role in which; chosen among those that are missing, if absent.
    role: Option<String>,
    #[schema(value_type = SignatureVerdictWords)]
    verdict: Verdict,
    /// Why; REJECTED needs it.
    #[schema(min_length = 1, max_length = 10000)]
    comment: Option<String>,
}

/// Signs a change in one of its roles. One REJECTED is enough; when all reviewers have signed, the change is approved.
#[utoipa::path(post, path = "/api/v1/changes/{id}/signatures", tag = "changes", operation_id = "signChange",
    params(("id" = Uuid, Path, description = "Id of the change"), WriteHeaders), request_body = NewSignatureBody,
    responses((status = 200, description = "Signed", body = Written<ChangeView>), Problems))]
pub(crate) async fn sign(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewSignatureBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let comment = app.seal_comment(&sent, body.comment).await?;
    let new = NewSignature { role: body.role, verdict: body.verdict, comment };
    carry_out(&app, &sent, ChangeId(id), ChangeCommand::Sign(new)).await
}
