//! `POST /api/v1/promotions/{id}/emergency/signatures`

use assent_app::Command;
use assent_domain::ids::{Digest, PromotionId};
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
use crate::views::{PromotionView, Written};

/// What the second person says to an emergency.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmergencySignature)]
pub(crate) struct EmergencySignatureBody {
    /// The role of the pair in which; chosen among those held, if absent.
    role: Option<String>,
    #[schema(value_type = SignatureVerdictWords)]
    verdict: Verdict,
    /// Why; a no needs it.
    #[schema(min_length = 1, max_length = 10000)]
    comment: Option<String>,
    /// Digest of the evidence that was looked at; a yes needs it.
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{64}$")]
    evidence: Option<Digest>,
}

/// Signs an emergency as the second of two persons, who speaks for themself. With a yes the promotion can be completed, for as
/// long as the pack says; a no holds for the promotion.
#[utoipa::path(post, path = "/api/v1/promotions/{id}/emergency/signatures", tag = "promotions",
    operation_id = "signEmergency",
    params(("id" = Uuid, Path, description = "Id of the promotion"), WriteHeaders), request_body = EmergencySignatureBody,
    responses((status = 200, description = "Signed", body = Written<PromotionView>), Problems))]
pub(crate) async fn sign_emergency(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<EmergencySignatureBody>,
) -> Result<Response, Problem> {
    let (id, Write { sent, body }) = (PromotionId(id), write);
    let comment = app.seal_comment(&sent, body.comment).await?;
    let new = NewSignature { role: body.role, verdict: body.verdict, comment };
    change(&app, &sent, id, Command::SignEmergency(id, new, body.evidence)).await
}
