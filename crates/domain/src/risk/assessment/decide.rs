//! Decisions about assessments.

use super::event::{
    Answer, AssessmentApproved, AssessmentRejected, AssessmentStarted, AssessmentSubmitted,
    AssessmentSuperseded, AssessmentWithdrawn, Custom, RiskAccepted, RiskAnswered,
};
use super::{Assessment, Move};
use crate::event::{Change, Event};
use crate::identity::{Permission, Principal, PrincipalKind, Target, holds_role};
use crate::ids::{AssessmentId, PrincipalId};
use crate::pack::{Duty, Pack, Period, STEPS};
use crate::registry::{Model, Version};
use crate::risk::{Exact, score};
use crate::signoff::{self, Case, NewSignature, Verdict};
use crate::{Code, Refusal, Sealed, Time, moves};

/// The most risks that are added to one assessment, the most controls of one risk, and the most acceptances.
const MAX_ADDED: usize = 100;
const MAX_CONTROLS: usize = 20;
const MAX_ACCEPTANCES: usize = 1_000;
/// For how long a risk is accepted of a model that the pack wants assessed once.
const LONGEST_ACCEPTANCE: Period = Period::days(365);

/// A rating, with what the risk is where no template names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The risk.
    pub risk: String,
    /// What it is.
    pub custom: Option<Custom>,
    /// The rating.
    pub answer: Answer,
}

/// Decides to begin an assessment of a model, or of one of its versions.
pub fn start(
    id: AssessmentId,
    model: &Model,
    version: Option<&Version>,
    pack: &Pack,
) -> Result<Vec<Change>, Refusal> {
    pack.risk_model()?;
    let templates = pack.risk_templates_for(model, version);
    if templates.is_empty() {
        let message = "no risk template of the pack in force applies to this model";
        return Err(Refusal::new(Code::RiskModelMissing, message));
    }
    let event = AssessmentStarted { model: model.id, version: version.map(|version| version.id), templates };
    Ok(vec![change(id, model, Event::AssessmentStarted(event))])
}

/// Decides to rate a risk.
pub fn answer(
    assessment: &Assessment,
    model: &Model,
    new: Answered,
    pack: &Pack,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    only_assessor(assessment, actor)?;
    can(assessment, Move::Answer)?;
    check(&new.answer)?;
    let Answered { risk, custom, answer } = new;
    let is_template = assessment.templates.iter().any(|template| template.id == risk);
    match &custom {
        Some(_) if is_template => {
            let message = format!("`{risk}` is a template: leave out what it is");
            return Err(Refusal::new(Code::Duplicate, message).at("/risk"));
        }
        None if !is_template => {
            let known: Vec<&str> = assessment.templates.iter().map(|template| template.id.as_str()).collect();
            let known = known.join(", ");
            let message = format!(
                "`{risk}` is none of the templates {known}: to add a risk, give its category and title"
            );
            return Err(Refusal::new(Code::InvalidValue, message).at("/risk"));
        }
        Some(custom) => added(assessment, &risk, custom, pack)?,
        None => {}
    }
    let event = Event::RiskAnswered(RiskAnswered { risk, custom, answer });
    Ok(vec![change(assessment.id, model, event)])
}

fn check(answer: &Answer) -> Result<(), Refusal> {
    for (pointer, step) in [("/likelihood", answer.likelihood), ("/impact", answer.impact)] {
        if !(1..=STEPS).contains(&usize::from(step)) {
            let message = format!("{step} is no step of the scale: give 1 to {STEPS}");
            return Err(Refusal::new(Code::InvalidValue, message).at(pointer));
        }
    }
    if answer.effectiveness > Exact::ONE {
        let message = format!(
            "{} is more than 1: give the share of the risk that the controls take away",
            answer.effectiveness
        );
        return Err(Refusal::new(Code::InvalidValue, message).at("/effectiveness"));
    }
    if answer.controls.len() > MAX_CONTROLS {
        let message = format!("{} controls are more than {MAX_CONTROLS}", answer.controls.len());
        return Err(Refusal::new(Code::TooMany, message).at("/controls"));
    }
    Ok(())
}

