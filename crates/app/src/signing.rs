//! What a sign-off needs from state: the people that it names, as they are today.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_domain::Time;
use assent_domain::identity::Principal;
use assent_domain::ids::PrincipalId;
use assent_domain::pack::Pack;
use assent_domain::periodic_review::PeriodicReview;
use assent_domain::registry::{Model, Version};
use assent_domain::risk::{Assessment, TierChange};
use assent_domain::signoff::{Case, SignatureRecord};

use crate::ledger::Failure;
use crate::view::View;

/// A request that waits for signatures, with what it is judged by.
#[derive(Debug, Clone)]
pub struct OwnedSignoff {
    /// The model that it is about.
    pub model: Arc<Model>,
    roles: Vec<String>,
    signatures: Vec<SignatureRecord>,
    requester: PrincipalId,
    makers: Vec<PrincipalId>,
    people: BTreeMap<PrincipalId, Arc<Principal>>,
}

impl OwnedSignoff {
    /// That of an assessment. Who owns the model, or made the version, does not sign what is said of the risk of it.
    pub fn of_assessment(
        view: &impl View,
        model: Arc<Model>,
        assessment: &Assessment,
    ) -> Result<Self, Failure> {
        let mut makers: Vec<PrincipalId> = model.owners_since(assessment.started.at).collect();
        if let Some(version) =
            assessment.version.map(|version| view.get::<Version>(version)).transpose()?.flatten()
        {
            makers.extend(model.owners_since(version.registered.at).chain([version.registered.by]));
        }
        let roles = assessment.submitted.as_ref().map(|submitted| submitted.roles.clone());
        let roles = roles.unwrap_or_default();
        Self::new(view, model, (roles, &assessment.signatures), assessment.assessor(), makers)
    }

    /// That of a request for another tier. Who owns the model does not sign it but as its owner.
    pub fn of_tier_change(view: &impl View, model: Arc<Model>, change: &TierChange) -> Result<Self, Failure> {
        let makers = model.owners_since(change.requested.at).collect();
        let roles = change.asked.roles.clone();
        Self::new(view, model, (roles, &change.signatures), change.requester(), makers)
    }

    /// That of a periodic review. Who owns the model does not sign it but as its owner.
    pub fn of_review(view: &impl View, model: Arc<Model>, review: &PeriodicReview) -> Result<Self, Failure> {
        let makers = model.owners_since(review.opened.at).collect();
        Self::new(view, model, (review.roles().to_vec(), &review.signatures), review.requester(), makers)
    }

    fn new(
        view: &impl View,
        model: Arc<Model>,
        (roles, signatures): (Vec<String>, &[SignatureRecord]),
        requester: PrincipalId,
        makers: Vec<PrincipalId>,
    ) -> Result<Self, Failure> {
        let mut people = BTreeMap::new();
        let signers = signatures.iter().flat_map(SignatureRecord::hands);
        for id in signers.chain([requester, model.owner]).chain(makers.iter().copied()) {
            people.extend(view.get::<Principal>(id)?.map(|principal| (id, principal)));
        }
        Ok(Self { model, roles, signatures: signatures.to_vec(), requester, makers, people })
    }

    /// The case, by the pack in force and at that time.
    pub fn case<'a>(&'a self, pack: &'a Pack, now: Time) -> Case<'a> {
        Case {
            roles: &self.roles,
            signatures: &self.signatures,
            requester: self.requester,
            makers: &self.makers,
            model: &self.model,
            people: &self.people,
            pack,
            now,
        }
    }
}
