//! Events: what happened, in the past tense. Each changes one aggregate; the log keeps them for good.

use serde::{Deserialize, Serialize};

use crate::accountability::event as accountability;
use crate::aggregate::AggregateId;
use crate::change_request::event as change;
use crate::comment::event as comment;
use crate::delegation::event as delegation;
use crate::evaluation::event as evaluation;
use crate::exception::event as exception;
use crate::identity::event as identity;
use crate::ids::{ModelId, PrincipalId};
use crate::lineage::{LineageRecorded, LineageRetracted};
use crate::pack::{PackApplied, TwoPersonsRequired};
use crate::periodic_review::event as periodic;
use crate::proposal::event as proposal;
use crate::registry::event as registry;
use crate::risk::assessment::event as assessment;
use crate::risk::tier_change::event as tier_change;
use crate::signoff::Signature;
use crate::system::event as system;
use crate::workflow::emergency::event as emergency;
use crate::workflow::event as workflow;
use crate::{RiskLevel, Time};

/// When an event happened, and through whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Ledger time.
    pub at: Time,
    /// Who did it.
    pub actor: PrincipalId,
}

/// One event about one aggregate: what a decision returns.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What it changes.
    pub subject: AggregateId,
    /// A name of it for people, where it has one that is no personal data.
    pub name: Option<String>,
    /// The model that it concerns, directly or through a version.
    pub model: Option<ModelId>,
    /// What happened.
    pub event: Event,
}

impl Change {
    /// A change of `subject`.
    pub fn new(subject: impl Into<AggregateId>, event: Event) -> Self {
        Self { subject: subject.into(), name: None, model: None, event }
    }

    /// The same, with the name of the subject.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The same, with the model that it concerns.
    #[must_use]
    pub fn of_model(mut self, model: ModelId) -> Self {
        self.model = Some(model);
        self
    }
}

macro_rules! events {
    ($($name:ident($payload:ty) $wire:literal $action:literal;)*) => {
        /// Everything that can happen.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "type", content = "details", rename_all = "camelCase")]
        pub enum Event {$(
            #[doc = concat!("Somebody ", $action, ".")]
            $name($payload),
        )*}

        impl Event {
            /// The types of all events, as on the wire.
            pub const TYPES: &'static [&'static str] = &[$($wire),*];

            /// The type, as on the wire.
            pub fn type_name(&self) -> &'static str {
                match self { $(Self::$name(_) => $wire),* }
            }

            /// What was done, in words.
            pub fn action(&self) -> &'static str {
                match self { $(Self::$name(_) => $action),* }
            }
        }
    };
}

