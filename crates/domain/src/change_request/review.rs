//! Reviews of changes: the one sign-off, with the roles that were pinned when the change was submitted.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::decide::about;
use super::event::{ChangeApproved, ChangeRejected};
use super::{ChangeRequest, Move};
use crate::event::{Change, Event};
use crate::identity::Principal;
use crate::ids::PrincipalId;
use crate::pack::Pack;
use crate::registry::Model;
use crate::signoff::{self, NewSignature, SignatureRecord, Standing, Verdict};
use crate::{Code, Refusal, Time};

/// The most signatures of one change, those that do not count any more included.
const MAX_SIGNATURES: usize = 200;

/// A change with what its review needs.
#[derive(Debug, Clone)]
pub struct Hearing<'a> {
    /// The change.
    pub change: &'a ChangeRequest,
    /// Its model.
    pub model: &'a Model,
    /// The principals that it names, as they are today, and the owner of the model.
    pub people: &'a BTreeMap<PrincipalId, Arc<Principal>>,
    /// The pack in force.
    pub pack: &'a Pack,
    /// The time of the question.
    pub now: Time,
    /// Reviewers, and whoever lets an emergency start.
    roles: Vec<String>,
    /// Whose work it is.
    makers: Vec<PrincipalId>,
}

impl<'a> Hearing<'a> {
    /// The hearing of a change.
    pub fn new(
        change: &'a ChangeRequest,
        model: &'a Model,
        people: &'a BTreeMap<PrincipalId, Arc<Principal>>,
        pack: &'a Pack,
        now: Time,
    ) -> Self {
        let mut roles = Vec::new();
        if let Some(submitted) = &change.submitted {
            roles.clone_from(&submitted.reviewers);
            let others = submitted.emergency_pair.iter().filter(|role| !submitted.reviewers.contains(role));
            roles.extend(others.cloned());
        }
        let makers = [change.maker].into_iter().chain(model.owners_since(change.requested.at)).collect();
        Self { change, model, people, pack, now, roles, makers }
    }

    /// The principals that have to be there for it.
    pub fn named(change: &ChangeRequest, model: &Model) -> Vec<PrincipalId> {
        let mut named = vec![change.requester(), change.maker];
        named.extend(model.owners_since(change.requested.at));
        named.extend(change.signatures.iter().flat_map(SignatureRecord::hands));
        named
    }

    pub(super) fn case<'b>(&'b self, signatures: &'b [SignatureRecord]) -> signoff::Case<'b> {
        signoff::Case {
            roles: &self.roles,
            signatures,
            requester: self.change.requester(),
            makers: &self.makers,
            model: self.model,
            people: self.people,
            pack: self.pack,
            now: self.now,
        }
    }

    /// Who has signed, and who of the reviewers and the emergency pair has not.
    pub fn standing(&self) -> Standing {
        signoff::standing(&self.case(&self.change.signatures))
    }

    /// The reviewers who have not signed.
    pub fn missing(&self) -> Vec<String> {
        missing_of(&self.standing(), self.reviewers())
    }

    /// Whether both persons of the emergency pair have signed.
    pub(super) fn has_emergency_pair(&self) -> bool {
        let pair = self.change.submitted.as_ref().map_or(&[][..], |submitted| &submitted.emergency_pair);
        signoff::pair_has_signed(&self.case(&self.change.signatures), pair)
    }

    fn reviewers(&self) -> &[String] {
        self.change.submitted.as_ref().map_or(&[], |submitted| &submitted.reviewers)
    }

    /// Whether a sign-off that stands like this is complete.
    pub(super) fn is_approved_by(&self, standing: &Standing) -> bool {
        !self.reviewers().is_empty() && missing_of(standing, self.reviewers()).is_empty()
    }
}

/// Decides a signature by `signer`.
///
/// # Errors
/// Refuses what the sign-off refuses, and changes that are not under review.
pub fn sign(hearing: &Hearing<'_>, signer: &Principal, new: NewSignature) -> Result<Vec<Change>, Refusal> {
    let change = hearing.change;
    change.allows(Move::Sign)?;
    if change.signatures.len() >= MAX_SIGNATURES {
        let message = format!("a change has at most {MAX_SIGNATURES} signatures");
        return Err(Refusal::new(Code::TooMany, message));
    }
    let (signature, after) = signoff::sign(&hearing.case(&change.signatures), signer, new)?;
    let of_pair = |submitted: &super::Submitted| submitted.emergency_pair.contains(&signature.role);
    if change.submitted.as_ref().is_some_and(of_pair) {
        signoff::in_own_name(signature.on_behalf_of.is_some())?;
    }
    let verdict = signature.verdict;
    let mut changes = vec![about(change, hearing.model, Event::ChangeSigned(signature))];
    match verdict {
        Verdict::Rejected => {
            changes.push(about(change, hearing.model, Event::ChangeRejected(ChangeRejected {})));
        }
        Verdict::Approved if change.approved.is_none() && hearing.is_approved_by(&after) => {
            changes.push(about(change, hearing.model, Event::ChangeApproved(ChangeApproved {})));
        }
        Verdict::Approved => {}
    }
    Ok(changes)
}

fn missing_of(standing: &Standing, roles: &[String]) -> Vec<String> {
    standing.missing.iter().filter(|role| roles.contains(role)).cloned().collect()
}
