//! `GET /api/v1/inbox`

use assent_app::cases::OwnedCase;
use assent_domain::identity::{Permission, Target};
use assent_domain::pack::StepKind;
use assent_domain::workflow::{self, Decision, Judgement, NewReview, Promotion, StateName, StepState};
use assent_domain::{Kind, Sealed};
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::case;
use super::list::show;
use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, PageParams, page};
use crate::problem::Problem;
use crate::views::PromotionView;

/// A promotion that waits for the caller.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InboxItem {
    promotion: PromotionView,
    /// The steps that the caller could decide now.
    steps: Vec<String>,
}

/// Lists the promotions with a step that the caller could decide now, newest first.
#[utoipa::path(get, path = "/api/v1/inbox", tag = "promotions", operation_id = "inbox", params(PageParams),
    responses((status = 200, description = "A page", body = Page<InboxItem>), Problems))]
pub(crate) async fn inbox(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<PageParams>,
) -> Result<Json<Page<InboxItem>>, Problem> {
    let found = app.read(move |desk| {
        let states =
            [StateName::InReview, StateName::Approved].map(|state| Value::Text(state.name().to_owned()));
        let readable = desk.readable_rows(&caller, Kind::Promotion)?;
        // What went through in an emergency is reviewed afterwards.
        let used = Predicate::Eq("emergency", Value::Text("USED".to_owned()));
        let decided = Predicate::Or(vec![Predicate::In("state", states.to_vec()), used]);
        let filter = Predicate::And(vec![decided, readable]);
        let steps = std::cell::RefCell::new(Vec::new());
        let keep = |held: &Held<Promotion>| {
            let found = decidable(desk, &caller, held)?;
            Ok(!found.is_empty() && {
                *steps.borrow_mut() = found;
                true
            })
        };
        let show = |held: &_| Ok(InboxItem { promotion: show(desk, held)?, steps: steps.take() });
        page::<Promotion, _>(desk, &filter, (params.cursor, params.limit), keep, show)
    });
    found.await.map(Json)
}

/// The open steps that the caller could decide: asked of the decision itself, so that list and answer cannot differ.
fn decidable(desk: &Desk<'_>, caller: &Caller, promotion: &Promotion) -> Result<Vec<String>, Problem> {
    let case = case(desk, promotion.id)?;
    let judgement = case.judge();
    let reviews = desk.can(caller, Permission::Review, Target::Model(&case.model))?;
    let open =
        judgement.steps.iter().filter(|step| step.state == StepState::Open).map(|step| step.step.clone());
    Ok(open.filter(|step| could_decide(caller, promotion, &case, &judgement, step, reviews)).collect())
}

fn could_decide(
    caller: &Caller,
    promotion: &Promotion,
    case: &OwnedCase,
    judgement: &Judgement,
    id: &str,
    reviews: bool,
) -> bool {
    let Some(step) = promotion.workflow.steps.iter().find(|step| step.id == id) else { return false };
    let decision = match &step.kind {
        StepKind::Review { decisions, .. } if reviews => {
            decisions.iter().copied().find(|decision| *decision != Decision::Conditional)
        }
        StepKind::Attestation { .. } => Some(Decision::Approved),
        StepKind::Review { .. } | StepKind::Automated {} | StepKind::Deployment { .. } => None,
    };
    let Some(decision) = decision else { return false };
    let trial = NewReview {
        step: id.to_owned(),
        role: None,
        decision,
        comment: Some(Sealed { subject: Uuid::nil(), data: String::new() }),
        conditions: Vec::new(),
        evidence: Some(judgement.evidence),
    };
    workflow::review(promotion, &case.case(), judgement, &caller.principal, trial).is_ok()
}
