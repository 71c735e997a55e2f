//! `GET /api/v1/models/{id}/risk`

use assent_app::View;
use assent_app::cases::counting_assessment;
use assent_domain::registry::Model;
use assent_domain::risk::{Assessment, TierChange};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{AssessmentView, ModelView, TierChangeView};

/// What is known of the risk of a model.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelRisk {
    /// The model, with its tier and how that was found.
    model: ModelView,
    /// The assessment of the model as a whole that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    assessment: Option<AssessmentView>,
    /// The request for another tier that is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier_change: Option<TierChangeView>,
}

/// Gives what is known of the risk of a model: its tier, the assessment that counts, and the open request for another tier.
#[utoipa::path(get, path = "/api/v1/models/{id}/risk", tag = "risk", operation_id = "modelRisk",
    params(("id" = String, Path, description = "Id or name of the model")),
    responses((status = 200, description = "The risk", body = ModelRisk), Problems))]
pub(crate) async fn risk(
    State(app): State<App>,
    caller: Caller,
    Segments(key): Segments<String>,
) -> Result<Json<ModelRisk>, Problem> {
    app.read(move |desk| risk_of(desk, &desk.model(&caller, &key)?)).await.map(Json)
}

/// What is known of the risk of a model that the caller may read.
pub(crate) fn risk_of(desk: &Desk<'_>, model: &Held<Model>) -> Result<ModelRisk, Problem> {
    let counting = counting_assessment(&desk.view, model.id, None)?;
    let counting = counting.map(|held| desk.any::<Assessment>(held.id)).transpose()?.flatten();
    let open = desk.view.find::<TierChange>("open_model", &model.id.to_string())?;
    let open = open.map(|held| desk.any::<TierChange>(held.id)).transpose()?.flatten();
    Ok(ModelRisk {
        model: ModelView::new(desk, model)?,
        assessment: counting.map(|held| AssessmentView::new(desk, &held)).transpose()?,
        tier_change: open.map(|held| TierChangeView::new(desk, &held)).transpose()?,
    })
}
