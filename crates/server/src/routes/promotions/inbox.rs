//! `GET /api/v1/inbox`

use std::collections::BTreeSet;

use assent_app::cases::OwnedCase;
use assent_app::delegations::in_place_of_all;
use assent_domain::identity::{Permission, Principal, Target, decides_in_role};
use assent_domain::ids::PrincipalId;
use assent_domain::pack::StepKind;
use assent_domain::registry::Model;
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
use crate::views::{Person, PromotionView};

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
    /// The same in the place of others, within delegations that hold now (`onBehalfOf` of a review names the person).
    on_behalf_of: Vec<InPlaceOf>,
}

/// What waits for somebody in whose place the caller decides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InboxOnBehalfOf)]
pub(crate) struct InPlaceOf {
    /// Who that is.
    person: Person,
    /// The steps that the caller could decide now in the place of that person.
    steps: Vec<String>,
    /// Those of them that are assigned to that person.
    assigned: Vec<String>,
    /// Open steps that are overdue and were escalated to a role that the person lends.
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
    /// Only promotions with a step that is assigned to the caller, or to somebody in whose place the caller decides.
    #[serde(default)]
    assigned: bool,
}

/// What a promotion wants of somebody.
#[derive(Default)]
struct Wanted {
    steps: Vec<String>,
    assigned: Vec<String>,
    escalated: Vec<String>,
}

/// Lists the promotions that wait for the caller: with a step that the caller could decide now, or that was escalated to
/// them; in their own name or in the place of somebody who lets them. Of each page those come first that are assigned to the
/// caller or to such a person, and then the newest. A page ends early, and may be empty, when making it takes too long.
#[utoipa::path(get, path = "/api/v1/inbox", tag = "promotions", operation_id = "inbox", params(InboxParams),
    responses((status = 200, description = "A page", body = Page<InboxItem>), Problems))]
pub(crate) async fn inbox(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<InboxParams>,
) -> Result<Json<Page<InboxItem>>, Problem> {
    let found = app.read_inbox(move |desk| {
        let states =
            [StateName::InReview, StateName::Approved].map(|state| Value::Text(state.name().to_owned()));
        let readable = desk.readable_rows(&caller, Kind::Promotion)?;
        // What went through in an emergency is reviewed afterwards.
        let used = Predicate::Eq("emergency", Value::Text("USED".to_owned()));
        let decided = Predicate::Or(vec![Predicate::In("state", states.to_vec()), used]);
        let mut filters = vec![decided, readable];
        let mut hands = vec![(*caller.principal).clone()];
        hands.extend(in_place_of_all(&desk.view, &caller.principal, desk.now)?);
        if params.assigned {
            let persons = hands.iter().map(|hand| Value::Text(named(hand).to_string())).collect();
            filters.push(Predicate::Lines("assignees", persons));
        }
        let found = std::cell::RefCell::new(Vec::new());
        let keep = |held: &Held<Promotion>| {
            let all = wanted(desk, &caller, &hands, held)?;
            let waits = |it: &Wanted| !it.steps.is_empty() || (!params.assigned && !it.escalated.is_empty());
            let is_wanted = all.iter().any(waits);
            *found.borrow_mut() = all;
            Ok(is_wanted)
        };
        let show = |held: &_| item(desk, held, hands.iter().zip(found.take()));
        let place = (params.cursor, params.limit);
        let mut page = page::<Promotion, _>(desk, &Predicate::And(filters), place, keep, show)?;
        let is_assigned = |item: &InboxItem| {
            !item.assigned.is_empty() || item.on_behalf_of.iter().any(|other| !other.assigned.is_empty())
        };
        page.items.sort_by_key(|item| !is_assigned(item));
        Ok(page)
    });
    found.await.map(Json)
}

/// In whose name a principal decides.
fn named(hand: &Principal) -> PrincipalId {
    hand.acting.as_ref().map_or(hand.id, |acting| acting.delegator.id)
}

