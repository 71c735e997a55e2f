//! A promotion as it stands.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::emergency::Emergency;
use super::emergency::Followed;
use super::event::{FailedRule, PromotionRequested, PromotionSubmitted, Review, ReviewAssigned, StepPassed};
use super::{Approval, ConditionTime, Decision, Notice};
use crate::event::{Event, Stamp};
use crate::facts::Target;
use crate::ids::{Digest, ModelId, PrincipalId, PromotionId, VersionId};
use crate::pack::Workflow;
use crate::registry::event::Recorded;
use crate::risk::tier_change::event::PromotionRepinned;
use crate::signoff::SignatureRecord;
use crate::{Sealed, Time};

/// Where a promotion is in its life. What the clock alone would change is not here: see [`Promotion::state_at`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Lifecycle {
    /// Asked for, and not submitted.
    Draft,
    /// A round ended without success; it can be submitted again.
    ChangesRequired,
    /// People decide.
    InReview,
    /// Every step has passed.
    Approved {
        /// When.
        at: Time,
    },
    /// A reviewer said no.
    Rejected {
        /// Who, and when.
        by: Recorded,
    },
    /// The requester took it back.
    Withdrawn {
        /// When, and who.
        by: Recorded,
    },
    /// It was noted that it had expired.
    Expired,
    /// The version moved.
    Completed {
        /// When, and through whom.
        by: Recorded,
    },
}

/// The name of a state, as on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateName {
    /// Asked for.
    Draft,
    /// To be mended.
    ChangesRequired,
    /// Under review.
    InReview,
    /// Approved.
    Approved,
    /// Rejected.
    Rejected,
    /// Withdrawn.
    Withdrawn,
    /// Expired.
    Expired,
    /// Completed.
    Completed,
}

impl StateName {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::ChangesRequired,
        Self::InReview,
        Self::Approved,
        Self::Rejected,
        Self::Withdrawn,
        Self::Expired,
        Self::Completed,
    ];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::ChangesRequired => "CHANGES_REQUIRED",
            Self::InReview => "IN_REVIEW",
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Expired => "EXPIRED",
            Self::Completed => "COMPLETED",
        }
    }

    /// Whether something can still happen to the promotion.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::ChangesRequired | Self::InReview | Self::Approved)
    }
}

impl Lifecycle {
    /// Its name.
    pub fn name(&self) -> StateName {
        match self {
            Self::Draft => StateName::Draft,
            Self::ChangesRequired => StateName::ChangesRequired,
            Self::InReview => StateName::InReview,
            Self::Approved { .. } => StateName::Approved,
            Self::Rejected { .. } => StateName::Rejected,
            Self::Withdrawn { .. } => StateName::Withdrawn,
            Self::Expired => StateName::Expired,
            Self::Completed { .. } => StateName::Completed,
        }
    }
}

/// One submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Round {
    /// From 1.
    pub number: u32,
    /// When it was submitted, and by whom.
    pub submitted: Recorded,
    /// Digest of the evidence then.
    pub evidence: Digest,
    /// Blocking rules that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<FailedRule>,
    /// By step, when a decision is due.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub due: BTreeMap<String, Time>,
    /// When somebody is to be reminded, or turned to, if a step is still open then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// The notices that were given, each with its time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<Notice>,
}

/// A decision with its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRecord {
    /// The decision.
    pub review: Review,
    /// When, and by whom.
    pub recorded: Recorded,
    /// Ids of its conditions that were met.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub met: BTreeSet<String>,
}

/// A request to move a version to a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Promotion {
    /// Its id.
    pub id: PromotionId,
    /// The model.
    pub model: ModelId,
    /// The version.
    pub version: VersionId,
    /// Where it is to go.
    pub target: Target,
    /// When it was asked for, and by whom.
    pub requested: Recorded,
    /// The workflow that it runs through.
    pub workflow: Workflow,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
    /// Until when it stays open (not included).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
    /// Its submissions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<Round>,
    /// By step, whom it was assigned to: a hint, which takes nothing from others who may decide it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub assignments: BTreeMap<String, PrincipalId>,
    /// The decisions of all rounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<ReviewRecord>,
    /// By step, when it passed last without a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<StepPassed>,
    /// Its emergencies; the last one counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emergencies: Vec<Emergency>,
}

