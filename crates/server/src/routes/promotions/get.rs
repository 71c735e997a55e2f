//! `GET /api/v1/promotions/{id}`

use assent_domain::ids::PromotionId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::show;
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{PromotionView, document};

/// Gives a promotion with its reviews, where its steps stand now, and what is missing.
#[utoipa::path(get, path = "/api/v1/promotions/{id}", tag = "promotions", operation_id = "getPromotion",
    params(("id" = Uuid, Path, description = "Id of the promotion")),
    responses((status = 200, description = "The promotion", body = PromotionView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let (revision, view) = show(&app, &caller, PromotionId(id)).await?;
    Ok(document(revision, view))
}