/// An item: the first of the hands is the caller's own.
fn item<'h>(
    desk: &Desk<'_>,
    held: &Held<Promotion>,
    mut found: impl Iterator<Item = (&'h Principal, Wanted)>,
) -> Result<InboxItem, Problem> {
    let Wanted { steps, assigned, escalated } = found.next().map(|(_, own)| own).unwrap_or_default();
    let mut on_behalf_of = Vec::new();
    for (hand, Wanted { steps, assigned, escalated }) in found {
        if !steps.is_empty() || !escalated.is_empty() {
            on_behalf_of.push(InPlaceOf { person: desk.person(named(hand))?, steps, assigned, escalated });
        }
    }
    Ok(InboxItem { promotion: show(desk, held)?, steps, assigned, escalated, on_behalf_of })
}

/// By hand, the open steps that it could decide: asked of the decision itself, so that list and answer cannot differ; and
/// those that were escalated to a role that it decides in. The case is built and judged once for all hands, and only where
/// one of them has to do with a step.
fn wanted(
    desk: &Desk<'_>,
    caller: &Caller,
    hands: &[Principal],
    promotion: &Promotion,
) -> Result<Vec<Wanted>, Problem> {
    let model = desk.any::<Model>(promotion.model)?;
    let model = model.ok_or_else(|| Problem::not_found("model", promotion.model))?;
    let concerned = concerned(desk, hands, promotion, &model)?;
    if !concerned.contains(&true) {
        return Ok(hands.iter().map(|_| Wanted::default()).collect());
    }
    let case = case(desk, promotion.id)?;
    let judgement = case.judge();
    let model = Target::Model(&case.model);
    // A delegation lends a role, and never the permission.
    let reviews = desk.can(caller, Permission::Review, model)?;
    let of = |hand: &Principal| {
        let mut found = Wanted::default();
        for step in judgement.steps.iter().filter(|step| step.state == StepState::Open) {
            let step = &step.step;
            if could_decide(hand, promotion, &case, &judgement, step, reviews) {
                found.steps.push(step.clone());
                if promotion.assignments.get(step) == Some(&named(hand)) {
                    found.assigned.push(step.clone());
                }
            }
            if promotion.escalated_to(step).any(|role| decides_in_role(hand, role, model, desk.now)) {
                found.escalated.push(step.clone());
            }
        }
        found
    };
    let hands = hands.iter().zip(concerned);
    Ok(hands.map(|(hand, is_concerned)| if is_concerned { of(hand) } else { Wanted::default() }).collect())
}

/// By hand, whether it may have anything to do with a step, as far as the promotion and the model tell: it decides in one of
/// the roles that steps ask for or were escalated to, or it is the owner, who attests.
fn concerned(
    desk: &Desk<'_>,
    hands: &[Principal],
    promotion: &Promotion,
    model: &Model,
) -> Result<Vec<bool>, Problem> {
    let (mut roles, mut is_attested) = (BTreeSet::new(), false);
    for step in &promotion.workflow.steps {
        match &step.kind {
            StepKind::Review { roles: asked, .. } => roles.extend(asked.iter().map(String::as_str)),
            StepKind::Attestation { .. } => is_attested = true,
            StepKind::Automated {} | StepKind::Deployment { .. } | StepKind::Change {} => {}
        }
        roles.extend(promotion.escalated_to(&step.id));
    }
    let owner = if is_attested { desk.any::<Principal>(model.owner)? } else { None };
    let attests = owner.map(|owner| owner.answerable());
    let target = Target::Model(model);
    let of = |hand: &Principal| {
        let is_owner = hand.acting.is_none() && attests == Some(hand.answerable());
        is_owner || roles.iter().any(|role| decides_in_role(hand, role, target, desk.now))
    };
    Ok(hands.iter().map(of).collect())
}

fn could_decide(
    hand: &Principal,
    promotion: &Promotion,
    case: &OwnedCase,
    judgement: &Judgement,
    id: &str,
    reviews: bool,
) -> bool {
    let Some(step) = promotion.workflow.steps.iter().find(|step| step.id == id) else { return false };
    let decides = |role: &String| decides_in_role(hand, role, Target::Model(&case.model), case.now);
    let decision = match &step.kind {
        StepKind::Review { roles, decisions, .. } if reviews && roles.iter().any(decides) => {
            decisions.iter().copied().find(|decision| *decision != Decision::Conditional)
        }
        StepKind::Attestation { .. } => Some(Decision::Approved),
        StepKind::Review { .. }
        | StepKind::Automated {}
        | StepKind::Deployment { .. }
        | StepKind::Change {} => None,
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
    workflow::could_review(promotion, &case.case(), judgement, hand, &trial)
}