events! {
    PrincipalRegistered(identity::PrincipalRegistered) "principalRegistered" "registered a principal";
    PrincipalDisabled(identity::PrincipalDisabled) "principalDisabled" "disabled a principal";
    PrincipalEnabled(identity::PrincipalEnabled) "principalEnabled" "enabled a principal";
    SubjectErased(identity::SubjectErased) "subjectErased" "erased who a principal was";
    GrantIssued(identity::Grant) "grantIssued" "granted a role";
    GrantRevoked(identity::GrantRevoked) "grantRevoked" "revoked a grant";
    TokenIssued(identity::TokenIssued) "tokenIssued" "issued a token";
    TokenRevoked(identity::TokenRevoked) "tokenRevoked" "revoked a token";
    AccessDenied(identity::AccessDenied) "accessDenied" "was denied access";
    ModelRegistered(registry::ModelRegistered) "modelRegistered" "registered a model";
    VersionNumbered(registry::VersionNumbered) "versionNumbered" "numbered a new version";
    VersionRegistered(registry::VersionRegistered) "versionRegistered" "registered a version";
    DocumentAttached(registry::Document) "documentAttached" "attached a document";
    ScanRecorded(registry::Scan) "scanRecorded" "recorded a security scan";
    EvidenceAdded(registry::Evidence) "evidenceAdded" "took in the report of another tool";
    EvaluationRecorded(registry::Evaluation) "evaluationRecorded" "evaluated a version";
    VersionStageChanged(registry::VersionStageChanged) "versionStageChanged" "moved a version to another stage";
    DatasetRegistered(registry::DatasetRegistered) "datasetRegistered" "registered a data set";
    PromotionRequested(workflow::PromotionRequested) "promotionRequested" "asked for a promotion";
    PromotionSubmitted(workflow::PromotionSubmitted) "promotionSubmitted" "submitted a promotion";
    ReviewDecided(workflow::Review) "reviewDecided" "decided a review";
    ConditionMet(workflow::ConditionMet) "conditionMet" "met a condition of an approval";
    PromotionApproved(workflow::PromotionApproved) "promotionApproved" "completed the approvals of a promotion";
    PromotionWithdrawn(workflow::PromotionWithdrawn) "promotionWithdrawn" "withdrew a promotion";
    PromotionExpired(workflow::PromotionExpired) "promotionExpired" "noted that a promotion had expired";
    PromotionCompleted(workflow::PromotionCompleted) "promotionCompleted" "completed a promotion";
    PackApplied(PackApplied) "packApplied" "applied a pack";
    InvitationIssued(identity::InvitationIssued) "invitationIssued" "invited a person to set a password";
    PasswordSet(identity::PasswordSet) "passwordSet" "set a password";
    PasswordVoided(identity::PasswordVoided) "passwordVoided" "took a password away";
    LogInsRefused(identity::LogInsRefused) "logInsRefused" "refused log-ins";
    LocksCleared(identity::LocksCleared) "locksCleared" "let a password be tried again";
    SessionStarted(identity::SessionStarted) "sessionStarted" "logged in";
    SessionEnded(identity::SessionEnded) "sessionEnded" "ended a session";
    SessionsEnded(identity::SessionsEnded) "sessionsEnded" "ended all sessions of a principal";
    EmailSet(identity::EmailSet) "emailSet" "changed an e-mail address";
    IdentityLinked(identity::IdentityLinked) "identityLinked" "linked an account with a provider";
    PrincipalLinked(identity::PrincipalLinked) "principalLinked" "linked two accounts of one person";
    PrincipalUnlinked(identity::PrincipalUnlinked) "principalUnlinked" "took a link between two accounts back";
    TwoPersonsRequired(TwoPersonsRequired) "twoPersonsRequired" "made a second person necessary";
    ProposalMade(proposal::ProposalMade) "proposalMade" "proposed what takes a second person";
    ProposalConfirmed(proposal::ProposalConfirmed) "proposalConfirmed" "confirmed a proposal";
    ProposalDeclined(proposal::ProposalDeclined) "proposalDeclined" "declined a proposal";
    ProposalWithdrawn(proposal::ProposalWithdrawn) "proposalWithdrawn" "withdrew a proposal";
    EvaluationRequested(evaluation::EvaluationRequested) "evaluationRequested" "asked for an evaluation";
    ScanRequested(evaluation::ScanRequested) "scanRequested" "asked for a scan of the artifacts";
    EvaluationStarted(evaluation::EvaluationStarted) "evaluationStarted" "began to compute an evaluation";
    EvaluationFinished(evaluation::EvaluationFinished) "evaluationFinished" "computed an evaluation";
    EvaluationFailed(evaluation::EvaluationFailed) "evaluationFailed" "could not compute an evaluation";
    EvaluationReleased(evaluation::EvaluationReleased) "evaluationReleased" "gave an evaluation back";
    EvaluationCancelled(evaluation::EvaluationCancelled) "evaluationCancelled" "cancelled an evaluation";
    SystemRegistered(system::SystemRegistered) "systemRegistered" "registered a system";
    SystemRevised(system::SystemRevised) "systemRevised" "described a system anew";
    SystemRetired(system::SystemRetired) "systemRetired" "retired a system";
    ExceptionRequested(exception::ExceptionRequested) "exceptionRequested" "asked for an exception";
    ExceptionSubmitted(exception::ExceptionSubmitted) "exceptionSubmitted" "submitted an exception";
    ExceptionSigned(Signature) "exceptionSigned" "decided on an exception";
    ExceptionApproved(exception::ExceptionApproved) "exceptionApproved" "completed the approval of an exception";
    ExceptionRejected(exception::ExceptionRejected) "exceptionRejected" "rejected an exception";
    ExceptionWithdrawn(exception::ExceptionWithdrawn) "exceptionWithdrawn" "withdrew an exception";
    ExceptionRevoked(exception::ExceptionRevoked) "exceptionRevoked" "revoked an exception";
    ExceptionRemediated(exception::ExceptionRemediated) "exceptionRemediated" "mended what an exception excused";
    ExceptionExpired(exception::ExceptionExpired) "exceptionExpired" "noted that an exception had expired";
    ExceptionUsed(exception::ExceptionUsed) "exceptionUsed" "opened a gate by an exception";
    AssessmentStarted(assessment::AssessmentStarted) "assessmentStarted" "began to assess the risks of a model";
    RiskAnswered(assessment::RiskAnswered) "riskAnswered" "rated a risk";
    AssessmentSubmitted(assessment::AssessmentSubmitted) "assessmentSubmitted" "submitted a risk assessment";
    AssessmentSigned(Signature) "assessmentSigned" "signed a risk assessment";
    AssessmentApproved(assessment::AssessmentApproved) "assessmentApproved" "completed the approvals of a risk assessment";
    AssessmentRejected(assessment::AssessmentRejected) "assessmentRejected" "rejected a risk assessment";
    AssessmentWithdrawn(assessment::AssessmentWithdrawn) "assessmentWithdrawn" "withdrew a risk assessment";
    AssessmentSuperseded(assessment::AssessmentSuperseded) "assessmentSuperseded" "put a newer risk assessment in the place of another";
    RiskAccepted(assessment::RiskAccepted) "riskAccepted" "accepted a risk for a time";
    TierChangeRequested(tier_change::TierChangeRequested) "tierChangeRequested" "asked for another tier of a model";
    TierChangeSigned(Signature) "tierChangeSigned" "signed a request for another tier";
    TierChangeApproved(tier_change::TierChangeApproved) "tierChangeApproved" "completed the approvals of another tier";
    TierChangeRejected(tier_change::TierChangeRejected) "tierChangeRejected" "rejected a request for another tier";
    TierChangeWithdrawn(tier_change::TierChangeWithdrawn) "tierChangeWithdrawn" "withdrew a request for another tier";
    TierChanged(tier_change::TierChanged) "tierChanged" "put a model into another tier";
    PromotionRepinned(tier_change::PromotionRepinned) "promotionRepinned" "let a promotion go on through another workflow";
    ChangeRequested(change::ChangeRequested) "changeRequested" "asked for a change";
    ChangeSubmitted(change::ChangeSubmitted) "changeSubmitted" "submitted a change";
    ChangeSigned(Signature) "changeSigned" "signed a change";
    ChangeApproved(change::ChangeApproved) "changeApproved" "completed the signatures of a change";
    ChangeRejected(change::ChangeRejected) "changeRejected" "rejected a change";
    ChangeScheduled(change::ChangeScheduled) "changeScheduled" "scheduled a change";
    ChangeStarted(change::ChangeStarted) "changeStarted" "began to make a change";
    ChangeCompleted(change::ChangeCompleted) "changeCompleted" "said how a change ended";
    ChangeRollbackRequested(change::ChangeRollbackRequested) "changeRollbackRequested" "asked to take a change back";
    ChangeRolledBack(change::ChangeRolledBack) "changeRolledBack" "took a change back";
    ChangeWithdrawn(change::ChangeWithdrawn) "changeWithdrawn" "withdrew a change";
    AccountabilityAssigned(accountability::AccountabilityAssigned) "accountabilityAssigned" "put somebody into a role for a model";
    AccountabilityEnded(accountability::AccountabilityEnded) "accountabilityEnded" "took somebody out of a role for a model";
    OwnerChanged(registry::OwnerChanged) "ownerChanged" "handed a model over to another owner";
    PeriodicReviewOpened(periodic::PeriodicReviewOpened) "periodicReviewOpened" "opened a periodic review";
    PeriodicReviewFound(periodic::PeriodicReviewFound) "periodicReviewFound" "wrote down what a periodic review found";
    PeriodicReviewSubmitted(periodic::PeriodicReviewSubmitted) "periodicReviewSubmitted" "submitted a periodic review";
    PeriodicReviewSigned(Signature) "periodicReviewSigned" "signed a periodic review";
    PeriodicReviewCompleted(periodic::PeriodicReviewCompleted) "periodicReviewCompleted" "completed a periodic review";
    PeriodicReviewRejected(periodic::PeriodicReviewRejected) "periodicReviewRejected" "rejected a periodic review";
    PeriodicReviewWithdrawn(periodic::PeriodicReviewWithdrawn) "periodicReviewWithdrawn" "withdrew a periodic review";
    PeriodicReviewActed(periodic::PeriodicReviewActed) "periodicReviewActed" "did what a periodic review had asked for";
    EmergencyDeclared(emergency::EmergencyDeclared) "emergencyDeclared" "broke the glass of a promotion";
    EmergencySigned(Signature) "emergencySigned" "signed an emergency";
    EmergencyGranted(emergency::EmergencyGranted) "emergencyGranted" "completed the signatures of an emergency";
    EmergencyRefused(emergency::EmergencyRefused) "emergencyRefused" "refused an emergency";
    EmergencyFollowedUp(emergency::EmergencyFollowedUp) "emergencyFollowedUp" "completed the reviews after an emergency";
    DelegationGiven(delegation::DelegationGiven) "delegationGiven" "let somebody decide in their place";
    DelegationRevoked(delegation::DelegationRevoked) "delegationRevoked" "ended a delegation";
    StepPassed(workflow::StepPassed) "stepPassed" "let the conditions of the pack pass a step";
    ReviewAssigned(workflow::ReviewAssigned) "reviewAssigned" "assigned a review";
    ReviewReminded(workflow::ReviewReminded) "reviewReminded" "reminded those who decide a review";
    ReviewEscalated(workflow::ReviewEscalated) "reviewEscalated" "turned to others for a review that is overdue";
    CommentMade(comment::CommentMade) "commentMade" "commented on an object";
    CommentRetracted(comment::CommentRetracted) "commentRetracted" "took a comment back";
    LineageRecorded(LineageRecorded) "lineageRecorded" "said where something comes from";
    LineageRetracted(LineageRetracted) "lineageRetracted" "took back where something comes from";
}

