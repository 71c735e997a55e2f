//! What is signed and what is missing: computed, never stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{SignatureRecord, Verdict};
use crate::Time;
use crate::identity::{Permission, Principal, PrincipalKind, Status, Target, decides_in_role, holds_role};
use crate::ids::PrincipalId;
use crate::pack::Pack;
use crate::registry::Model;
use crate::workflow::OWNER;

/// A request that waits for signatures.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The roles that sign, `owner` among them where the owner attests.
    pub roles: &'a [String],
    /// What was said so far.
    pub signatures: &'a [SignatureRecord],
    /// Who submitted it: nobody signs their own request.
    pub requester: PrincipalId,
    /// Whose work it is besides: they do not sign either.
    pub makers: &'a [PrincipalId],
    /// The model that it is about.
    pub model: &'a Model,
    /// The principals that are named here, as they are today.
    pub people: &'a BTreeMap<PrincipalId, Arc<Principal>>,
    /// The pack in force.
    pub pack: &'a Pack,
    /// The time of the question.
    pub now: Time,
}

/// A yes that does not count any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapsed {
    /// The role.
    pub role: String,
    /// Who gave it.
    pub by: PrincipalId,
    /// Why it does not count.
    pub reason: &'static str,
}

/// Where a request stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// By role, who signed.
    pub signed: BTreeMap<String, PrincipalId>,
    /// The roles that have not signed.
    pub missing: Vec<String>,
    /// What was signed and does not count any more.
    pub lapsed: Vec<Lapsed>,
    /// The persons whose yes counts, and those in whose place they signed.
    pub(super) persons: Vec<PrincipalId>,
}

impl Standing {
    /// Whether everybody signed.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

impl Case<'_> {
    /// The person behind a principal.
    pub(super) fn person(&self, id: PrincipalId) -> PrincipalId {
        self.people.get(&id).map_or(id, |principal| principal.person())
    }

    /// The account that answers for the owner of the model, and so attests.
    pub(super) fn attests(&self) -> PrincipalId {
        let owner = self.model.owner;
        self.people.get(&owner).map_or(owner, |principal| principal.answerable())
    }

    /// Whether a principal may sign in a role today.
    pub(crate) fn may_sign(&self, principal: &Principal, role: &str) -> bool {
        if role == OWNER {
            let is_theirs = principal.acting.is_none() && principal.answerable() == self.attests();
            return principal.status == Status::Active && is_theirs;
        }
        self.carries_review(role) && decides_in_role(principal, role, Target::Model(self.model), self.now)
    }

    fn carries_review(&self, role: &str) -> bool {
        self.pack.role(role).is_some_and(|role| role.permissions.contains(&Permission::Review))
    }

    /// Whether what was signed could still be given today: by who signed, or by the one in whose place they did.
    fn still_may(&self, record: &SignatureRecord) -> bool {
        let role = &record.signature.role;
        let Some(signer) = self.people.get(&record.recorded.by) else { return false };
        let Some(behalf) = record.signature.on_behalf_of else { return self.may_sign(signer, role) };
        let target = Target::Model(self.model);
        let holds = |delegator: &Arc<Principal>| holds_role(delegator, role, target, self.now);
        signer.status == Status::Active
            && self.carries_review(role)
            && self.people.get(&behalf.delegator).is_some_and(holds)
    }

    /// Whether it is a person's own work.
    pub(crate) fn is_own(&self, person: PrincipalId) -> bool {
        [self.requester].iter().chain(self.makers).any(|id| self.person(*id) == person)
    }

    /// Where the owner is the requester, the request carries their attestation. A service account attests nothing.
    fn carries_attestation(&self) -> bool {
        self.requester == self.attests()
            && self.people.get(&self.requester).is_some_and(|requester| {
                requester.kind == PrincipalKind::User && requester.status == Status::Active
            })
    }
}

/// Where a request stands now.
pub fn standing(case: &Case<'_>) -> Standing {
    let mut standing = Standing::default();
    let mut persons = Vec::new();
    for record in case.signatures {
        let SignatureRecord { signature, recorded } = record;
        if signature.verdict != Verdict::Approved {
            continue;
        }
        let hands: Vec<PrincipalId> = record.hands().map(|id| case.person(id)).collect();
        let is_own = signature.role != OWNER && hands.iter().any(|person| case.is_own(*person));
        let lapsed = if !case.still_may(record) {
            Some("who signed may not sign in that role any more")
        } else if is_own || hands.iter().any(|person| persons.contains(person)) {
            Some("the accounts of one person were linked since")
        } else {
            None
        };
        let (role, by) = (signature.role.clone(), recorded.by);
        if let Some(reason) = lapsed {
            standing.lapsed.push(Lapsed { role, by, reason });
        } else {
            persons.extend(hands);
            standing.signed.entry(role).or_insert(by);
        }
    }
    if case.roles.iter().any(|role| role == OWNER) && case.carries_attestation() {
        standing.signed.entry(OWNER.to_owned()).or_insert(case.requester);
        persons.push(case.person(case.requester));
    }
    standing.persons = persons;
    let missing = case.roles.iter().filter(|role| !standing.signed.contains_key(*role));
    standing.missing = missing.cloned().collect();
    standing
}
