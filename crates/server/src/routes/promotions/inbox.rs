//! `GET /api/v1/inbox`

use assent_app::cases::OwnedCase;
use assent_domain::identity::{Permission, Target, holds_role};
use assent_domain::pack::StepKind;
use assent_domain::workflow::{self, Decision, Judgement, NewReview, Promotion, StateName, StepState};
use assent_domain::{Kind, Sealed};
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::case;
use super::list::show;
use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, page};
use crate::problem::Problem;
use crate::views::PromotionView;

/// A promotion that waits for the caller.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InboxItem {
    promotion: PromotionView,
    /// The steps that the caller could decide now.
    steps: Vec<String>,
    /// Those of them that are assigned to the caller.
    assigned: Vec<String>,
    /// Open steps that are overdue and were escalated to a role of the caller: to look after, and not to decide.
    escalated: Vec<String>,
}

/// Which page, and of what.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct InboxParams {
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// Only promotions with a step that is assigned to the caller.
    #[serde(default)]
    assigned: bool,
}

/// What a promotion wants of the caller.
#[derive(Default)]
struct Wanted {
    steps: Vec<String>,
    assigned: Vec<String>,
    escalated: Vec<String>,
}

/// Lists the promotions that wait for the caller: with a step that the caller could decide now, or that was escalated to
/// them. Of each page those come first that are assigned to the caller, and then the newest.
#[utoipa::path(get, path = "/api/v1/inbox", tag = "promotions", operation_id = "inbox", params(InboxParams),
    responses((status = 200, description = "A page", body = Page<InboxItem>), Problems))]
pub(crate) async fn inbox(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<InboxParams>,
) -> Result<Json<Page<InboxItem>>, Problem> {
    let found = app.read(move |desk| {
        let states =
            [StateName::InReview, StateName::Approved].map(|state| Value::Text(state.name().to_owned()));
        let readable = desk.readable_rows(&caller, Kind::Promotion)?;
        // What went through in an emergency is reviewed afterwards.
        let used = Predicate::Eq("emergency", Value::Text("USED".to_owned()));
        let decided = Predicate::Or(vec![Predicate::In("state", states.to_vec()), used]);
        let mut filters = vec![decided, readable];
        if params.assigned {
            filters.push(Predicate::Lines("assignees", vec![Value::Text(caller.id().to_string())]));
        }
        let found = std::cell::RefCell::new(Wanted::default());
        let keep = |held: &Held<Promotion>| {
            let wanted = wanted(desk, &caller, held)?;
            let is_wanted = !wanted.steps.is_empty() || (!params.assigned && !wanted.escalated.is_empty());
            *found.borrow_mut() = wanted;
            Ok(is_wanted)
        };
        let show = |held: &_| {
            let Wanted { steps, assigned, escalated } = found.take();
            Ok(InboxItem { promotion: show(desk, held)?, steps, assigned, escalated })
        };
        let place = (params.cursor, params.limit);
        let mut page = page::<Promotion, _>(desk, &Predicate::And(filters), place, keep, show)?;
        page.items.sort_by_key(|item| item.assigned.is_empty());
        Ok(page)
    });
    found.await.map(Json)
}

/// The open steps that the caller could decide: asked of the decision itself, so that list and answer cannot differ; and
/// those that were escalated to a role that the caller holds.
fn wanted(desk: &Desk<'_>, caller: &Caller, promotion: &Promotion) -> Result<Wanted, Problem> {
    let case = case(desk, promotion.id)?;
    let judgement = case.judge();
    let model = Target::Model(&case.model);
    let reviews = desk.can(caller, Permission::Review, model)?;
    let mut found = Wanted::default();
    for step in judgement.steps.iter().filter(|step| step.state == StepState::Open) {
        let step = &step.step;
        if could_decide(caller, promotion, &case, &judgement, step, reviews) {
            found.steps.push(step.clone());
            if promotion.assignments.get(step) == Some(&caller.id()) {
                found.assigned.push(step.clone());
            }
        }
        if promotion.escalated_to(step).any(|role| holds_role(&caller.principal, role, model, desk.now)) {
            found.escalated.push(step.clone());
        }
    }
    Ok(found)
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
