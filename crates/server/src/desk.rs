//! One snapshot of the state, as a request reads it: objects the caller may see, and texts of people opened.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use assent_app::seal::KeyRing;
use assent_app::view::{Loaded, Snapshot};
use assent_app::{View, reach};
use assent_domain::aggregate::State;
use assent_domain::change_request::ChangeRequest;
use assent_domain::comment::{Comment, Subject};
use assent_domain::delegation::Delegation;
use assent_domain::evaluation::Job;
use assent_domain::exception::Exception;
use assent_domain::identity::{Permission, Principal, Target, authorise, reach as within};
use assent_domain::ids::{
    AssessmentId, ChangeId, CommentId, DatasetId, DelegationId, EvaluationId, ExceptionId, ModelId,
    PeriodicReviewId, PrincipalId, PromotionId, ProposalId, SystemId, TierChangeId, VersionId,
};
use assent_domain::pack::Pack;
use assent_domain::periodic_review::PeriodicReview;
use assent_domain::proposal::Proposal;
use assent_domain::registry::{Dataset, Model, Version};
use assent_domain::risk::{Assessment, TierChange};
use assent_domain::system::System;
use assent_domain::workflow::Promotion;
use assent_domain::{AggregateId, Code, Kind, Sealed, Time};
use assent_store::{Predicate, Read};
use axum::http::StatusCode;
use uuid::Uuid;

use crate::app::App;
use crate::http::Caller;
use crate::problem::Problem;
use crate::views::{Person, Words};

/// A state with its revision.
#[derive(Debug, Clone)]
pub(crate) struct Held<S> {
    pub(crate) revision: u64,
    pub(crate) state: Arc<S>,
}

impl<S> std::ops::Deref for Held<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.state
    }
}

