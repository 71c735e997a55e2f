//! Aggregates: the things that events change, one at a time. Their state is a cache of the log.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::accountability::Accountability;
use crate::change_request::ChangeRequest;
use crate::comment::Comment;
use crate::delegation::Delegation;
use crate::evaluation;
use crate::event::{Event, Stamp};
use crate::exception::Exception;
use crate::identity::{Credential, Principal, Session, Token};
use crate::ids::{
    AccountabilityId, AssessmentId, ChangeId, CommentId, CredentialId, DatasetId, DelegationId, EdgeId,
    EvaluationId, ExceptionId, ModelId, PeriodicReviewId, PrincipalId, PromotionId, ProposalId, SessionId,
    SystemId, TierChangeId, TokenId, VersionId,
};
use crate::lineage::Edge;
use crate::pack::Applied;
use crate::periodic_review::PeriodicReview;
use crate::proposal::Proposal;
use crate::registry::{Dataset, Model, Version};
use crate::risk::{Assessment, TierChange};
use crate::system::System;
use crate::workflow::Promotion;

/// What kind of thing an entry of the log is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// A person or service account.
    Principal,
    /// An API token.
    Token,
    /// The password of a person.
    Credential,
    /// A person who logged in.
    Session,
    /// A model.
    Model,
    /// A version of a model.
    Version,
    /// A version of a data set.
    Dataset,
    /// An evaluation of a version.
    Evaluation,
    /// A promotion.
    Promotion,
    /// The governance that is in force.
    Pack,
    /// A change that waits for a second person.
    Proposal,
    /// An AI system, or a use of one.
    System,
    /// A waiver of a policy.
    Exception,
    /// A risk assessment.
    Assessment,
    /// A request to put a model into another tier.
    TierChange,
    /// A change of a model in service.
    Change,
    /// Who answers for a model.
    Accountability,
    /// A periodic review of a model.
    PeriodicReview,
    /// Somebody decides in the place of somebody else.
    Delegation,
    /// Something that was said about an object.
    Comment,
    /// One thing came from another.
    Lineage,
    /// The door: attempts that were denied. It has no state.
    Access,
}

impl Kind {
    /// Every kind that has state.
    pub const STATEFUL: [Self; 21] = [
        Self::Principal,
        Self::Token,
        Self::Credential,
        Self::Session,
        Self::Model,
        Self::Version,
        Self::Dataset,
        Self::Evaluation,
        Self::Promotion,
        Self::Pack,
        Self::Proposal,
        Self::System,
        Self::Exception,
        Self::Assessment,
        Self::TierChange,
        Self::Change,
        Self::Accountability,
        Self::PeriodicReview,
        Self::Delegation,
        Self::Comment,
        Self::Lineage,
    ];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Principal => "PRINCIPAL",
            Self::Token => "TOKEN",
            Self::Credential => "CREDENTIAL",
            Self::Session => "SESSION",
            Self::Model => "MODEL",
            Self::Version => "VERSION",
            Self::Dataset => "DATASET",
            Self::Evaluation => "EVALUATION",
            Self::Promotion => "PROMOTION",
            Self::Pack => "PACK",
            Self::Proposal => "PROPOSAL",
            Self::System => "SYSTEM",
            Self::Exception => "EXCEPTION",
            Self::Assessment => "ASSESSMENT",
            Self::TierChange => "TIER_CHANGE",
            Self::Change => "CHANGE",
            Self::Accountability => "ACCOUNTABILITY",
            Self::PeriodicReview => "PERIODIC_REVIEW",
            Self::Delegation => "DELEGATION",
            Self::Comment => "COMMENT",
            Self::Lineage => "LINEAGE",
            Self::Access => "ACCESS",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::STATEFUL.into_iter().chain([Self::Access]).find(|kind| kind.name() == name)
    }
}

/// The name of one aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AggregateId {
    /// Its kind.
    pub kind: Kind,
    /// Its id within the kind.
    pub id: Uuid,
}

impl AggregateId {
    /// The governance in force: there is one.
    pub const PACK: Self = Self { kind: Kind::Pack, id: Uuid::nil() };
    /// The door, for attempts of nobody in particular.
    pub const DOOR: Self = Self { kind: Kind::Access, id: Uuid::nil() };
}

