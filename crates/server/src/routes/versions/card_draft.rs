//! `GET /api/v1/versions/{id}/card/draft`

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_app::cards::{self, Known, RiskWords, draft};
use assent_app::cases;
use assent_cards::AnyRecord;
use assent_domain::Sealed;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::{DatasetId, VersionId};
use assent_domain::registry::{Dataset, Version};
use assent_domain::risk::Assessment;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::CardView;

/// A draft of a model card.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CardDraft {
    /// The card, of the form `assent.model-card/1`.
    #[schema(value_type = Object)]
    card: Value,
    /// How much of it is filled in.
    completeness: CardView,
    /// How many figures are more than a card holds.
    figures_left_out: usize,
}

/// Drafts a model card from what is known: model, version, evaluations, data sets, risk assessment, exceptions. Every figure
/// says where it is from. What nobody has recorded is left open for people to write.
#[utoipa::path(get, path = "/api/v1/versions/{id}/card/draft", tag = "versions", operation_id = "draftCard",
    params(("id" = Uuid, Path, description = "Id of the version")),
    responses((status = 200, description = "The draft", body = CardDraft), Problems))]
pub(crate) async fn card_draft(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Json<CardDraft>, Problem> {
    let drafted = app.read(move |desk| {
        let (_, version) = desk.version(&caller, VersionId(id))?;
        let case = cases::of_version(&desk.view, desk.app.assent.ledger.packs(), version.id, None, desk.now)?;
        let assessment = case.assessment.as_deref();
        let known = Known {
            evaluated_on: &evaluated_on(desk, &caller, &version)?,
            owner: desk.person(case.model.owner)?.name,
            creator: desk.person(version.registered.by)?.name,
            risks: assessment.map(|assessment| risks(desk, assessment)).transpose()?.unwrap_or_default(),
            case: &case,
        };
        let drafted = draft(&known);
        let figures_left_out = drafted.figures_left_out;
        let card = AnyRecord::ModelCard(Box::new(drafted.card));
        let completeness = CardView::from(&cards::record(&card)?);
        let card = card.to_value().map_err(|error| Problem::internal(error.to_string()))?;
        Ok(CardDraft { card, completeness, figures_left_out })
    });
    drafted.await.map(Json)
}

/// The data sets of the latest evaluations that the caller may see.
fn evaluated_on(
    desk: &Desk<'_>,
    caller: &Caller,
    version: &Version,
) -> Result<BTreeMap<DatasetId, Arc<Dataset>>, Problem> {
    let all = desk.can(caller, Permission::Read, Target::Platform)?;
    let mut found = BTreeMap::new();
    for record in version.suites.values() {
        let id = record.evaluation.dataset;
        let held = desk.any::<Dataset>(id)?.filter(|set| all || set.steward == caller.id());
        found.extend(held.map(|held| (id, held.state)));
    }
    Ok(found)
}

/// The words of the risks: what the templates say, and what people wrote.
fn risks(desk: &Desk<'_>, assessment: &Assessment) -> Result<Vec<RiskWords>, Problem> {
    let words = |sealed: &Sealed| Ok::<_, Problem>(desk.words(sealed)?.text.unwrap_or_default());
    let rated = assessment.rated();
    let risks = rated.iter().map(|rated| {
        let template = assessment.templates.iter().find(|template| template.id == rated.id);
        let record = assessment.risks.get(&rated.id);
        let description = match (template, record.and_then(|record| record.custom.as_ref())) {
            (Some(template), _) => template.title.clone(),
            (None, Some(custom)) => words(&custom.title)?,
            (None, None) => String::new(),
        };
        let controls = record.iter().flat_map(|record| &record.answer.controls);
        let controls = controls.map(words).collect::<Result<Vec<_>, _>>()?;
        Ok(RiskWords { risk: rated.id.clone(), description, mitigation: controls.join("; ") })
    });
    risks.collect()
}
