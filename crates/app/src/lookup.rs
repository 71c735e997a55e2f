//! Finding a principal by its e-mail address, which is sealed: by HMAC-SHA-256 of the address under a key that lies with the
//! keys of subjects. Without that key a look-up tells nothing; with it, it tells one address only to who knows the address.
//!
//! Look-ups are no part of the state: they stand beside the keys, go with them, and are compared with the principals when
//! the installation is opened.

use std::collections::BTreeSet;

use assent_domain::identity::{Principal, Status};
use assent_domain::ids::PrincipalId;
use assent_domain::{Kind, Time};
use assent_store::{Read, StoreError};
use jiff::SignedDuration;
use ring::hmac;
use uuid::Uuid;

use crate::project;
use crate::seal::Sealer;
use crate::vault::Purpose;

impl Sealer {
    /// Lets the address lead to this principal, unless it leads to another one: then gives that.
    pub fn claim_email(&self, subject: PrincipalId, email: &str) -> Result<Option<PrincipalId>, StoreError> {
        Ok(self.keys.claim(self.lookup(email)?, subject.0)?.map(PrincipalId))
    }

    /// Whom the address leads to.
    pub fn find_email(&self, email: &str) -> Result<Option<PrincipalId>, StoreError> {
        Ok(self.keys.find(self.lookup(email)?)?.map(PrincipalId))
    }

    /// Lets no address lead to this principal.
    pub fn release_email(&self, subject: PrincipalId) -> Result<(), StoreError> {
        self.keys.release(subject.0)
    }

    /// The key of look-ups, which is made at its first use.
    pub(crate) fn lookup_key(&self) -> Result<[u8; 32], StoreError> {
        let fresh = self.vault.shut(&self.wiring.random(), Purpose::LookUp)?;
        Ok(self.vault.open(&self.keys.lookup_key(&fresh)?, Purpose::LookUp)?)
    }

    fn lookup(&self, email: &str) -> Result<[u8; 32], StoreError> {
        let key = self.lookup_key()?;
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), normal(email).as_bytes());
        tag.as_ref().try_into().map_err(|_| StoreError::Corrupt("a look-up has not 32 bytes".to_owned()))
    }
}

/// An address as it is compared: without white space around it, and in small letters throughout. A host that tells large
/// letters from small ones before the `@` is not known to anybody.
fn normal(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Longer than any registration takes, from its id to its entry in the log.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(10);

/// The look-ups that may be taken away where no principal is there for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// All of them: nobody registers anybody now.
    All,
    /// Those of principals whose registration began before that time: another one may be under way, here or elsewhere.
    Before(Time),
}

impl Left {
    /// Where registrations may be under way at that time.
    pub(crate) fn at(now: Time) -> Self {
        Self::Before(now.checked_sub(UNDER_WAY).unwrap_or(Time::MIN))
    }

    fn holds(self, subject: Uuid) -> bool {
        match self {
            Self::All => true,
            Self::Before(time) => begun(subject) < i128::from(time.as_millisecond()),
        }
    }
}

/// When an id was made, in milliseconds since 1970: it begins with the time.
fn begun(id: Uuid) -> i128 {
    (id.as_u128() >> 80).try_into().unwrap_or(i128::MAX)
}

/// Makes the look-ups fit the principals: what a registration left that did not come to its end goes, and what is missing is
/// made.
pub(crate) fn settle(read: &dyn Read, sealer: &Sealer, left: Left) -> Result<(), StoreError> {
    let mut claimed: BTreeSet<Uuid> = sealer.keys.claimed()?.into_iter().collect();
    let Some(table) = project::table(Kind::Principal) else { return Ok(()) };
    let ring = sealer.ring();
    let mut missing = Vec::new();
    read.scan_rows(table, &mut |row| {
        if claimed.remove(&row.id) {
            return Ok(());
        }
        let state = project::aggregate(Kind::Principal, &row)?;
        let principal = <Principal as assent_domain::aggregate::State>::from_aggregate(&state);
        let email = principal
            .filter(|principal| principal.status != Status::Erased)
            .and_then(|principal| principal.email.as_ref());
        if let Some(email) = email
            && let Some(email) = ring.open(email)?
        {
            missing.push((PrincipalId(row.id), email));
        }
        Ok(())
    })?;
    for subject in claimed.into_iter().filter(|subject| left.holds(*subject)) {
        sealer.keys.release(subject)?;
    }
    for (subject, email) in missing {
        if let Some(other) = sealer.claim_email(subject, &email)? {
            tracing::warn!(%subject, %other, "two principals have one e-mail address; it leads to the second");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_compared_in_small_letters() {
        assert_eq!(normal(" Ada.Lovelace@Example.ORG "), "ada.lovelace@example.org");
        assert_eq!(normal("ÄRGER@x"), "ärger@x");
        assert_ne!(normal("ada@x"), normal("ada+1@x"));
    }
}