impl Event {
    /// The type of [`Event::SubjectErased`], which is looked for in the log.
    pub const SUBJECT_ERASED: &'static str = "subjectErased";
    /// The type of [`Event::PackApplied`], whose documents are not ours to interpret.
    pub const PACK_APPLIED: &'static str = "packApplied";

    /// The least risk level of the event, whatever the tier of its model.
    pub fn least_risk(&self) -> Option<RiskLevel> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events have the risk of their tier")]
        let is_grave = match self {
            Self::ExceptionUsed(_)
            | Self::ChangeRollbackRequested(_)
            | Self::ChangeRolledBack(_)
            | Self::EmergencyDeclared(_)
            | Self::EmergencySigned(_)
            | Self::EmergencyGranted(_)
            | Self::EmergencyRefused(_)
            | Self::EmergencyFollowedUp(_) => true,
            Self::PromotionCompleted(completed) => {
                !completed.exceptions.is_empty() || completed.emergency.is_some()
            }
            Self::ChangeStarted(started) => started.by_emergency_pair,
            _ => false,
        };
        is_grave.then_some(RiskLevel::High)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_names_are_what_serde_writes() {
        let event = Event::PrincipalDisabled(identity::PrincipalDisabled {});
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(json, serde_json::json!({"type": event.type_name(), "details": {}}));
        assert!(Event::TYPES.contains(&Event::SUBJECT_ERASED) && Event::TYPES.contains(&Event::PACK_APPLIED));
        for name in Event::TYPES {
            let error =
                serde_json::from_value::<Event>(serde_json::json!({"type": name, "details": 7})).unwrap_err();
            assert!(!error.to_string().contains("unknown variant"), "{name}: {error}");
        }
    }
}