impl fmt::Display for AggregateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.id)
    }
}

macro_rules! aggregates {
    ($($kind:ident $state:ty, $id:ty;)*) => {
        /// The state of one aggregate, shared until it changes.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Aggregate {$(
            #[doc = concat!("A `", stringify!($kind), "`.")]
            $kind(Arc<$state>),
        )*}

        impl Aggregate {
            /// The kind of this aggregate.
            pub fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind),* }
            }

            /// The state as JSON.
            pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
                match self { $(Self::$kind(state) => serde_json::to_vec(&**state)),* }
            }

            /// Reads what [`Aggregate::to_json`] wrote. `None` for a kind without state.
            pub fn from_json(kind: Kind, json: &[u8]) -> Option<Result<Self, serde_json::Error>> {
                match kind {
                    $(Kind::$kind => Some(serde_json::from_slice(json).map(|state| Self::$kind(Arc::new(state)))),)*
                    Kind::Access => None,
                }
            }
        }

        $(
            impl State for $state {
                type Id = $id;
                const KIND: Kind = Kind::$kind;

                fn from_aggregate(aggregate: &Aggregate) -> Option<&Arc<Self>> {
                    if let Aggregate::$kind(state) = aggregate { Some(state) } else { None }
                }
            }

            impl From<$state> for Aggregate {
                fn from(state: $state) -> Self {
                    Self::$kind(Arc::new(state))
                }
            }
        )*
    };
}

/// The state of one kind of aggregate.
pub trait State: Clone + Into<Aggregate> {
    /// Its typed id.
    type Id: Into<Uuid> + Copy;
    /// Its kind.
    const KIND: Kind;
    /// The state inside, if the aggregate is of this kind.
    fn from_aggregate(aggregate: &Aggregate) -> Option<&Arc<Self>>;
}

aggregates! {
    Principal Principal, PrincipalId;
    Token Token, TokenId;
    Credential Credential, CredentialId;
    Session Session, SessionId;
    Model Model, ModelId;
    Version Version, VersionId;
    Dataset Dataset, DatasetId;
    Evaluation evaluation::Job, EvaluationId;
    Promotion Promotion, PromotionId;
    Pack Applied, Uuid;
    Proposal Proposal, ProposalId;
    System System, SystemId;
    Exception Exception, ExceptionId;
    Assessment Assessment, AssessmentId;
    TierChange TierChange, TierChangeId;
    Change ChangeRequest, ChangeId;
    Accountability Accountability, AccountabilityId;
    PeriodicReview PeriodicReview, PeriodicReviewId;
    Delegation Delegation, DelegationId;
    Comment Comment, CommentId;
    Lineage Edge, EdgeId;
}

macro_rules! into_uuid {
    ($($id:ident $kind:ident),*) => {$(
        impl From<$id> for Uuid {
            fn from(id: $id) -> Self {
                id.0
            }
        }

        impl From<$id> for AggregateId {
            fn from(id: $id) -> Self {
                Self { kind: Kind::$kind, id: id.0 }
            }
        }
    )*};
}

into_uuid!(PrincipalId Principal, TokenId Token, CredentialId Credential, SessionId Session, ModelId Model, VersionId Version, DatasetId Dataset, EvaluationId Evaluation, PromotionId Promotion, ProposalId Proposal, SystemId System, ExceptionId Exception, AssessmentId Assessment, TierChangeId TierChange, ChangeId Change, AccountabilityId Accountability, PeriodicReviewId PeriodicReview, DelegationId Delegation, CommentId Comment, EdgeId Lineage);

