//! Assessments as they stand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::{
    Answer, AssessmentApproved, AssessmentStarted, AssessmentSubmitted, Custom, RiskAccepted,
};
use crate::event::{Event, Stamp};
use crate::ids::{AssessmentId, ModelId, PrincipalId, VersionId};
use crate::pack::RiskTemplate;
use crate::registry::event::Recorded;
use crate::risk::score::{Band, RatedRisk, Rating, ScoredRisk};
use crate::signoff::SignatureRecord;
use crate::{Sealed, Time};

/// Where an assessment is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateName {
    /// Answers are being given.
    Draft,
    /// It waits for signatures.
    Submitted,
    /// It counts.
    Approved,
    /// Somebody said no.
    Rejected,
    /// Its assessor took it back.
    Withdrawn,
    /// A newer one counts.
    Superseded,
}

/// What can be done with an assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Rate a risk.
    Answer,
    /// Submit the answers.
    Submit,
    /// Sign the result.
    Sign,
    /// Accept a risk.
    Accept,
    /// Take it back.
    Withdraw,
}

impl StateName {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::Submitted, Self::Approved, Self::Rejected, Self::Withdrawn, Self::Superseded];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Submitted => "SUBMITTED",
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Superseded => "SUPERSEDED",
        }
    }

    /// What can be done from here.
    pub fn moves(self) -> &'static [Move] {
        match self {
            Self::Draft => &[Move::Answer, Move::Submit, Move::Withdraw],
            Self::Submitted => &[Move::Sign, Move::Accept, Move::Withdraw],
            Self::Approved => &[Move::Accept],
            Self::Rejected | Self::Withdrawn | Self::Superseded => &[],
        }
    }
}

impl Move {
    /// Every move.
    pub const ALL: [Self; 5] = [Self::Answer, Self::Submit, Self::Sign, Self::Accept, Self::Withdraw];

    /// In words, after "it can be".
    pub fn done(self) -> &'static str {
        match self {
            Self::Answer => "answered",
            Self::Submit => "submitted",
            Self::Sign => "signed",
            Self::Accept => "had a risk accepted",
            Self::Withdraw => "withdrawn",
        }
    }
}

/// A rating with its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskRecord {
    /// What it is, where no template names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
    /// The rating.
    pub answer: Answer,
    /// When it was given, and by whom.
    pub recorded: Recorded,
}

/// That it was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// When, and by whose signature.
    pub recorded: Recorded,
    /// When it is looked at again; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_review_at: Option<Time>,
}

/// Where it is, with what belongs to that alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Lifecycle {
    /// Answers are being given.
    Draft,
    /// It waits for signatures.
    Submitted,
    /// It counts.
    Approved(Approval),
    /// Somebody said no.
    Rejected {
        /// When, and who.
        recorded: Recorded,
    },
    /// Its assessor took it back.
    Withdrawn {
        /// When, and who.
        recorded: Recorded,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<Sealed>,
    },
    /// A newer one counts.
    Superseded {
        /// Which.
        by: AssessmentId,
        /// Since when.
        recorded: Recorded,
    },
}

/// An acceptance with its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// What was accepted, why, and until when.
    #[serde(flatten)]
    pub accepted: RiskAccepted,
    /// When, and by whom.
    pub recorded: Recorded,
}

/// An assessment of the risks of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assessment {
    /// Its id.
    pub id: AssessmentId,
    /// The model.
    pub model: ModelId,
    /// The version; absent where it is about the model as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionId>,
    /// When it began, and by whom: the assessor.
    pub started: Recorded,
    /// The templates that apply.
    pub templates: Vec<RiskTemplate>,
    /// By id, what was rated.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub risks: BTreeMap<String, RiskRecord>,
    /// What was submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<AssessmentSubmitted>,
    /// Who signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<SignatureRecord>,
    /// The risks that somebody accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acceptances: Vec<Acceptance>,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
}

