//! Refusals: answers that say which rule, which input, and what to do next.
//!
//! Every reason has a stable code, a class and a remedy in the one table below; the message is made where the refusal is,
//! because only there the input is known.

use std::fmt;

use serde::Serialize;

/// What kind of answer a refusal is; the interfaces map it to a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The input is wrong in itself.
    Invalid,
    /// The principal may not.
    Forbidden,
    /// The thing named does not exist, or not for this principal.
    NotFound,
    /// The state has moved on, or the name is taken.
    Conflict,
    /// The input is well formed, and the rules say no.
    Unprocessable,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $code:literal $class:ident $remedy:literal;)*) => {
        /// Why something was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {$(
            $(#[$doc])*
            $name,
        )*}

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable code, in kebab-case.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// What kind of answer it is.
            pub fn class(self) -> Class {
                match self { $(Self::$name => Class::$class),* }
            }

            /// What to do next.
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy),* }
            }
        }
    };
}

codes! {
    /// A text is empty, too long, or has characters that it may not have.
    InvalidText "invalid-text" Invalid "give a text within the limits that the message names";
    /// A number, date or choice is outside its bounds.
    InvalidValue "invalid-value" Invalid "give a value within the bounds that the message names";
    /// More items than a list may hold.
    TooMany "too-many" Invalid "split the request, or leave out what is not needed";
    /// The object would hold more than it may.
    TooLarge "too-large" Invalid "say it in fewer words, or attach a document; what the object holds already stays";
    /// The same item twice.
    Duplicate "duplicate" Invalid "give each item once";

    /// No grant gives the permission.
    PermissionMissing "permission-missing" Forbidden "ask a person who manages access for a role that has this permission";
    /// The token leaves less than its principal may do.
    TokenRestricted "token-restricted" Forbidden "use a token without this restriction, or log in";
    /// People who can log in issue their own tokens.
    TokenOfAnother "token-of-another" Forbidden "let the person log in and issue the token";
    /// Only who has logged in does this.
    SessionNeeded "session-needed" Forbidden "log in, and do it in the session";
    /// A person has one account with a provider.
    OtherAccount "other-account" Forbidden "log in with the account that is linked; ask a person who manages access if it is gone";
    /// The principal was disabled.
    PrincipalDisabled "principal-disabled" Forbidden "ask a person who manages access to enable the account";
    /// The reviewer holds none of the roles that the step still needs.
    ReviewerLacksRole "reviewer-lacks-role" Forbidden "let somebody decide who holds one of the roles that the step asks for";
    /// Reviews are decisions of people.
    ReviewerIsNotAPerson "reviewer-is-not-a-person" Forbidden "let a person decide; service accounts can submit and complete";
    /// The reviewer asked for the promotion.
    ReviewerIsRequester "reviewer-is-requester" Forbidden "let somebody decide who did not ask for it";
    /// The reviewer made the version.
    ReviewerIsCreator "reviewer-is-creator" Forbidden "let somebody decide who did not create this version";
    /// The reviewer owns the model.
    ReviewerIsOwner "reviewer-is-owner" Forbidden "let somebody decide who does not own this model";
    /// The reviewer has decided another step of this promotion.
    ReviewerDecidedAnotherStep "reviewer-decided-another-step" Forbidden "let another person decide this step";
    /// The reviewer's approval of this step stands.
    ReviewerDecidedAlready "reviewer-decided-already" Conflict "nothing is left to do for you on this step; another person may decide";
    /// Only the owner of the model can attest.
    NotTheOwner "not-the-owner" Forbidden "let the owner of the model attest";
    /// Only the owner describes and retires a system.
    NotTheSystemOwner "not-the-system-owner" Forbidden "let the owner of the system do it";
    /// Nobody gives themself the power to approve.
    GrantToOneself "grant-to-oneself" Forbidden "let another person who manages access grant the role";
    /// Nobody erases themself.
    ErasureOfOneself "erasure-of-oneself" Forbidden "let another person erase who may do it";
    /// Only people log in.
    NotAPerson "not-a-person" Unprocessable "issue a token for the service account";
    /// The invitation was used, replaced, has expired, or never was.
    InvitationVoid "invitation-void" Forbidden "ask a person who manages access for a new invitation";
    /// The password is not the one, or it is shut.
    LogInRefused "log-in-refused" Forbidden "log in again; after several wrong passwords wait up to an hour";
    /// The password is too easy to guess.
    PasswordWeak "password-weak" Unprocessable "choose a longer one: four or five words that do not belong together do well";
    /// The principal is not the one who asked for it.
    NotTheRequester "not-the-requester" Forbidden "let the requester do it";
    /// Only the steward of the data set may.
    NotTheSteward "not-the-steward" Forbidden "ask the steward of the data set";

    /// Nothing has that id or name.
    NotFound "not-found" NotFound "check the id or name; list what there is";
    /// The content was never uploaded.
    BlobMissing "blob-missing" Unprocessable "upload the bytes first, then name them by their SHA-256";

    /// As many are waiting as may.
    TooManyOpen "too-many-open" Conflict "wait until some have ended, or cancel those that are not needed";

    /// The name is taken.
    NameTaken "name-taken" Conflict "choose another name, or use the object that has it";
    /// There is an open promotion of this version to this stage.
    PromotionOpen "promotion-open" Conflict "continue the open promotion, or withdraw it first";
    /// Another principal has the e-mail address.
    EmailTaken "email-taken" Conflict "use the principal that has it (list them by `email`), or give another address";
    /// Who may still act is not erased.
    StillActive "still-active" Conflict "disable the principal first, then erase it";
    /// The principal was erased.
    SubjectErased "subject-erased" Conflict "register a new principal; nothing brings an erased one back";
    /// The client's revision is older than the present one.
    RevisionStale "revision-stale" Conflict "read the object again, check what changed, and repeat with the new revision";
    /// The object is in a state in which this cannot be done.
    WrongState "wrong-state" Conflict "look at the state; the message says what is possible from here";
    /// The key was used with another request.
    KeyReused "idempotency-key-reused" Unprocessable "use a new Idempotency-Key for a new request";

    /// The role does not exist in the pack.
    UnknownRole "unknown-role" Unprocessable "use a role of the active pack";
    /// The tier does not exist in the pack.
    UnknownTier "unknown-tier" Unprocessable "use a tier of the active pack";
    /// The stage does not exist in the pack.
    UnknownStage "unknown-stage" Unprocessable "use a stage of the active pack";
    /// The suite does not exist in the pack.
    UnknownSuite "unknown-suite" Unprocessable "use a suite of the active pack";
    /// The step does not exist in the workflow.
    UnknownStep "unknown-step" Unprocessable "use a step of the promotion's workflow";
    /// No tier was given and no rule classifies the model.
    TierUndetermined "tier-undetermined" Unprocessable "describe purpose and use cases briefly and so that a tier rule applies, or give the tier";
    /// The pack has no workflow to that stage.
    NoWorkflow "no-workflow" Unprocessable "apply a pack with a workflow to that stage";
    /// The version does not stand where a promotion to that stage starts.
    StageNotReachable "stage-not-reachable" Unprocessable "promote through the stages that the message names";
    /// Moving up is what promotions are for.
    PromotionNeeded "promotion-needed" Unprocessable "ask for a promotion to that stage";
    /// The step waits for another one.
    StepNotReached "step-not-reached" Conflict "wait for the steps that the message names";
    /// The workflow does not allow that decision on this step.
    DecisionNotAllowed "decision-not-allowed" Unprocessable "choose one of the decisions that the message names";
    /// A comment is needed.
    CommentMissing "comment-missing" Unprocessable "say why in a comment";
    /// An approval says which evidence it was given on.
    EvidenceMissing "evidence-missing" Unprocessable "read the promotion, and send the evidence digest that it shows with the decision";
    /// A conditional approval needs conditions, and others have none.
    ConditionsMisplaced "conditions-misplaced" Unprocessable "give conditions with a CONDITIONAL approval, and only there";
    /// There is no such condition, or it is met.
    ConditionNotOpen "condition-not-open" Conflict "name an open condition of the promotion";
    /// The gate is shut.
    GateShut "gate-shut" Unprocessable "mend what the gate names, then try again";
    /// The review was given on other evidence than today's.
    EvidenceMoved "evidence-moved" Conflict "look at the evidence again and decide on what is there now";
    /// The policy has another text than when the exception was asked for.
    PolicyMoved "policy-moved" Conflict "read the policy as it is now; take the request back, and ask anew";
    /// The pack in force does not say who does that.
    DutyUnbound "duty-unbound" Unprocessable "apply a pack whose document `Duties` binds roles to that duty";
    /// The pack in force does not say how risks are scored.
    RiskModelMissing "risk-model-missing" Unprocessable "apply a pack with a document `RiskModel` and risk templates";
    /// There is an open request for another tier of this model.
    TierChangeOpen "tier-change-open" Conflict "let the open request be signed or rejected, or withdraw it first";
    /// The model has another tier than when the request was made.
    TierMoved "tier-moved" Conflict "look at the tier of today, and ask anew";
    /// The pack in force does not say how changes are rated.
    ChangeRulesMissing "change-rules-missing" Unprocessable "apply a pack with a document of the kind `ChangeRules`";
    /// The pack knows no such environment.
    UnknownEnvironment "unknown-environment" Unprocessable "use an environment of the active pack";
    /// A change is submitted with its impact and a way back.
    PlanMissing "plan-missing" Unprocessable "give the impact and the rollback plan with the submission";
    /// Nobody changes anything then.
    Blackout "blackout" Unprocessable "choose a time after the blackout that the message names; what cannot wait is a change of the type EMERGENCY, or a ROLLBACK to a version that stood there before";
    /// Those who have to sign did not, or may not any more.
    SignaturesMissing "signatures-missing" Unprocessable "let those sign whom the message names";
    /// The pack does not fit together.
    PackInvalid "pack-invalid" Unprocessable "mend the documents that the message names; nothing was applied";
    /// The data cannot be evaluated.
    DataInvalid "data-invalid" Unprocessable "mend the file where the message says";
    /// The token or its period is not acceptable.
    TokenPeriod "token-period" Unprocessable "choose an expiry in the future, within the limit that the message names";

    /// One person alone cannot do both.
    SecondPersonNeeded "second-person-needed" Forbidden "let another person who manages grants confirm or decline it";
    /// A pack waits for a role that who confirms does not hold.
    ApproverLacksRole "approver-lacks-role" Forbidden "let another person confirm it who holds one of these roles everywhere and manages grants";
    /// Only who made the proposal takes it back.
    NotTheProposer "not-the-proposer" Forbidden "decline it, if you may, or let the proposer withdraw it";
    /// The confirmation names something else.
    DigestDiffers "digest-differs" Conflict "read the proposal again, and confirm the digest that it shows";
    /// What the proposal was about has changed.
    ProposalStale "proposal-stale" Conflict "look at what changed, and make the proposal anew";
    /// Who is counted as a second person is not erased.
    StillManages "still-manages" Conflict "take the grants that manage grants back first, with a second person";

    /// The policy does not exist in the pack.
    UnknownPolicy "unknown-policy" Unprocessable "use a policy of the active pack";
    /// The policy cannot be waived.
    ExceptionNotAllowed "exception-not-allowed" Unprocessable "do what the policy demands; nobody can waive it";
    /// The policy says nothing of the subject.
    PolicyDoesNotApply "policy-does-not-apply" Unprocessable "name a policy that applies; the check of a version shows which do";
    /// Exceptions from the policy are shorter.
    DurationTooLong "duration-too-long" Unprocessable "ask for less time; an exception can be extended by another request";
    /// There is a request or an active exception for the same policy and subject.
    ExceptionOpen "exception-open" Conflict "continue or withdraw the open request; follow an active exception by naming it in `extends`";
    /// Somebody cannot answer in that role.
    NotAssignable "not-assignable" Unprocessable "name a person who is active and holds the role for the model";
    /// A model is not taken over from an owner who is there.
    OwnerActive "owner-active" Forbidden "let the owner hand the model over";
    /// There is an open periodic review of this model.
    PeriodicReviewOpen "periodic-review-open" Conflict "go on with the open review, or withdraw it first";
    /// A periodic review is submitted when every section has a finding.
    FindingsMissing "findings-missing" Unprocessable "write down what was found in the sections that the message names";
    /// What a request names is no exception that it could follow.
    NotExtendable "not-extendable" Unprocessable "name an active or expired exception from the same policy for the same subject, or none";
    /// What a reviewer rejected waits for reviewers.
    EmergencyAfterRejection "emergency-after-rejection" Unprocessable "mend what was rejected, and let the reviewers decide";
    /// Who signed an emergency does not review what went through by it.
    ReviewerSignedEmergency "reviewer-signed-emergency" Forbidden "let somebody decide who did not sign the emergency";
    /// The role cannot be lent by this person.
    RoleNotDelegable "role-not-delegable" Unprocessable "delegate a role that decides reviews, and that you hold in that time";
    /// The one to whom was delegated may not be.
    NotADelegate "not-a-delegate" Unprocessable "delegate to another active person who holds a role that decides reviews";
    /// Only the two whom a delegation is about end it.
    NotTheDelegator "not-the-delegator" Forbidden "let the delegator or the delegate end it; a person who manages access takes grants back";
    /// Nothing lets the one decide in the place of the other there.
    NoDelegation "no-delegation" Forbidden "decide in your own name, or ask the other for a delegation that reaches this model, role and time";
    /// Some things everybody does in their own name.
    NotDelegable "not-delegable" Forbidden "let the person do it themself";
}

/// A refusal: an answer, not a failure. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// Why, by its stable code.
    pub code: Code,
    /// What was wrong, with which input.
    pub message: String,
    /// Where in the request, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

impl Refusal {
    /// A refusal with its message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), pointer: None }
    }

    /// The same, naming the field of the request.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// The same, for what is a part of a larger request.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.pointer = Some(format!("{prefix}{}", self.pointer.unwrap_or_default()));
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.code.code(), self.message, self.code.remedy())
    }
}

impl std::error::Error for Refusal {}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_distinct_and_has_a_remedy() {
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.code()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.remedy().len() > 10, "{code:?}");
            assert!(code.code().chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{code:?}");
        }
    }
}
