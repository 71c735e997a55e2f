//! Commands: everything that can be asked of the ledger, with who asks and from where.

use std::collections::BTreeSet;
use std::sync::Arc;

use assent_domain::comment::NewComment;
use assent_domain::delegation::NewDelegation;
use assent_domain::evaluation::Task;
use assent_domain::exception::NewException;
use assent_domain::facts::Target;
use assent_domain::identity::provider::Vouched;
use assent_domain::identity::{self, Restriction};
use assent_domain::ids::{
    AssessmentId, ChangeId, CommentId, DatasetId, DelegationId, Digest, EdgeId, EvaluationId, ExceptionId,
    ModelId, PeriodicReviewId, PrincipalId, PromotionId, ProposalId, SystemId, TierChangeId, TokenId,
    VersionId,
};
use assent_domain::lineage::{LineageSource, NewEdge};
use assent_domain::registry::event::DatasetRegistered;
use assent_domain::registry::{DatasetCommand, Evaluation, ModelCommand, NewVersion, Scan, VersionCommand};
use assent_domain::risk::assessment::Answered;
use assent_domain::risk::tier_change;
use assent_domain::signoff::NewSignature;
use assent_domain::system::SystemCommand;
use assent_domain::values::BlobRef;
use assent_domain::workflow::NewReview;
use assent_domain::workflow::emergency::NewEmergency;
use assent_domain::{AggregateId, Sealed, Time};
use assent_log::entry::ActorKind;
use assent_store::ReceiptKey;
use serde_json::Value;
use uuid::Uuid;

use crate::cases::Prepared;
use crate::changes::ChangeCommand;
use crate::doors::Door;
use crate::log_in::Shut;
use crate::oversight::{AccountabilityCommand, PeriodicReviewCommand};