fn added(assessment: &Assessment, risk: &str, custom: &Custom, pack: &Pack) -> Result<(), Refusal> {
    if !crate::pack::is_id(risk) {
        let message = format!("the id `{risk}` is not 1 to 100 letters, digits, `-`, `_`, `.` or `:`");
        return Err(Refusal::new(Code::InvalidText, message).at("/risk"));
    }
    let categories = &pack.risk_model()?.categories;
    if !categories.contains(&custom.category) {
        let message = format!("the category `{}` is none of {}", custom.category, categories.join(", "));
        return Err(Refusal::new(Code::InvalidValue, message).at("/category"));
    }
    let held = assessment.risks.values().filter(|record| record.custom.is_some()).count();
    if held >= MAX_ADDED && !assessment.risks.contains_key(risk) {
        let message = format!("an assessment has at most {MAX_ADDED} risks besides the templates");
        return Err(Refusal::new(Code::TooMany, message).at("/risk"));
    }
    Ok(())
}

/// Decides to submit the answers: scores them, and says who signs.
///
/// # Errors
/// Refuses who did not begin it, and answers to other questions than a model of that tier is asked today.
pub fn submit(
    assessment: &Assessment,
    (model, version): (&Model, Option<&Version>),
    pack: &Pack,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    only_assessor(assessment, actor)?;
    can(assessment, Move::Submit)?;
    let mut new = pack.risk_templates_for(model, version);
    new.retain(|template| assessment.templates.iter().all(|held| held.id != template.id));
    if !new.is_empty() {
        let new: Vec<&str> = new.iter().map(|template| template.id.as_str()).collect();
        let message = format!(
            "a model of the tier `{}` is asked for {} as well, since after this was begun: begin another assessment",
            model.tier,
            new.join(", ")
        );
        return Err(Refusal::new(Code::WrongState, message));
    }
    let roles = pack.duty(Duty::AssessmentApprover)?.to_vec();
    let result = score::score(pack.risk_model()?, &model.tier, &assessment.rated());
    let event = Event::AssessmentSubmitted(AssessmentSubmitted { result, roles });
    Ok(vec![change(assessment.id, model, event)])
}

/// Decides a signature. The last one approves, and `current`, which counted until now, is superseded.
pub fn sign(
    assessment: &Assessment,
    case: &Case<'_>,
    signer: &Principal,
    new: NewSignature,
    current: Option<&Assessment>,
) -> Result<Vec<Change>, Refusal> {
    can(assessment, Move::Sign)?;
    let (signature, standing) = signoff::sign(case, signer, new)?;
    let verdict = signature.verdict;
    if verdict == Verdict::Approved {
        is_of_todays_tier(assessment, case.model)?;
    }
    let mut changes = vec![change(assessment.id, case.model, Event::AssessmentSigned(signature))];
    if verdict == Verdict::Rejected {
        let event = Event::AssessmentRejected(AssessmentRejected {});
        changes.push(change(assessment.id, case.model, event));
    } else if standing.is_complete() {
        let period = case.pack.risk_model()?.next_review.get(&case.model.tier);
        let next_review_at = period.map(|period| period.after(case.now));
        let event = Event::AssessmentApproved(AssessmentApproved { next_review_at });
        changes.push(change(assessment.id, case.model, event));
        let superseded = Event::AssessmentSuperseded(AssessmentSuperseded { by: assessment.id });
        changes.extend(current.map(|current| change(current.id, case.model, superseded)));
    }
    Ok(changes)
}

