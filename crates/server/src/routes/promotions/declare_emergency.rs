//! `POST /api/v1/promotions/{id}/emergency`

use assent_app::Command;
use assent_domain::ids::{Digest, PromotionId};
use assent_domain::text;
use assent_domain::workflow::emergency::NewEmergency;
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
use crate::views::{PromotionView, Written};

/// Why a promotion cannot wait for its reviews.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEmergency)]
pub(crate) struct NewEmergencyBody {
    /// The reason.
    #[schema(min_length = 1, max_length = 10000)]
    justification: String,
    /// The role of the pair in which; chosen among those held, if absent.
    role: Option<String>,
    /// Digest of the evidence that was looked at (`now.evidence` of the promotion).
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{64}$")]
    evidence: Option<Digest>,
}

/// Breaks the glass of a promotion under review, as the first of two persons. It stands for missing approvals once the second
/// one has signed, and for nothing else.
#[utoipa::path(post, path = "/api/v1/promotions/{id}/emergency", tag = "promotions", operation_id = "declareEmergency",
    params(("id" = Uuid, Path, description = "Id of the promotion"), WriteHeaders), request_body = NewEmergencyBody,
    responses((status = 200, description = "Declared", body = Written<PromotionView>), Problems))]
pub(crate) async fn declare_emergency(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewEmergencyBody>,
) -> Result<Response, Problem> {
    let (id, Write { sent, body }) = (PromotionId(id), write);
    text::words("/justification", &body.justification)?;
    let caller = sent.caller.clone();
    let justification = app.read(move |desk| {
        desk.promotion(&caller, id)?;
        desk.seal(caller.id(), &body.justification)
    });
    let justification = justification.await?;
    let new = NewEmergency { justification, role: body.role, evidence: body.evidence };
    change(&app, &sent, id, Command::DeclareEmergency(id, Box::new(new))).await
}