impl Assessment {
    /// The assessment that the event begins.
    pub fn new(id: AssessmentId, event: &AssessmentStarted, stamp: &Stamp) -> Self {
        Self {
            id,
            model: event.model,
            version: event.version,
            started: stamp.into(),
            templates: event.templates.clone(),
            risks: BTreeMap::new(),
            submitted: None,
            signatures: Vec::new(),
            acceptances: Vec::new(),
            lifecycle: Lifecycle::Draft,
        }
    }

    /// Who rates the risks.
    pub fn assessor(&self) -> PrincipalId {
        self.started.by
    }

    /// Where it is.
    pub fn state(&self) -> StateName {
        match self.lifecycle {
            Lifecycle::Draft => StateName::Draft,
            Lifecycle::Submitted => StateName::Submitted,
            Lifecycle::Approved(_) => StateName::Approved,
            Lifecycle::Rejected { .. } => StateName::Rejected,
            Lifecycle::Withdrawn { .. } => StateName::Withdrawn,
            Lifecycle::Superseded { .. } => StateName::Superseded,
        }
    }

    /// The approval, if it counts.
    pub fn approval(&self) -> Option<&Approval> {
        if let Lifecycle::Approved(approval) = &self.lifecycle { Some(approval) } else { None }
    }

    /// The acceptance of a risk that holds at that time: the latest one decides.
    pub fn acceptance(&self, risk: &str, now: Time) -> Option<&Acceptance> {
        let latest = self.acceptances.iter().rev().find(|acceptance| acceptance.accepted.risk == risk);
        latest.filter(|acceptance| now < acceptance.accepted.expires_at)
    }

    /// The high risks that nobody accepts at that time.
    pub fn unaccepted(&self, now: Time) -> impl Iterator<Item = &ScoredRisk> {
        let risks = self.submitted.iter().flat_map(|submitted| &submitted.result.risks);
        risks.filter(move |risk| risk.band == Band::High && self.acceptance(&risk.id, now).is_none())
    }

    /// Every risk as it is rated now: the templates, answered or not, and what was added.
    pub fn rated(&self) -> Vec<RatedRisk> {
        let templates =
            self.templates.iter().map(|template| (template.id.as_str(), template.category.as_str()));
        let added = self
            .risks
            .iter()
            .filter_map(|(id, record)| Some((id.as_str(), record.custom.as_ref()?.category.as_str())));
        templates.chain(added).map(|(id, category)| self.rated_risk(id, category)).collect()
    }

    fn rated_risk(&self, id: &str, category: &str) -> RatedRisk {
        let answer = self.risks.get(id).map(|record| &record.answer);
        RatedRisk {
            id: id.to_owned(),
            category: category.to_owned(),
            rating: answer.map(|answer| Rating {
                likelihood: answer.likelihood,
                impact: answer.impact,
                effectiveness: answer.effectiveness,
            }),
            has_controls: answer.is_some_and(|answer| !answer.controls.is_empty()),
        }
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        let recorded = stamp.into();
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::RiskAnswered(event) => {
                let (custom, answer) = (event.custom.clone(), event.answer.clone());
                self.risks.insert(event.risk.clone(), RiskRecord { custom, answer, recorded });
            }
            Event::AssessmentSubmitted(event) => {
                self.submitted = Some(event.clone());
                self.lifecycle = Lifecycle::Submitted;
            }
            Event::AssessmentSigned(signature) => {
                self.signatures.push(SignatureRecord { signature: signature.clone(), recorded });
            }
            Event::AssessmentApproved(AssessmentApproved { next_review_at }) => {
                self.lifecycle = Lifecycle::Approved(Approval { recorded, next_review_at: *next_review_at });
            }
            Event::AssessmentRejected(_) => self.lifecycle = Lifecycle::Rejected { recorded },
            Event::AssessmentWithdrawn(event) => {
                self.lifecycle = Lifecycle::Withdrawn { recorded, comment: event.comment.clone() };
            }
            Event::AssessmentSuperseded(event) => {
                self.lifecycle = Lifecycle::Superseded { by: event.by, recorded };
            }
            Event::RiskAccepted(event) => {
                self.acceptances.push(Acceptance { accepted: event.clone(), recorded });
            }
            _ => {}
        }
    }
}