/// A snapshot with what a request needs to read it.
pub(crate) struct Desk<'a> {
    pub(crate) app: &'a App,
    pub(crate) view: Snapshot<'a>,
    pub(crate) now: Time,
    ring: KeyRing<'a>,
    pack: OnceCell<Arc<Pack>>,
    people: RefCell<HashMap<PrincipalId, Person>>,
    /// When work on the answer is given up.
    until: Option<Instant>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(app: &'a App, read: &'a dyn Read) -> Result<Self, Problem> {
        Ok(Self {
            app,
            view: Snapshot::with(read, app.assent.ledger.recent())?,
            now: app.now(),
            ring: app.assent.sealer.ring(),
            pack: OnceCell::new(),
            people: RefCell::default(),
            until: None,
        })
    }

    /// The same for work that is given up then.
    pub(crate) fn given_up_at(self, until: Instant) -> Self {
        Self { until: Some(until), ..self }
    }

    /// Refuses to go on with work whose time is over. To be asked before each part of it.
    pub(crate) fn in_time(&self) -> Result<(), Problem> {
        if self.is_over() { Err(Problem::too_long(self.app.options.report_timeout)) } else { Ok(()) }
    }

    /// Whether the time for this work is over: for work of which a part is an answer.
    pub(crate) fn is_over(&self) -> bool {
        self.until.is_some_and(|until| until <= Instant::now())
    }

    pub(crate) fn pack(&self) -> Result<Arc<Pack>, Problem> {
        if let Some(pack) = self.pack.get() {
            return Ok(Arc::clone(pack));
        }
        let pack = self.app.assent.ledger.packs().current(&self.view)?;
        Ok(Arc::clone(self.pack.get_or_init(|| pack)))
    }

    /// Whatever stands in the tables, whoever asks.
    pub(crate) fn any<S: State>(&self, id: S::Id) -> Result<Option<Held<S>>, Problem> {
        let loaded = self.view.aggregate(AggregateId { kind: S::KIND, id: id.into() })?;
        Ok(loaded.as_ref().and_then(held))
    }

    /// Refuses a caller who lacks the permission.
    pub(crate) fn may(
        &self,
        caller: &Caller,
        permission: Permission,
        target: Target<'_>,
    ) -> Result<(), Problem> {
        Ok(authorise(&caller.principal, permission, target, &*self.pack()?, self.now)?)
    }

    /// Whether the caller has the permission.
    pub(crate) fn can(
        &self,
        caller: &Caller,
        permission: Permission,
        target: Target<'_>,
    ) -> Result<bool, Problem> {
        Ok(authorise(&caller.principal, permission, target, &*self.pack()?, self.now).is_ok())
    }

    /// The model, by id or by name, if the caller may read it.
    pub(crate) fn model(&self, caller: &Caller, key: &str) -> Result<Held<Model>, Problem> {
        let id = match Uuid::try_parse(key) {
            Ok(id) => Some(id),
            Err(_) => self.view.ids(Kind::Model, "name", key)?.first().copied(),
        };
        let found = id.map(|id| self.readable(caller, id.into())).transpose()?.flatten();
        found.ok_or_else(|| self.not_there(caller, "model", key))
    }

    /// The version with its model, if the caller may read it.
    pub(crate) fn version(
        &self,
        caller: &Caller,
        id: VersionId,
    ) -> Result<(Held<Model>, Held<Version>), Problem> {
        let not_there = || self.not_there(caller, "version", id);
        let version = self.any::<Version>(id)?.ok_or_else(not_there)?;
        let model = self.readable(caller, version.model)?;
        Ok((model.ok_or_else(not_there)?, version))
    }

    /// The promotion with its model, if the caller may read it.
    pub(crate) fn promotion(
        &self,
        caller: &Caller,
        id: PromotionId,
    ) -> Result<(Held<Model>, Held<Promotion>), Problem> {
        let not_there = || self.not_there(caller, "promotion", id);
        let promotion = self.any::<Promotion>(id)?.ok_or_else(not_there)?;
        let model = self.readable(caller, promotion.model)?;
        Ok((model.ok_or_else(not_there)?, promotion))
    }

    /// The evaluation, if the caller may read its model.
    pub(crate) fn evaluation(&self, caller: &Caller, id: EvaluationId) -> Result<Held<Job>, Problem> {
        let not_there = || self.not_there(caller, "evaluation", id);
        let job = self.any::<Job>(id)?.ok_or_else(not_there)?;
        self.readable(caller, job.task.model())?.ok_or_else(not_there)?;
        Ok(job)
    }

    /// The exception with its model, if the caller may read it.
    pub(crate) fn exception(
        &self,
        caller: &Caller,
        id: ExceptionId,
    ) -> Result<(Held<Model>, Held<Exception>), Problem> {
        let not_there = || self.not_there(caller, "exception", id);
        let exception = self.any::<Exception>(id)?.ok_or_else(not_there)?;
        let model = self.readable(caller, exception.model())?;
        Ok((model.ok_or_else(not_there)?, exception))
    }

    /// The data set, if the caller may read it: its steward, or who reads the platform.
    pub(crate) fn dataset(&self, caller: &Caller, id: DatasetId) -> Result<Held<Dataset>, Problem> {
        let all = self.can(caller, Permission::Read, Target::Platform)?;
        let found = self.any::<Dataset>(id)?.filter(|dataset| all || dataset.steward == caller.id());
        found.ok_or_else(|| not_there("data set", id, all))
    }

    /// The system, if the caller may read it: its owner, or who reads the platform.
    pub(crate) fn system(&self, caller: &Caller, id: SystemId) -> Result<Held<System>, Problem> {
        let all = self.can(caller, Permission::Read, Target::Platform)?;
        let found = self.any::<System>(id)?.filter(|system| all || system.description.owner == caller.id());
        found.ok_or_else(|| not_there("system", id, all))
    }

    /// The principal, if the caller may read it: itself, or who reads the platform or manages access.
    pub(crate) fn principal(&self, caller: &Caller, id: PrincipalId) -> Result<Held<Principal>, Problem> {
        let all = self.sees_people(caller)?;
        let found = self.any::<Principal>(id)?.filter(|_| all || caller.id() == id);
        found.ok_or_else(|| not_there("principal", id, all))
    }

    /// The proposal, if the caller may read it: who made it, or who reads the platform or manages access.
    pub(crate) fn proposal(&self, caller: &Caller, id: ProposalId) -> Result<Held<Proposal>, Problem> {
        let all = self.sees_people(caller)?;
        let found = self.any::<Proposal>(id)?.filter(|made| all || made.recorded.by == caller.id());
        found.ok_or_else(|| not_there("proposal", id, all))
    }

    /// The risk assessment, if the caller may read its model.
    pub(crate) fn assessment(&self, caller: &Caller, id: AssessmentId) -> Result<Held<Assessment>, Problem> {
        let not_there = || self.not_there(caller, "assessment", id);
        let held = self.any::<Assessment>(id)?.ok_or_else(not_there)?;
        self.readable(caller, held.model)?.ok_or_else(not_there)?;
        Ok(held)
    }

    /// The request for another tier, if the caller may read its model.
    pub(crate) fn tier_change(&self, caller: &Caller, id: TierChangeId) -> Result<Held<TierChange>, Problem> {
        let not_there = || self.not_there(caller, "tier change", id);
        let held = self.any::<TierChange>(id)?.ok_or_else(not_there)?;
        self.readable(caller, held.asked.model)?.ok_or_else(not_there)?;
        Ok(held)
    }

    /// The change with its model, if the caller may read it.
    pub(crate) fn change(
        &self,
        caller: &Caller,
        id: ChangeId,
    ) -> Result<(Held<Model>, Held<ChangeRequest>), Problem> {
        let not_there = || self.not_there(caller, "change", id);
        let change = self.any::<ChangeRequest>(id)?.ok_or_else(not_there)?;
        let model = self.readable(caller, change.model)?;
        Ok((model.ok_or_else(not_there)?, change))
    }

    /// The periodic review, if the caller may read its model.
    pub(crate) fn periodic_review(
        &self,
        caller: &Caller,
        id: PeriodicReviewId,
    ) -> Result<Held<PeriodicReview>, Problem> {
        let not_there = || self.not_there(caller, "periodic review", id);
        let held = self.any::<PeriodicReview>(id)?.ok_or_else(not_there)?;
        self.readable(caller, held.model)?.ok_or_else(not_there)?;
        Ok(held)
    }

    /// The delegation, if the caller may read it: one of the two, or who reads the platform or manages access.
    pub(crate) fn delegation(&self, caller: &Caller, id: DelegationId) -> Result<Held<Delegation>, Problem> {
        let all = self.sees_people(caller)?;
        let own =
            |held: &Held<Delegation>| [held.given.delegator, held.given.delegate].contains(&caller.id());
        let found = self.any::<Delegation>(id)?.filter(|held| all || own(held));
        found.ok_or_else(|| not_there("delegation", id, all))
    }

    /// Whether the caller may read the object.
    pub(crate) fn reads(&self, caller: &Caller, subject: Subject) -> Result<bool, Problem> {
        match self.readable_subject(caller, subject) {
            Ok(()) => Ok(true),
            Err(problem) if problem.status == StatusCode::NOT_FOUND => Ok(false),
            Err(problem) => Err(problem),
        }
    }

    /// Refuses a caller who may not read the object.
    pub(crate) fn readable_subject(
        &self,
        caller: &Caller,
        Subject { kind, id }: Subject,
    ) -> Result<(), Problem> {
        match kind {
            Kind::Model => self.model(caller, &id.to_string()).map(drop),
            Kind::Version => self.version(caller, id.into()).map(drop),
            Kind::Evaluation => self.evaluation(caller, id.into()).map(drop),
            Kind::Promotion => self.promotion(caller, id.into()).map(drop),
            Kind::System => self.system(caller, id.into()).map(drop),
            Kind::Exception => self.exception(caller, id.into()).map(drop),
            Kind::Assessment => self.assessment(caller, id.into()).map(drop),
            Kind::TierChange => self.tier_change(caller, id.into()).map(drop),
            Kind::Change => self.change(caller, id.into()).map(drop),
            Kind::Principal
            | Kind::Token
            | Kind::Credential
            | Kind::Session
            | Kind::Dataset
            | Kind::Pack
            | Kind::Proposal
            | Kind::Comment
            | Kind::Lineage
            | Kind::Accountability
            | Kind::PeriodicReview
            | Kind::Delegation
            | Kind::Access => Err(self.not_there(caller, "thread", id)),
        }
    }

    /// The comment, if the caller may read what it is about.
    pub(crate) fn comment(&self, caller: &Caller, id: CommentId) -> Result<Held<Comment>, Problem> {
        let not_there = || self.not_there(caller, "comment", id);
        let held = self.any::<Comment>(id)?.ok_or_else(not_there)?;
        if self.reads(caller, held.subject)? { Ok(held) } else { Err(not_there()) }
    }

    /// What is about models and not there for this caller.
    pub(crate) fn not_there(&self, caller: &Caller, what: &str, id: impl std::fmt::Display) -> Problem {
        // A store that is away says nothing about what is there.
        match self.can(caller, Permission::Read, Target::Platform) {
            Ok(all) => not_there(what, id, all),
            Err(problem) => problem,
        }
    }

    /// Whether the caller may list the principals.
    pub(crate) fn sees_people(&self, caller: &Caller) -> Result<bool, Problem> {
        for permission in [Permission::Read, Permission::ManagePrincipals, Permission::ManageGrants] {
            if self.can(caller, permission, Target::Platform)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The model, if there is one that the caller may read.
    fn readable(&self, caller: &Caller, id: ModelId) -> Result<Option<Held<Model>>, Problem> {
        let Some(model) = self.any::<Model>(id)? else { return Ok(None) };
        Ok(self.can(caller, Permission::Read, Target::Model(&model))?.then_some(model))
    }

    /// The same for the rows of a table: for lists.
    pub(crate) fn readable_rows(&self, caller: &Caller, kind: Kind) -> Result<Predicate, Problem> {
        let pack = self.pack()?;
        Ok(reach::predicate(kind, &within(&caller.principal, Permission::Read, &pack, self.now)))
    }

    /// Seals a text under a subject.
    pub(crate) fn seal(&self, subject: PrincipalId, text: &str) -> Result<Sealed, Problem> {
        Ok(self.ring.seal(subject.0, text)?)
    }

    /// The words, if their key was not destroyed.
    pub(crate) fn words(&self, sealed: &Sealed) -> Result<Words, Problem> {
        let text = self.ring.open(sealed)?;
        Ok(Words { erased: text.is_none(), text })
    }

    /// Who that is.
    pub(crate) fn person(&self, id: PrincipalId) -> Result<Person, Problem> {
        if let Some(known) = self.people.borrow().get(&id) {
            return Ok(known.clone());
        }
        let person = match self.view.get::<Principal>(id)? {
            Some(principal) => {
                let Words { text, erased } = self.words(&principal.name)?;
                Person { id: id.0, name: text, erased }
            }
            None => Person { id: id.0, name: None, erased: false },
        };
        self.people.borrow_mut().insert(id, person.clone());
        Ok(person)
    }
}

/// The state of an aggregate that was loaded.
pub(crate) fn held<S: State>(loaded: &Loaded) -> Option<Held<S>> {
    let state = S::from_aggregate(&loaded.state)?;
    Some(Held { revision: loaded.revision, state: Arc::clone(state) })
}

/// What is there and not for this caller looks like what is not there, and leaves the same traces: to who does not see `all`
/// of its kind both are a denied attempt. The size of the log is public, and would tell them apart.
pub(crate) fn not_there(what: &str, id: impl std::fmt::Display, all: bool) -> Problem {
    let problem = Problem::not_found(what, id);
    if all { problem } else { problem.denied(Code::NotFound.code()) }
}
