//! Finding the person of an account with another provider. The subjects of such accounts are sealed under their persons, so
//! that an erasure takes them; what is opened is remembered here by its digest, and read anew when somebody is not among it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use assent_domain::aggregate::State as _;
use assent_domain::identity::provider::Identity;
use assent_domain::identity::{Principal, Status};
use assent_domain::ids::{Digest, PrincipalId};
use assent_domain::{Kind, Sealed};
use assent_store::StoreError;

use crate::project;
use crate::start::Assent;
use crate::view::{Snapshot, View as _};

/// Whom accounts lead to.
#[derive(Debug, Default)]
pub(crate) struct Accounts(Mutex<HashMap<Digest, PrincipalId>>);

impl Assent {
    /// The person to whom this account is linked.
    pub fn person_of(&self, provider: &str, subject: &str) -> Result<Option<PrincipalId>, StoreError> {
        let wanted = key(provider, subject);
        // One reads for all who wait.
        let mut known = self.vouched.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&wanted).copied()
            && !self.is_erased(found)?
        {
            return Ok(Some(found));
        }
        // Nobody yet, or somebody who was erased and may have come anew.
        *known = self.accounts()?;
        Ok(known.get(&wanted).copied())
    }

    fn is_erased(&self, person: PrincipalId) -> Result<bool, StoreError> {
        let read = self.store().read()?;
        let person = Snapshot::with(&*read, self.ledger.recent())?.get::<Principal>(person)?;
        Ok(person.is_none_or(|person| person.status == Status::Erased))
    }

    /// Every account that can be read, of the person who was registered first where two have it.
    fn accounts(&self) -> Result<HashMap<Digest, PrincipalId>, StoreError> {
        let mut accounts = HashMap::new();
        let Some(table) = project::table(Kind::Principal) else { return Ok(accounts) };
        let ring = self.sealer.ring();
        self.store().read()?.scan_rows(table, &mut |row| {
            let state = project::aggregate(Kind::Principal, &row)?;
            let Some(person) = Principal::from_aggregate(&state) else { return Ok(()) };
            if person.status == Status::Erased {
                return Ok(());
            }
            for Identity { provider, subject } in &person.identities {
                let subject: &Sealed = subject;
                if let Some(subject) = ring.open(subject)? {
                    let held = accounts.entry(key(provider, &subject)).or_insert(person.id);
                    *held = person.id.min(*held);
                }
            }
            Ok(())
        })?;
        Ok(accounts)
    }
}

fn key(provider: &str, subject: &str) -> Digest {
    Digest::of(format!("{}:{provider}{subject}", provider.len()).as_bytes())
}
