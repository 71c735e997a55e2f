//! Links: two accounts that belong to the same person.
//!
//! Every account and service account of a person names the one account that stands for the person, so that two of them are
//! compared without a search. A link is symmetric and reaches on: who is linked to one is linked to all.

use std::sync::Arc;

use super::event::{PrincipalKind, PrincipalLinked, PrincipalUnlinked};
use super::{Principal, Status};
use crate::event::{Change, Event};
use crate::ids::PrincipalId;
use crate::{Code, Refusal};

/// The most accounts and service accounts of one person.
const MAX_OF_ONE_PERSON: usize = 500;

/// Decides that `account` belongs to the person of `other`. `moved` is everything of the person of `account`, itself
/// included, and `joined` how much the person of `other` has already.
pub fn link(
    account: &Principal,
    other: &Principal,
    moved: &[Arc<Principal>],
    joined: usize,
) -> Result<Vec<Change>, Refusal> {
    if account.id == other.id {
        let message = format!("the principal `{}` cannot be linked to itself", account.id);
        return Err(Refusal::new(Code::InvalidValue, message).at("/person"));
    }
    is_living_person(account)?;
    is_living_person(other).map_err(|refusal| refusal.at("/person"))?;
    let person = other.person();
    if account.person() == person {
        return Ok(Vec::new());
    }
    if moved.len() + joined > MAX_OF_ONE_PERSON {
        let message = format!("one person has at most {MAX_OF_ONE_PERSON} accounts and service accounts");
        return Err(Refusal::new(Code::TooMany, message));
    }
    Ok(moved.iter().map(|held| linked(held.id, person)).collect())
}

/// That `id` belongs to the person for whom the account `person` stands.
pub fn linked(id: PrincipalId, person: PrincipalId) -> Change {
    Change::new(id, Event::PrincipalLinked(PrincipalLinked { person }))
}

/// Decides that `account` belongs to nobody else after all. `person` is everything of the person that it was taken for. Its
/// service accounts go with it.
pub fn unlink(account: &Principal, person: &[Arc<Principal>]) -> Result<Vec<Change>, Refusal> {
    if account.kind == PrincipalKind::Service {
        let message = format!("the service account `{}` belongs to who is responsible for it", account.id);
        return Err(Refusal::new(Code::WrongState, message));
    }
    let Some(stands_for_it) = account.person else {
        let others: Vec<String> = person
            .iter()
            .filter(|held| held.id != account.id && held.kind == PrincipalKind::User)
            .map(|held| held.id.to_string())
            .collect();
        let message = if others.is_empty() {
            format!("the account `{}` is linked to no other", account.id)
        } else {
            format!(
                "the account `{}` stands for the person; unlink {} instead",
                account.id,
                others.join(", ")
            )
        };
        return Err(Refusal::new(Code::WrongState, message));
    };
    let leaves =
        |held: &&Arc<Principal>| held.answerable() == account.id && held.person == Some(stands_for_it);
    let unlinked =
        |held: &Arc<Principal>| Change::new(held.id, Event::PrincipalUnlinked(PrincipalUnlinked {}));
    Ok(person.iter().filter(leaves).map(unlinked).collect())
}

fn is_living_person(principal: &Principal) -> Result<(), Refusal> {
    if principal.kind == PrincipalKind::Service {
        let message =
            format!("`{}` is a service account, which belongs to who is responsible for it", principal.id);
        return Err(Refusal::new(Code::InvalidValue, message));
    }
    if principal.status == Status::Erased {
        let message = format!("the principal `{}` was erased", principal.id);
        return Err(Refusal::new(Code::SubjectErased, message));
    }
    Ok(())
}
