//! What people are told of a version in one word: derived from where it stands, its promotions and the gate, and never stored.

use super::emergency::EmergencyState;
use super::{Promotion, StateName};
use crate::gate::GateAnswer;
use crate::pack::Pack;
use crate::registry::Version;
use crate::{Code, Time};

/// A version in one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It was registered, and nobody has asked for more yet.
    Draft,
    /// People decide about a promotion.
    InReview,
    /// A promotion waits for something to be mended.
    ChangesRequested,
    /// It may stand in this stage: it was let in, or may go there, now or when a blackout ends.
    Approved(String),
    /// The last promotion ended with a no.
    Rejected,
    /// It stands in a stage whose gate is shut to it.
    Suspended,
    /// It is out of service for good.
    Retired,
}

impl Status {
    /// As on the wire: `APPROVED_` is followed by the stage.
    pub fn name(&self) -> String {
        match self {
            Self::Draft => "DRAFT".to_owned(),
            Self::InReview => "IN_REVIEW".to_owned(),
            Self::ChangesRequested => "CHANGES_REQUESTED".to_owned(),
            Self::Approved(stage) => format!("APPROVED_{stage}"),
            Self::Rejected => "REJECTED".to_owned(),
            Self::Suspended => "SUSPENDED".to_owned(),
            Self::Retired => "RETIRED".to_owned(),
        }
    }
}

/// A status, and what it follows from in a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// In one word.
    pub status: Status,
    /// Why.
    pub because: String,
}

/// The stages whose gates have a say in the status of a version: where it stands, if that was reached through one, and where an
/// approved promotion leads.
pub fn gates_asked(version: &Version, promotions: &[&Promotion], pack: &Pack, now: Time) -> Vec<String> {
    let approved = promotions.iter().filter(|promotion| promotion.state_at(now) == StateName::Approved);
    let mut stages: Vec<String> = approved.map(|promotion| promotion.target.stage.clone()).collect();
    stages.extend(is_let_in(version, pack).then(|| version.stage.clone()));
    stages.sort_unstable();
    stages.dedup();
    stages
}

/// Whether it stands where a gate let it in, and in service.
fn is_let_in(version: &Version, pack: &Pack) -> bool {
    pack.stage(&version.stage).is_some_and(|stage| !stage.retired && stage.id != pack.first_stage().id)
}

/// What to say of a version. `promotions` are its open ones and the newest, in any order; `gates` are the answers for the
/// stages that [`gates_asked`] names.
///
/// What shuts a version out counts before what is on its way, and that before what was: a version in service whose gate is shut
/// is SUSPENDED although another promotion is in review.
pub fn status(
    version: &Version,
    promotions: &[&Promotion],
    gates: &[GateAnswer],
    pack: &Pack,
    now: Time,
) -> Standing {
    let stage = version.stage.as_str();
    let said = |status, because: String| Standing { status, because };
    if pack.stage(stage).is_some_and(|stage| stage.retired) {
        return said(Status::Retired, format!("it stands in `{stage}`"));
    }
    let shut = |stage: &str| {
        let reason = gates.iter().find(|answer| answer.stage == stage)?.reasons.first()?;
        Some(format!("the gate of `{stage}` is shut: {}", reason.message))
    };
    if let Some(because) = shut(stage).filter(|_| is_let_in(version, pack)) {
        return said(Status::Suspended, because);
    }
    let newest = |states: &[StateName]| {
        let found = promotions.iter().filter(|promotion| states.contains(&promotion.state_at(now)));
        found.max_by_key(|promotion| promotion.id).copied()
    };
    let to = |promotion: &Promotion| promotion.target.stage.clone();
    if let Some(promotion) = newest(&[StateName::ChangesRequired]) {
        let because = format!("the promotion to `{}` waits for changes", to(promotion));
        return said(Status::ChangesRequested, because);
    }
    if let Some(promotion) = newest(&[StateName::InReview]) {
        return said(Status::InReview, format!("the promotion to `{}` is under review", to(promotion)));
    }
    if let Some(promotion) = newest(&[StateName::Approved]) {
        return approved(to(promotion), gates);
    }
    let last = promotions.iter().max_by_key(|promotion| promotion.id);
    if let Some(promotion) = last.filter(|promotion| promotion.state_at(now) == StateName::Rejected) {
        return said(Status::Rejected, format!("the promotion to `{}` was rejected", to(promotion)));
    }
    let emergency =
        gates.iter().find(|answer| answer.stage == stage).and_then(|answer| answer.emergency.as_ref());
    if emergency.is_some_and(|emergency| emergency.state == EmergencyState::FollowUpDue) {
        let because =
            format!("it stands in `{stage}` by an emergency, and its reviews are still to be given");
        return said(Status::InReview, because);
    }
    if is_let_in(version, pack) {
        return said(Status::Approved(stage.to_owned()), format!("it stands in `{stage}`"));
    }
    said(Status::Draft, format!("it stands in `{stage}`, and nothing is under review"))
}

/// What is said of a version whose promotion to that stage is approved. Where a blackout is all that keeps it away, nobody has
/// anything to do.
fn approved(stage: String, gates: &[GateAnswer]) -> Standing {
    let answer = gates.iter().find(|answer| answer.stage == stage);
    let reasons = answer.map_or(&[][..], |answer| &answer.reasons);
    let open = reasons.iter().find(|reason| reason.code != Code::Blackout.code());
    // Approved on evidence of another day, say: somebody has to look again.
    if let Some(reason) = open {
        let because = format!("the gate of `{stage}` is shut: {}", reason.message);
        return Standing { status: Status::InReview, because };
    }
    let mut because = format!("the promotion to `{stage}` is approved");
    for blackout in reasons {
        because.push_str("; ");
        because.push_str(&blackout.message);
    }
    Standing { status: Status::Approved(stage), because }
}
