//! Whether somebody could sign: asked of the decisions themselves, so that list and answer cannot differ.

use std::sync::Arc;

use assent_app::View;
use assent_app::changes::OwnedHearing;
use assent_app::exceptions::with_case;
use assent_app::signing::OwnedSignoff;
use assent_domain::aggregate::State;
use assent_domain::change_request::{self, ChangeRequest};
use assent_domain::event::{Change, Event};
use assent_domain::exception::{self, Exception, Situation};
use assent_domain::identity::{Permission, Principal, Target, left_by_token};
use assent_domain::ids::PrincipalId;
use assent_domain::periodic_review::{self as review, PeriodicReview};
use assent_domain::registry::{Model, Version};
use assent_domain::risk::{Assessment, TierChange, assessment, tier_change};
use assent_domain::signoff::{NewSignature, Verdict};
use assent_domain::workflow::OWNER;
use assent_domain::{Refusal, Sealed};
use uuid::Uuid;

use crate::desk::{Desk, Held};
use crate::http::Caller;
use crate::problem::Problem;

/// Who asks whether they could sign: the caller, and the caller in the place of those who let them. What is asked about is loaded
/// once, however many they are.
pub(super) struct Asker<'a> {
    pub(super) desk: &'a Desk<'a>,
    pub(super) caller: &'a Caller,
    /// The caller in the place of each of those persons.
    pub(super) acting: Vec<Principal>,
}

/// In whose name the caller could sign.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Their own.
    own: bool,
    /// That of those persons, where not in their own.
    pub(super) others: Vec<PrincipalId>,
}

impl Names {
    pub(super) fn is_any(&self) -> bool {
        self.own || !self.others.is_empty()
    }
}

impl Asker<'_> {
    pub(super) fn assessment(&self, held: &Held<Assessment>) -> Result<Names, Problem> {
        let (model, pack) = (self.of::<Model>(held.model)?, self.desk.pack()?);
        if !self.reviews(&model)? {
            return Ok(Names::default());
        }
        let signoff = OwnedSignoff::of_assessment(&self.desk.view, model, held)?;
        let case = signoff.case(&pack, self.desk.now);
        Ok(self.names(|hand| either(|new| assessment::sign(held, &case, hand, new, None))))
    }

    pub(super) fn tier_change(&self, held: &Held<TierChange>) -> Result<Names, Problem> {
        let (model, pack) = (self.of::<Model>(held.asked.model)?, self.desk.pack()?);
        let may = self.may_sign(&model)?;
        if !may.anybody() {
            return Ok(Names::default());
        }
        let signoff = OwnedSignoff::of_tier_change(&self.desk.view, model, held)?;
        let case = signoff.case(&pack, self.desk.now);
        Ok(self.names(|hand| may.this(hand) && either(|new| tier_change::sign(held, &case, hand, new, &[]))))
    }

    pub(super) fn exception(&self, held: &Held<Exception>) -> Result<Names, Problem> {
        let (model, pack) = (self.of::<Model>(held.model())?, self.desk.pack()?);
        if !self.reviews(&model)? {
            return Ok(Names::default());
        }
        let version = held.request.version.map(|version| self.of::<Version>(version)).transpose()?;
        let now = self.desk.now;
        let situation = Situation { model: &model, version: version.as_deref(), pack: &pack, now };
        let could = with_case(&self.desk.view, held, &model, &pack, now, |case| {
            self.names(|hand| either(|new| exception::sign(held, &situation, case, hand, new)))
        });
        Ok(could?)
    }

    pub(super) fn change(&self, held: &Held<ChangeRequest>) -> Result<Names, Problem> {
        let model = self.of::<Model>(held.model)?;
        let may = self.may_sign(&model)?;
        if !may.anybody() {
            return Ok(Names::default());
        }
        let (change, pack) = (Arc::clone(&held.state), self.desk.pack()?);
        let owned = OwnedHearing::new(&self.desk.view, change, model, pack, self.desk.now)?;
        let hearing = owned.hearing();
        let attests = |event: &Event| matches!(event, Event::ChangeSigned(signed) if signed.role == OWNER);
        Ok(self.names(|hand| {
            let signed = || change_request::sign(&hearing, hand, trial(Verdict::Approved));
            let fits =
                |changes: Vec<Change>| may.reviews || changes.iter().any(|change| attests(&change.event));
            may.this(hand) && signed().is_ok_and(fits)
        }))
    }

    /// A periodic review is signed in one's own name.
    pub(super) fn periodic_review(&self, held: &Held<PeriodicReview>) -> Result<Names, Problem> {
        let (model, pack) = (self.of::<Model>(held.model)?, self.desk.pack()?);
        if !self.may_sign(&model)?.this(&self.caller.principal) {
            return Ok(Names::default());
        }
        let signoff = OwnedSignoff::of_review(&self.desk.view, model, held)?;
        let case = signoff.case(&pack, self.desk.now);
        let own = either(|new| review::sign(held, &case, &self.caller.principal, new));
        Ok(Names { own, others: Vec::new() })
    }

    /// In whose name it could be done: in that of others only where not in one's own.
    fn names(&self, could: impl Fn(&Principal) -> bool) -> Names {
        if could(&self.caller.principal) {
            return Names { own: true, others: Vec::new() };
        }
        let acting = self.acting.iter().filter(|hand| could(hand));
        let others = acting.filter_map(|hand| hand.acting.as_ref().map(|acting| acting.delegator.id));
        Names { own: false, others: others.collect() }
    }

    fn reviews(&self, model: &Model) -> Result<bool, Problem> {
        self.desk.can(self.caller, Permission::Review, Target::Model(model))
    }

    /// Who may review, and the owner, whose attestation needs no permission and is lent to nobody.
    fn may_sign(&self, model: &Model) -> Result<MaySign, Problem> {
        let owner = self.desk.view.get::<Principal>(model.owner)?;
        let caller = self.caller.principal.answerable();
        let owns = owner.is_some_and(|owner| owner.answerable() == caller);
        Ok(MaySign { reviews: self.reviews(model)?, owns })
    }

    fn of<S: State>(&self, id: S::Id) -> Result<Arc<S>, Problem> {
        let held = self.desk.any::<S>(id)?;
        held.map(|held| held.state).ok_or_else(|| Problem::internal("a request about what is gone"))
    }
}

/// Whether the caller may sign what is asked of a model.
struct MaySign {
    reviews: bool,
    owns: bool,
}

impl MaySign {
    fn anybody(&self) -> bool {
        self.reviews || self.owns
    }

    fn this(&self, hand: &Principal) -> bool {
        let owns = self.owns && hand.acting.is_none();
        (self.reviews || owns) && left_by_token(hand, Permission::Review).is_ok()
    }
}

/// Whether a yes or a no would be taken.
fn either<T>(mut sign: impl FnMut(NewSignature) -> Result<T, Refusal>) -> bool {
    [Verdict::Approved, Verdict::Rejected].into_iter().any(|verdict| sign(trial(verdict)).is_ok())
}

fn trial(verdict: Verdict) -> NewSignature {
    let comment = Some(Sealed { subject: Uuid::nil(), data: String::new() });
    NewSignature { role: None, verdict, comment }
}