impl ReviewRecord {
    /// The principals behind it: who decided, and in whose place.
    pub fn hands(&self) -> impl Iterator<Item = PrincipalId> {
        let delegator = self.review.on_behalf_of.map(|behalf| behalf.delegator);
        [self.recorded.by].into_iter().chain(delegator)
    }
}

impl Promotion {
    /// The promotion that the event asks for.
    pub fn new(id: PromotionId, event: &PromotionRequested, stamp: &Stamp) -> Self {
        Self {
            id,
            model: event.model,
            version: event.version,
            target: event.target.clone(),
            requested: stamp.into(),
            workflow: event.workflow.clone(),
            comment: event.comment.clone(),
            expires_at: event.expires_at,
            lifecycle: Lifecycle::Draft,
            rounds: Vec::new(),
            assignments: BTreeMap::new(),
            reviews: Vec::new(),
            passed: Vec::new(),
            emergencies: Vec::new(),
        }
    }

    /// Who asked for it.
    pub fn requester(&self) -> PrincipalId {
        self.requested.by
    }

    /// Its state at that time: an open promotion past its end has expired, whether or not anybody noted it.
    pub fn state_at(&self, now: Time) -> StateName {
        let name = self.lifecycle.name();
        if name.is_open() && self.expires_at.is_some_and(|end| end <= now) {
            StateName::Expired
        } else {
            name
        }
    }

    /// Number of the current round; 0 before the first.
    pub fn round(&self) -> u32 {
        self.rounds.last().map_or(0, |round| round.number)
    }

    /// The conditions of its approvals that are not met, with the decision that they belong to.
    pub fn open_conditions(&self) -> impl Iterator<Item = (&ReviewRecord, &super::NewCondition)> {
        let approvals = self.reviews.iter().filter(|record| record.review.decision.is_approval());
        approvals.flat_map(|record| {
            let open =
                record.review.conditions.iter().filter(|condition| !record.met.contains(&condition.id));
            open.map(move |condition| (record, condition))
        })
    }

