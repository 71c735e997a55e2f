//! Whether anybody is there whom a proposed pack waits for.

use assent_domain::identity::Principal;
use assent_domain::pack::Pack;
use assent_domain::{Kind, Time, proposal};
use assent_store::StoreError;

use crate::view::View;

/// Whether somebody else than who proposes a pack manages grants, and holds a role that the pack in force names for confirming
/// one. Accounts are looked through until one is found: it is asked only for who holds none of these roles.
pub fn another(view: &impl View, proposer: &Principal, pack: &Pack, now: Time) -> Result<bool, StoreError> {
    for id in view.ids(Kind::Principal, "kind", "USER")? {
        let account = view.get::<Principal>(id.into())?;
        if account.is_some_and(|account| proposal::is_waited_for(&account, proposer, pack, now)) {
            return Ok(true);
        }
    }
    Ok(false)
}