/// A change that somebody wants.
#[derive(Debug, Clone)]
pub enum Command {
    /// The first start: an administrator with a token, and the governance to begin with. Refused when anything is there.
    Bootstrap {
        /// The administrator.
        administrator: PrincipalId,
        /// Their name.
        name: Sealed,
        /// Roles to grant them.
        grants: Vec<identity::Grant>,
        /// Their token.
        token: TokenId,
        /// Its hash.
        secret_hash: Digest,
        /// Its end.
        expires_at: Time,
        /// SHA-256 of the secret of an invitation to set their password.
        invitation: Digest,
        /// The documents of the pack, each with its file.
        documents: Vec<(String, Value)>,
    },
    /// A command on a principal.
    Principal(PrincipalId, identity::Command),
    /// Record that a principal belongs to the same person as another.
    LinkPrincipal {
        /// Which.
        principal: PrincipalId,
        /// The other account.
        other: PrincipalId,
    },
    /// Take that back.
    UnlinkPrincipal(PrincipalId),
    /// Issue a token.
    IssueToken {
        /// Its id.
        id: TokenId,
        /// Whose.
        principal: PrincipalId,
        /// SHA-256 of its secret.
        secret_hash: Digest,
        /// Its end.
        expires_at: Time,
        /// What it leaves of what the principal may do.
        restriction: Restriction,
    },
    /// Revoke a token.
    RevokeToken(TokenId),
    /// A command on a model.
    Model(ModelId, ModelCommand),
    /// Register a version.
    RegisterVersion(VersionId, ModelId, Box<NewVersion>),
    /// A command on a version.
    Version(VersionId, Box<VersionCommand>),
    /// A command on a data set.
    Dataset(DatasetId, Box<DatasetCommand>),
    /// Ask for an evaluation. Which data, and whether the caller may use it, is settled before.
    RequestEvaluation(EvaluationId, Box<Task>),
    /// Call an evaluation off.
    CancelEvaluation(EvaluationId),
    /// What became of an evaluation on a server; the platform's own, in the name of who asked for it.
    RanEvaluation(EvaluationId, Ran),
    /// Ask for a promotion.
    RequestPromotion {
        /// Its id.
        id: PromotionId,
        /// Of which version.
        version: VersionId,
        /// Where to.
        target: Target,
        /// Why.
        comment: Option<Sealed>,
        /// Whether to submit it at once.
        submit: bool,
    },
    /// Submit a promotion.
    SubmitPromotion(PromotionId),
    /// Decide a review.
    Review(PromotionId, Box<NewReview>),
    /// Say that a condition is met.
    MeetCondition {
        /// Of which promotion.
        promotion: PromotionId,
        /// Which.
        condition: String,
        /// How.
        comment: Option<Sealed>,
    },
    /// Take a promotion back.
    WithdrawPromotion(PromotionId, Option<Sealed>),
    /// Move the version, if the gate is open.
    CompletePromotion(PromotionId),
    /// Put a pack in force; the documents come with their files.
    ApplyPack(Vec<(String, Value)>),
    /// Confirm a proposal, by the digest of what was looked at.
    ConfirmProposal(ProposalId, Digest),
    /// Decline a proposal, and say why.
    DeclineProposal(ProposalId, Sealed),
    /// Take a proposal back.
    WithdrawProposal(ProposalId, Option<Sealed>),
    /// A command on a change of a model.
    Change(ChangeId, Box<ChangeCommand>),
    /// Record attempts that were denied.
    RecordDenials {
        /// The operation.
        route: String,
        /// Why.
        code: String,
        /// How many.
        attempts: u64,
    },
    /// Record that log-ins were refused.
    RecordRefusedLogIns(Shut),
    /// A provider vouches for a person, who is registered if there is none.
    Vouch(PrincipalId, Box<Vouched>),
    /// Come in, go out, and what one comes in with.
    Door(Door),
    /// A command on a system.
    System(SystemId, Box<SystemCommand>),
    /// Ask for an exception from a policy, and submit it at once or not.
    RequestException(ExceptionId, Box<NewException>, bool),
    /// A command on an exception.
    Exception(ExceptionId, ExceptionCommand),
    /// A command on a risk assessment.
    Assessment(AssessmentId, Box<AssessmentCommand>),
    /// A command on a request for another tier.
    TierChange(TierChangeId, Box<TierChangeCommand>),
    /// A command on who answers for a model.
    Accountability(ModelId, Box<AccountabilityCommand>),
    /// A command on a periodic review.
    PeriodicReview(PeriodicReviewId, Box<PeriodicReviewCommand>),
    /// Break the glass of a promotion.
    DeclareEmergency(PromotionId, Box<NewEmergency>),
    /// Sign an emergency, having looked at that evidence.
    SignEmergency(PromotionId, NewSignature, Option<Digest>),
    /// Let somebody decide in one's place.
    GiveDelegation(DelegationId, PrincipalId, Box<NewDelegation>),
    /// End a delegation before its time.
    RevokeDelegation(DelegationId, Option<Sealed>),
    /// A command on a comment.
    Comment(CommentId, Box<CommentCommand>),
    /// Assign a step of a promotion to a person, or to nobody.
    AssignReview {
        /// Of which promotion.
        promotion: PromotionId,
        /// Which step.
        step: String,
        /// To whom.
        to: Option<PrincipalId>,
    },
    /// Give the notices of a promotion that are due; the platform's own.
    Notify(PromotionId),
    /// Register a model with its first version, documents, and the data that it is validated on: all of it or nothing.
    Onboard(Box<Onboarding>),
    /// Say where things come from.
    RecordLineage(Vec<NewEdge>, LineageSource),
    /// Take back what was said of an edge.
    RetractLineage {
        /// Which.
        edge: EdgeId,
        /// Why.
        reason: Sealed,
        /// Whether the words of all are taken back, and not one's own alone.
        all: bool,
    },
}

impl Command {
    /// How many entries it may make, roughly: what one commit takes is bounded by that.
    pub(crate) fn weight(&self) -> usize {
        #[expect(clippy::wildcard_enum_match_arm, reason = "everything else makes a few entries")]
        match self {
            Self::RecordLineage(edges, _) => edges.len().max(1),
            Self::Onboard(new) => new.documents.len().saturating_add(4),
            _ => 1,
        }
    }
}

/// A model with all that it begins with.
#[derive(Debug, Clone)]
pub struct Onboarding {
    /// Its id.
    pub model: ModelId,
    /// What it is.
    pub described: ModelCommand,
    /// Id of its first version.
    pub version: VersionId,
    /// That version.
    pub first: NewVersion,
    /// The data that it is validated on, with its id.
    pub validation_data: Option<(DatasetId, DatasetRegistered)>,
    /// What is attached to the version: documents and cards.
    pub documents: Vec<VersionCommand>,
}