    /// Whether an approval says yes without more: it has no conditions, or each that was to be met before the deployment is
    /// met. What is to be met afterwards does not hold it up.
    pub fn is_unconditional(&self, approval: &Approval) -> bool {
        let given = |record: &ReviewRecord| {
            (record.review.step.as_str(), record.recorded.by, record.recorded.at)
                == (approval.step.as_str(), approval.reviewer, approval.at)
        };
        approval.decision.is_approval()
            && !self
                .open_conditions()
                .any(|(record, condition)| condition.when == ConditionTime::BeforeDeployment && given(record))
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::PromotionSubmitted(event) => self.submitted(event, stamp),
            Event::ReviewDecided(review) => self.decided(review, stamp),
            Event::ConditionMet(met) => self.condition_met(&met.id),
            Event::PromotionApproved(_) => self.lifecycle = Lifecycle::Approved { at: stamp.at },
            Event::PromotionWithdrawn(_) => self.lifecycle = Lifecycle::Withdrawn { by: stamp.into() },
            Event::PromotionExpired(_) => self.lifecycle = Lifecycle::Expired,
            Event::PromotionCompleted(completed) => {
                self.lifecycle = Lifecycle::Completed { by: stamp.into() };
                if let Some((emergency, used)) = self.emergencies.last_mut().zip(completed.emergency.as_ref())
                {
                    emergency.used(used, stamp);
                }
            }
            Event::StepPassed(passed) => {
                self.passed.retain(|earlier| earlier.step != passed.step);
                self.passed.push(passed.clone());
            }
            Event::EmergencyDeclared(declared) => self.emergencies.push(Emergency::new(declared, stamp)),
            Event::EmergencySigned(_)
            | Event::EmergencyGranted(_)
            | Event::EmergencyRefused(_)
            | Event::EmergencyFollowedUp(_) => self.emergency(event, stamp),
            Event::PromotionRepinned(event) => self.repinned(event),
            Event::ReviewAssigned(event) => self.assigned(event),
            Event::ReviewReminded(event) => self.given(event.round, Notice::reminder(&event.step, stamp.at)),
            Event::ReviewEscalated(event) => {
                self.given(event.round, Notice::escalation(&event.step, event.level, &event.role, stamp.at));
            }
            _ => {}
        }
    }

    fn submitted(&mut self, event: &PromotionSubmitted, stamp: &Stamp) {
        self.rounds.push(Round {
            number: event.round,
            submitted: stamp.into(),
            evidence: event.evidence,
            failed: event.failed.clone(),
            due: event.due.clone(),
            notices: event.notices.clone(),
            given: Vec::new(),
        });
        let passed = event.failed.is_empty();
        self.lifecycle = if passed { Lifecycle::InReview } else { Lifecycle::ChangesRequired };
    }

    fn decided(&mut self, review: &Review, stamp: &Stamp) {
        self.reviews.push(ReviewRecord {
            review: review.clone(),
            recorded: stamp.into(),
            met: BTreeSet::new(),
        });
        if matches!(self.lifecycle, Lifecycle::Completed { .. }) {
            return;
        }
        match review.decision {
            Decision::Approved | Decision::Conditional => {}
            Decision::ChangesRequested => self.lifecycle = Lifecycle::ChangesRequired,
            Decision::Rejected => self.lifecycle = Lifecycle::Rejected { by: stamp.into() },
        }
    }

    fn emergency(&mut self, event: &Event, stamp: &Stamp) {
        let Some(emergency) = self.emergencies.last_mut() else { return };
        let recorded: Recorded = stamp.into();
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::EmergencySigned(signature) => {
                emergency.signatures.push(SignatureRecord { signature: signature.clone(), recorded });
            }
            Event::EmergencyGranted(_) => emergency.granted = Some(recorded),
            Event::EmergencyRefused(_) => emergency.refused = Some(recorded),
            Event::EmergencyFollowedUp(event) => {
                emergency.followed = Some(Followed { accepted: event.accepted, recorded });
            }
            _ => {}
        }
    }

    /// Whether its reviews are to be given after the version went through.
    pub fn is_followed_up(&self, now: Time) -> bool {
        self.emergencies.last().is_some_and(|emergency| emergency.state_at(now).is_followed_up())
    }

    /// What was approved by the steps of another workflow is under review again.
    fn repinned(&mut self, event: &PromotionRepinned) {
        self.workflow = event.workflow.clone();
        if let Some(round) = self.rounds.last_mut() {
            round.due.clone_from(&event.due);
            round.notices.clone_from(&event.notices);
        }
        if matches!(self.lifecycle, Lifecycle::Approved { .. }) {
            self.lifecycle = Lifecycle::InReview;
        }
    }

    fn assigned(&mut self, event: &ReviewAssigned) {
        match event.to {
            Some(to) => drop(self.assignments.insert(event.step.clone(), to)),
            None => drop(self.assignments.remove(&event.step)),
        }
    }

    fn given(&mut self, number: u32, notice: Notice) {
        if let Some(round) = self.rounds.iter_mut().find(|round| round.number == number) {
            round.given.push(notice);
        }
    }

    fn condition_met(&mut self, id: &str) {
        for record in &mut self.reviews {
            if record.review.conditions.iter().any(|condition| condition.id == id) {
                record.met.insert(id.to_owned());
            }
        }
    }
}

impl super::NewCondition {
    /// Whether it shuts the gate at that time, as long as it is not met.
    pub fn blocks_at(&self, now: Time) -> bool {
        match self.when {
            ConditionTime::BeforeDeployment => true,
            ConditionTime::AfterDeployment => self.due_at.is_some_and(|due| due <= now),
        }
    }
}
