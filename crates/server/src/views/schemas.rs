//! Schemas of the closed lists of words that the domain knows.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident $title:literal [$($word:literal),*];)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = [$($word),*];
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed($title)
            }
        }
    )*};
}

words! {
    /// What a principal is.
    PrincipalKindWords "PrincipalKind" ["USER", "SERVICE"];
    /// Whether a principal may act.
    PrincipalStatusWords "PrincipalStatus" ["ACTIVE", "DISABLED", "ERASED"];
    /// What a role can allow.
    PermissionWords "Permission" [
        "READ", "REGISTER_MODEL", "REGISTER_VERSION", "ATTACH_EVIDENCE", "REGISTER_DATASET", "EVALUATE",
        "REQUEST_PROMOTION", "REVIEW", "COMPLETE_PROMOTION", "MOVE_VERSION", "READ_LOG", "APPLY_PACK",
        "MANAGE_PRINCIPALS", "MANAGE_GRANTS", "ERASE_SUBJECTS", "REGISTER_SYSTEM", "ASSESS_RISK", "REQUEST_EXCEPTION",
        "REQUEST_CHANGE", "ASSIGN_ACCOUNTABILITY", "COMMENT"
    ];
    /// What a version is.
    VersionKindWords "VersionKind" ["CLASSICAL", "DEEP", "LLM", "PROMPT", "AGENT", "VENDOR"];
    /// How sensitive data is.
    ClassificationWords "Classification" ["PUBLIC", "INTERNAL", "CONFIDENTIAL", "RESTRICTED"];
    /// What a label is.
    LabelTaskWords "LabelTask" ["BINARY", "MULTICLASS", "REGRESSION"];
    /// The verdict of a scan.
    ScanStatusWords "ScanStatus" ["PASSED", "FAILED"];
    /// The format of the report of another tool.
    EvidenceFormatWords "EvidenceFormat" ["SARIF", "MODELSCAN", "TRIVY", "GARAK", "METRICS"];
    /// How a figure came to be known.
    ProvenanceWords "Provenance" ["REPORTED", "COMPUTED", "MEASURED", "RE_EXECUTED"];
    /// How a version takes the place of another.
    StrategyWords "Strategy" ["ROLLING", "BLUE_GREEN", "CANARY", "SHADOW"];
    /// What a reviewer decides.
    DecisionWords "Decision" ["APPROVED", "CONDITIONAL", "CHANGES_REQUESTED", "REJECTED"];
    /// When a condition has to be met.
    ConditionTimeWords "ConditionTime" ["BEFORE_DEPLOYMENT", "AFTER_DEPLOYMENT"];
    /// Where a promotion is in its life.
    PromotionStateWords "PromotionState" [
        "DRAFT", "CHANGES_REQUIRED", "IN_REVIEW", "APPROVED", "REJECTED", "WITHDRAWN", "EXPIRED", "COMPLETED"
    ];
    /// What a receipt or an entry is about.
    KindWords "Kind" [
        "PRINCIPAL", "TOKEN", "CREDENTIAL", "SESSION", "MODEL", "VERSION", "DATASET", "EVALUATION", "PROMOTION", "PACK", "PROPOSAL",
        "SYSTEM", "EXCEPTION", "ASSESSMENT", "TIER_CHANGE", "CHANGE", "ACCOUNTABILITY", "PERIODIC_REVIEW", "DELEGATION", "COMMENT", "ACCESS", "LINEAGE"
    ];
    /// Where a comment is in its life.
    CommentStateWords "CommentState" ["MADE", "RETRACTED"];
    /// What an evaluation computes.
    EvaluationKindWords "EvaluationKind" ["FIGURES", "ARTIFACT_SCAN"];
    /// Where an evaluation is in its life.
    EvaluationStateWords "EvaluationState" ["QUEUED", "RUNNING", "FINISHED", "FAILED", "CANCELLED"];
    /// Where a proposal is in its life.
    ProposalStateWords "ProposalState" ["OPEN", "CONFIRMED", "DECLINED", "WITHDRAWN", "EXPIRED"];
    /// What takes a second person.
    ActionWords "ProposedAction" [
        "GRANT_ROLE", "REVOKE_GRANT", "LINK_PRINCIPAL", "UNLINK_PRINCIPAL", "ISSUE_TOKEN", "APPLY_PACK", "INVITE"
    ];
    /// What is kept.
    RetentionClassWords "RetentionClass" ["MODEL_ARTIFACTS", "APPROVALS", "LOG"];
    /// When a second person has to confirm a pack.
    SecondPersonWords "SecondPerson" ["WHERE_WEAKER", "ALWAYS"];
    /// In which role the organisation answers for a system.
    SystemRoleWords "SystemRole" ["PROVIDER", "DEPLOYER", "PROVIDER_AND_DEPLOYER"];
    /// The area of Annex III of the EU AI Act that a use is listed in, or that it is not listed.
    SystemCategoryWords "SystemCategory" [
        "BIOMETRICS", "CRITICAL_INFRASTRUCTURE", "EDUCATION", "EMPLOYMENT", "ESSENTIAL_SERVICES", "LAW_ENFORCEMENT",
        "MIGRATION", "JUSTICE_AND_DEMOCRACY", "NOT_LISTED"
    ];
    /// How an event ended.
    OutcomeWords "Outcome" ["SUCCESS", "FAILURE", "PARTIAL"];
    /// What a person says to a request that they sign.
    SignatureVerdictWords "SignatureVerdict" ["APPROVED", "REJECTED"];
    /// Where a risk assessment is in its life.
    AssessmentStateWords "AssessmentState" [
        "DRAFT", "SUBMITTED", "APPROVED", "REJECTED", "WITHDRAWN", "SUPERSEDED"
    ];
    /// Where a request for another tier is in its life.
    TierChangeStateWords "TierChangeState" ["OPEN", "APPROVED", "REJECTED", "WITHDRAWN"];
    /// How high the residual of a risk is.
    BandWords "RiskBand" ["LOW", "MEDIUM", "HIGH"];
    /// The answer of the gate.
    VerdictWords "Verdict" ["ELIGIBLE", "NOT_ELIGIBLE"];
    /// Where an exception is in its life. `ACTIVE` and `EXPIRED` are told by the clock.
    ExceptionStateWords "ExceptionState" [
        "DRAFT", "SUBMITTED", "APPROVED", "ACTIVE", "REJECTED", "WITHDRAWN", "EXPIRED", "REVOKED", "REMEDIATED"
    ];
    /// What a change changes.
    ChangeTypeWords "ChangeType" [
        "MODEL_UPDATE", "CONFIG_CHANGE", "PROMPT_UPDATE", "INFRASTRUCTURE", "ROLLBACK", "EMERGENCY"
    ];
    /// Where a change is in its life.
    ChangeStateWords "ChangeState" [
        "DRAFT", "SUBMITTED", "UNDER_REVIEW", "APPROVED", "REJECTED", "SCHEDULED", "IN_PROGRESS", "COMPLETED", "FAILED",
        "ROLLED_BACK", "WITHDRAWN"
    ];
    /// Who notices a change.
    ReachWords "Reach" ["INTERNAL_ONLY", "SPECIFIC_GROUPS", "ALL_USERS"];
    /// How much is at stake.
    RiskWords "RiskLevel" ["LOW", "MEDIUM", "HIGH", "CRITICAL"];
    /// Why nobody answers in a role.
    GapReasonWords "GapReason" [
        "NOT_ASSIGNED", "ENDED", "DISABLED", "ERASED", "NOT_A_PERSON", "ROLE_LOST", "OWNS_THE_MODEL"
    ];
    /// Where a periodic review is in its life.
    PeriodicReviewStateWords "PeriodicReviewState" ["OPEN", "SUBMITTED", "COMPLETED", "REJECTED", "WITHDRAWN"];
    /// What a section of a periodic review comes to.
    ReviewOutcomeWords "ReviewOutcome" ["OK", "ACTION_NEEDED"];
    /// Where an emergency stands. `EXPIRED` and `FOLLOW_UP_OVERDUE` are told by the clock.
    EmergencyStateWords "EmergencyState" [
        "DECLARED", "GRANTED", "REFUSED", "EXPIRED", "FOLLOW_UP_DUE", "FOLLOW_UP_OVERDUE", "ACCEPTED", "REJECTED"
    ];
    /// Where a delegation stands.
    DelegationStateWords "DelegationState" ["PLANNED", "ACTIVE", "ENDED", "REVOKED"];
    /// What a report is about.
    ReportTopicWords "ReportTopic" ["GOVERNANCE", "AUDIT", "RISK", "COMPLIANCE", "GOVERNANCE_AUDIT"];
    /// How a report is written.
    ReportFormatWords "ReportFormat" ["json", "markdown"];
}