/// What can be wanted of an exception.
#[derive(Debug, Clone)]
pub enum ExceptionCommand {
    /// Submit it.
    Submit,
    /// Sign it.
    Sign(NewSignature),
    /// Take it back before it is decided.
    Withdraw(Option<Sealed>),
    /// End it at once, and say why.
    Revoke(Sealed),
    /// Say how what it excused was mended.
    Remediate(Sealed),
}

/// A command on a risk assessment.
#[derive(Debug, Clone)]
pub enum AssessmentCommand {
    /// Begin one.
    Start {
        /// Of which model.
        model: ModelId,
        /// Of which of its versions, if not of all.
        version: Option<VersionId>,
    },
    /// Rate a risk.
    Answer(Answered),
    /// Submit the answers.
    Submit,
    /// Sign the result.
    Sign(NewSignature),
    /// Accept a risk for a time.
    Accept {
        /// Which.
        risk: String,
        /// Why.
        rationale: Sealed,
        /// Until when.
        expires_at: Time,
    },
    /// Take it back.
    Withdraw(Option<Sealed>),
}

/// A command on a request for another tier.
#[derive(Debug, Clone)]
pub enum TierChangeCommand {
    /// Make one.
    Request(ModelId, tier_change::New),
    /// Sign it.
    Sign(NewSignature),
    /// Take it back.
    Withdraw(Option<Sealed>),
}

/// A command on a comment.
#[derive(Debug, Clone)]
pub enum CommentCommand {
    /// Say something.
    Make(NewComment),
    /// Take it back.
    Retract,
}

/// A step of a server that computes an evaluation.
#[derive(Debug, Clone)]
pub enum Ran {
    /// It begins.
    Started,
    /// It is done.
    Finished {
        /// The run that did it.
        run: u32,
        /// The report, as JSON.
        report: BlobRef,
        /// What becomes evidence.
        found: Found,
    },
    /// The server stops before it is done.
    Released {
        /// The run that was not done.
        run: u32,
    },
    /// It cannot be done.
    Failed {
        /// The run that found it out.
        run: u32,
        /// Why, as a stable code.
        code: String,
        /// Why, in words.
        reason: Sealed,
    },
}

/// What a run found.
#[derive(Debug, Clone)]
pub enum Found {
    /// Figures.
    Figures(Box<Evaluation>),
    /// The verdict on the artifacts.
    Scan(Box<Scan>),
}

/// Where a request came from. Addresses and programs are personal data, and sealed.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Address of the client.
    pub ip: Option<Sealed>,
    /// Program of the client.
    pub user_agent: Option<Sealed>,
    /// The token that was presented.
    pub session_id: Option<String>,
    /// Trace of the request.
    pub trace_id: Option<String>,
}

/// A command with its circumstances.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub actor: PrincipalId,
    /// What it is.
    pub actor_kind: ActorKind,
    /// From where.
    pub origin: Origin,
    /// Shared by the entries that the command makes.
    pub correlation: Uuid,
    /// The client's key with the digest of the body: the same request is done once.
    pub idempotency: Option<(ReceiptKey, [u8; 32])>,
    /// The revision that the client saw.
    pub expected: Option<(AggregateId, u64)>,
    /// What was computed before queueing; used if it still holds. Whoever asks keeps a share, so that the writer drops nothing.
    pub prepared: Option<Arc<Prepared>>,
    /// What the token leaves that the actor showed.
    pub restriction: Restriction,
    /// Whether the actor showed a session.
    pub in_session: bool,
    /// In whose place it is done.
    pub on_behalf_of: Option<PrincipalId>,
    /// The blobs that the actor was found to be allowed to name ([`crate::naming`]).
    pub may_name: BTreeSet<Digest>,
    /// What is wanted.
    pub command: Command,
}

/// The platform itself.
pub const SYSTEM: PrincipalId = PrincipalId(Uuid::nil());

impl Request {
    /// A command of the platform itself.
    pub fn of_system(correlation: Uuid, command: Command) -> Self {
        Self {
            actor: SYSTEM,
            actor_kind: ActorKind::System,
            origin: Origin::default(),
            correlation,
            idempotency: None,
            expected: None,
            prepared: None,
            restriction: Restriction::default(),
            in_session: false,
            on_behalf_of: None,
            may_name: BTreeSet::new(),
            command,
        }
    }
}