/// The tier decides on what is asked, and how much an impact counts.
fn is_of_todays_tier(assessment: &Assessment, model: &Model) -> Result<(), Refusal> {
    let scored = assessment.submitted.as_ref().map(|submitted| &submitted.result.tier);
    let Some(scored) = scored.filter(|tier| **tier != model.tier) else { return Ok(()) };
    let message = format!(
        "it was scored for the tier `{scored}`, and the model has the tier `{}` now: reject it, and begin another",
        model.tier
    );
    Err(Refusal::new(Code::WrongState, message))
}

/// Decides to accept a risk for a time, at most until the model would be assessed again. Whoever could sign the assessment can; the assessor and the owner cannot.
pub fn accept(
    assessment: &Assessment,
    case: &Case<'_>,
    actor: &Principal,
    risk: String,
    rationale: Sealed,
    expires_at: Time,
) -> Result<Vec<Change>, Refusal> {
    can(assessment, Move::Accept)?;
    let risks = assessment.submitted.iter().flat_map(|submitted| &submitted.result.risks);
    if !risks.into_iter().any(|scored| scored.id == risk) {
        let message = format!("the assessment has no risk `{risk}`");
        return Err(Refusal::new(Code::InvalidValue, message).at("/risk"));
    }
    if actor.kind != PrincipalKind::User {
        return Err(Refusal::new(Code::ReviewerIsNotAPerson, "a service account cannot accept a risk"));
    }
    if case.is_own(actor.person()) {
        let message = "you assessed it, or it is your own work; somebody else accepts its risks";
        return Err(Refusal::new(Code::ReviewerIsRequester, message));
    }
    let carries = |role: &&String| {
        let reviews = case.pack.role(role).is_some_and(|role| role.permissions.contains(&Permission::Review));
        reviews && holds_role(actor, role, Target::Model(case.model), case.now)
    };
    if !case.roles.iter().any(|role| carries(&role)) {
        let message =
            format!("a risk is accepted by {}, and you hold none of these here", case.roles.join(" or "));
        return Err(Refusal::new(Code::ReviewerLacksRole, message));
    }
    if expires_at <= case.now {
        return Err(Refusal::new(Code::InvalidValue, "the acceptance would be over already").at("/expiresAt"));
    }
    let period = case.pack.risk_model()?.next_review.get(&case.model.tier).copied();
    let latest = period.unwrap_or(LONGEST_ACCEPTANCE).after(case.now);
    if expires_at > latest {
        let message = format!(
            "a risk of this model is accepted until {latest} at the latest: until it is assessed again"
        );
        return Err(Refusal::new(Code::InvalidValue, message).at("/expiresAt"));
    }
    if assessment.acceptances.len() >= MAX_ACCEPTANCES {
        return Err(Refusal::new(
            Code::TooMany,
            format!("an assessment keeps at most {MAX_ACCEPTANCES} acceptances"),
        ));
    }
    let event = Event::RiskAccepted(RiskAccepted { risk, rationale, expires_at });
    Ok(vec![change(assessment.id, case.model, event)])
}

/// Decides to take an assessment back.
pub fn withdraw(
    assessment: &Assessment,
    model: &Model,
    comment: Option<Sealed>,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    only_assessor(assessment, actor)?;
    can(assessment, Move::Withdraw)?;
    let event = Event::AssessmentWithdrawn(AssessmentWithdrawn { comment });
    Ok(vec![change(assessment.id, model, event)])
}

fn change(id: AssessmentId, model: &Model, event: Event) -> Change {
    Change::new(id, event).named(&model.name).of_model(model.id)
}

fn only_assessor(assessment: &Assessment, actor: PrincipalId) -> Result<(), Refusal> {
    if actor == assessment.assessor() {
        return Ok(());
    }
    Err(Refusal::new(Code::NotTheRequester, "only who began the assessment goes on with it"))
}

fn can(assessment: &Assessment, wanted: Move) -> Result<(), Refusal> {
    let state = assessment.state();
    moves::allow(("an assessment", state.name()), state.moves(), wanted, Move::done)
}