/// The state after an event. Total: an event that does not fit the state (which no decision produces) changes nothing.
pub fn evolve(state: Option<Aggregate>, id: Uuid, event: &Event, stamp: &Stamp) -> Option<Aggregate> {
    if state.is_none() {
        return create(id, event, stamp);
    }
    let mut state = state?;
    match &mut state {
        Aggregate::Principal(principal) => Arc::make_mut(principal).evolve(event, stamp),
        Aggregate::Token(token) => Arc::make_mut(token).evolve(event, stamp),
        Aggregate::Credential(credential) => Arc::make_mut(credential).evolve(event, stamp),
        Aggregate::Session(session) => Arc::make_mut(session).evolve(event, stamp),
        Aggregate::Model(model) => Arc::make_mut(model).evolve(event, stamp),
        Aggregate::Version(version) => Arc::make_mut(version).evolve(event, stamp),
        Aggregate::Dataset(_) => {}
        Aggregate::Evaluation(job) => Arc::make_mut(job).evolve(event, stamp),
        Aggregate::Promotion(promotion) => Arc::make_mut(promotion).evolve(event, stamp),
        Aggregate::Pack(pack) => Arc::make_mut(pack).evolve(event, stamp),
        Aggregate::Proposal(proposal) => Arc::make_mut(proposal).evolve(event, stamp),
        Aggregate::System(system) => Arc::make_mut(system).evolve(event, stamp),
        Aggregate::Exception(exception) => Arc::make_mut(exception).evolve(event, stamp),
        Aggregate::Assessment(assessment) => Arc::make_mut(assessment).evolve(event, stamp),
        Aggregate::TierChange(change) => Arc::make_mut(change).evolve(event, stamp),
        Aggregate::Change(change) => Arc::make_mut(change).evolve(event, stamp),
        Aggregate::Accountability(held) => Arc::make_mut(held).evolve(event, stamp),
        Aggregate::PeriodicReview(review) => Arc::make_mut(review).evolve(event, stamp),
        Aggregate::Delegation(delegation) => Arc::make_mut(delegation).evolve(event, stamp),
        Aggregate::Comment(comment) => Arc::make_mut(comment).evolve(event, stamp),
        Aggregate::Lineage(edge) => Arc::make_mut(edge).evolve(event, stamp),
    }
    Some(state)
}

fn create(id: Uuid, event: &Event, stamp: &Stamp) -> Option<Aggregate> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other events change what exists")]
    match event {
        Event::PrincipalRegistered(event) => Some(Principal::new(id.into(), event, stamp).into()),
        Event::TokenIssued(event) => Some(Token::new(id.into(), event, stamp).into()),
        Event::SessionStarted(event) => Some(Session::new(id.into(), event, stamp).into()),
        Event::ModelRegistered(event) => Some(Model::new(id.into(), event, stamp).into()),
        Event::VersionRegistered(event) => Some(Version::new(id.into(), event, stamp).into()),
        Event::DatasetRegistered(event) => Some(Dataset::new(id.into(), event, stamp).into()),
        Event::EvaluationRequested(event) => {
            let task = evaluation::Task::Figures(event.clone());
            Some(evaluation::Job::new(id.into(), task, stamp).into())
        }
        Event::ScanRequested(event) => {
            Some(evaluation::Job::new(id.into(), evaluation::Task::Scan(event.clone()), stamp).into())
        }
        Event::PromotionRequested(event) => Some(Promotion::new(id.into(), event, stamp).into()),
        Event::PackApplied(event) => Some(Applied::new(event, stamp).into()),
        Event::ProposalMade(event) => Some(Proposal::new(id.into(), event, stamp).into()),
        Event::SystemRegistered(event) => Some(System::new(id.into(), event, stamp).into()),
        Event::ExceptionRequested(event) => Some(Exception::new(id.into(), event, stamp).into()),
        Event::AssessmentStarted(event) => Some(Assessment::new(id.into(), event, stamp).into()),
        Event::TierChangeRequested(event) => Some(TierChange::new(id.into(), event, stamp).into()),
        Event::CommentMade(event) => Some(Comment::new(id.into(), event, stamp).into()),
        Event::ChangeRequested(event) => Some(ChangeRequest::new(id.into(), event, stamp).into()),
        Event::AccountabilityAssigned(event) => Some(Accountability::new(id.into(), event, stamp).into()),
        Event::PeriodicReviewOpened(event) => Some(PeriodicReview::new(id.into(), event, stamp).into()),
        Event::DelegationGiven(event) => Some(Delegation::new(id.into(), event, stamp).into()),
        Event::LineageRecorded(event) => Some(Edge::new(id.into(), event, stamp).into()),
        _ => Credential::create(id.into(), event, stamp).map(Into::into),
    }
}
