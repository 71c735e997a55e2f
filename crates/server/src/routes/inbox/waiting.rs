//! Whether somebody could sign: asked of the decisions themselves, so that list and answer cannot differ.

use std::sync::Arc;

use assent_app::View;
use assent_app::changes::OwnedHearing;
use assent_app::exceptions::with_case;
use assent_app::signing::OwnedSignoff;
use assent_domain::aggregate::State;
use assent_domain::change_request::{self, ChangeRequest};
use assent_domain::event::Event;
use assent_domain::exception::{self, Exception, Situation};
use assent_domain::identity::{Permission, Principal, Target, left_by_token};
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

/// Who asks whether they could sign.
pub(super) struct Asker<'a> {
    pub(super) desk: &'a Desk<'a>,
    pub(super) caller: &'a Caller,
    /// The caller, or the caller in the place of somebody.
    pub(super) hand: &'a Principal,
}

impl Asker<'_> {
    pub(super) fn assessment(&self, held: &Held<Assessment>) -> Result<bool, Problem> {
        let (model, pack) = (self.of::<Model>(held.model)?, self.desk.pack()?);
        if !self.reviews(&model)? {
            return Ok(false);
        }
        let signoff = OwnedSignoff::of_assessment(&self.desk.view, model, held)?;
        let case = signoff.case(&pack, self.desk.now);
        Ok(either(|new| assessment::sign(held, &case, self.person(), new, None)))
    }

    pub(super) fn tier_change(&self, held: &Held<TierChange>) -> Result<bool, Problem> {
        let (model, pack) = (self.of::<Model>(held.asked.model)?, self.desk.pack()?);
        if !self.signs(&model)? {
            return Ok(false);
        }
        let signoff = OwnedSignoff::of_tier_change(&self.desk.view, model, held)?;
        let case = signoff.case(&pack, self.desk.now);
        Ok(either(|new| tier_change::sign(held, &case, self.person(), new, &[])))
    }

    pub(super) fn exception(&self, held: &Held<Exception>) -> Result<bool, Problem> {
        let (model, pack) = (self.of::<Model>(held.model())?, self.desk.pack()?);
        if !self.reviews(&model)? {
            return Ok(false);
        }
        let version = held.request.version.map(|version| self.of::<Version>(version)).transpose()?;
        let now = self.desk.now;
        let situation = Situation { model: &model, version: version.as_deref(), pack: &pack, now };
        let could = with_case(&self.desk.view, held, &model, &pack, now, |case| {
            either(|new| exception::sign(held, &situation, case, self.person(), new))
        });
        Ok(could?)
    }

    pub(super) fn change(&self, held: &Held<ChangeRequest>) -> Result<bool, Problem> {
        let model = self.of::<Model>(held.model)?;
        if !self.signs(&model)? {
            return Ok(false);
        }
        let reviews = self.reviews(&model)?;
        let (change, pack) = (Arc::clone(&held.state), self.desk.pack()?);
        let hearing = OwnedHearing::new(&self.desk.view, change, model, pack, self.desk.now)?;
        let attests = |event: &Event| matches!(event, Event::ChangeSigned(signed) if signed.role == OWNER);
        let signed = change_request::sign(&hearing.hearing(), self.person(), trial(Verdict::Approved));
        Ok(signed.is_ok_and(|changes| reviews || changes.iter().any(|change| attests(&change.event))))
    }

    /// A periodic review is signed in one's own name.
    pub(super) fn periodic_review(&self, held: &Held<PeriodicReview>) -> Result<bool, Problem> {
        if self.hand.acting.is_some() {
            return Ok(false);
        }
        let (model, pack) = (self.of::<Model>(held.model)?, self.desk.pack()?);
        if !self.signs(&model)? {
            return Ok(false);
        }
        let signoff = OwnedSignoff::of_review(&self.desk.view, model, held)?;
        let case = signoff.case(&pack, self.desk.now);
        Ok(either(|new| review::sign(held, &case, self.person(), new)))
    }

    fn person(&self) -> &Principal {
        self.hand
    }

    fn reviews(&self, model: &Model) -> Result<bool, Problem> {
        self.desk.can(self.caller, Permission::Review, Target::Model(model))
    }

    /// Who may review, and the owner, whose attestation needs no permission and is lent to nobody.
    fn signs(&self, model: &Model) -> Result<bool, Problem> {
        if left_by_token(self.person(), Permission::Review).is_err() {
            return Ok(false);
        }
        if self.hand.acting.is_some() {
            return self.reviews(model);
        }
        let owner = self.desk.view.get::<Principal>(model.owner)?;
        let is_owner = owner.is_some_and(|owner| owner.answerable() == self.person().answerable());
        Ok(is_owner || self.reviews(model)?)
    }

    fn of<S: State>(&self, id: S::Id) -> Result<Arc<S>, Problem> {
        let held = self.desk.any::<S>(id)?;
        held.map(|held| held.state).ok_or_else(|| Problem::internal("a request about what is gone"))
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
