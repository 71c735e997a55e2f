//! Changes of models in service: what can be asked of them, and what a decision about one is made from.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_domain::change_request::{ChangeRequest, Content, Hearing, NewRollback, Plan};
use assent_domain::identity::Principal;
use assent_domain::ids::{ChangeId, PrincipalId, VersionId};
use assent_domain::pack::Pack;
use assent_domain::registry::Model;
use assent_domain::signoff::NewSignature;
use assent_domain::{Kind, Sealed, Time};
use assent_store::{Order, StoreError};

use crate::cases::not_found;
use crate::governance::Packs;
use crate::ledger::Failure;
use crate::view::View;

/// What can be asked of a change.
#[derive(Debug, Clone)]
pub enum ChangeCommand {
    /// Ask for it.
    Request {
        /// What is to change.
        content: Box<Content>,
        /// Whether to submit it at once.
        submit: bool,
    },
    /// Submit it, with what the draft lacks.
    Submit(Box<Plan>),
    /// Sign it.
    Sign(NewSignature),
    /// Give it a time.
    Schedule(Time),
    /// Begin to make it.
    Start,
    /// Say how it ended.
    Complete {
        /// Whether it did what it was to do.
        success: bool,
        /// How it went.
        notes: Option<Sealed>,
    },
    /// Ask for another change that takes it back.
    RollBack {
        /// The id of that change.
        rollback: ChangeId,
        /// What it says for itself.
        new: Box<NewRollback>,
    },
    /// Take the request back.
    Withdraw(Option<Sealed>),
}

/// A hearing that owns what it is made from.
#[derive(Debug, Clone)]
pub struct OwnedHearing {
    /// The change.
    pub change: Arc<ChangeRequest>,
    /// Its model.
    pub model: Arc<Model>,
    /// The principals that it names.
    pub people: BTreeMap<PrincipalId, Arc<Principal>>,
    /// The pack in force.
    pub pack: Arc<Pack>,
    /// The time of the question.
    pub now: Time,
}

impl OwnedHearing {
    /// The hearing of a change of that model.
    pub fn new(
        view: &impl View,
        change: Arc<ChangeRequest>,
        model: Arc<Model>,
        pack: Arc<Pack>,
        now: Time,
    ) -> Result<Self, Failure> {
        let people = people(view, &Hearing::named(&change, &model))?;
        Ok(Self { change, model, people, pack, now })
    }

    /// The hearing of the change of that id.
    pub fn load(view: &impl View, packs: &Packs, id: ChangeId, now: Time) -> Result<Self, Failure> {
        let change = view.get::<ChangeRequest>(id)?.ok_or_else(|| not_found("change", id))?;
        let model = view.get::<Model>(change.model)?.ok_or_else(|| not_found("model", change.model))?;
        Self::new(view, change, model, packs.current(view)?, now)
    }

    /// The hearing.
    pub fn hearing(&self) -> Hearing<'_> {
        Hearing::new(&self.change, &self.model, &self.people, &self.pack, self.now)
    }
}

/// The principals of these ids that there are.
pub fn people(
    view: &impl View,
    ids: &[PrincipalId],
) -> Result<BTreeMap<PrincipalId, Arc<Principal>>, StoreError> {
    let mut people = BTreeMap::new();
    for id in ids {
        if let Some(principal) = view.get::<Principal>(*id)? {
            people.insert(*id, principal);
        }
    }
    Ok(people)
}

/// How many changes of a version are looked through for one that puts it into a stage, from the newest: as many as may be
/// unfinished of a model.
const LOOKED_THROUGH: u32 = 200;

/// The newest change that puts a version into a stage, a rejected one included: a no shuts the way that an older yes opened.
pub fn placing(
    view: &impl View,
    version: VersionId,
    stage: &str,
) -> Result<Option<Arc<ChangeRequest>>, StoreError> {
    let key = version.to_string();
    for id in view.first_ids(Kind::Change, "version_id", &key, Order::Descending, LOOKED_THROUGH)? {
        let change = view.get::<ChangeRequest>(id.into())?;
        let fits = |change: &Arc<ChangeRequest>| {
            let is_said = change.says_something() || change.rejected.is_some();
            is_said && change.content.environment == stage && change.content.kind.places_a_version()
        };
        if let Some(change) = change.filter(fits) {
            return Ok(Some(change));
        }
    }
    Ok(None)
}

/// The newest change to a version that says something of it.
pub fn newest(view: &impl View, version: VersionId) -> Result<Option<Arc<ChangeRequest>>, StoreError> {
    view.newest::<ChangeRequest>("counts_for", &version.to_string())
}
