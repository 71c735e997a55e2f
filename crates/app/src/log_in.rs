//! Proving a password. Whoever asks with whatever address gets the same answer in about the same time and leaves the same
//! traces, so that nobody learns which addresses there are.
//!
//! Wrong passwords are counted here, in memory, for each principal, and for addresses that lead to nobody in a fixed number
//! of places. When there are too many in a row, the password is shut for a while, and that is recorded. A guess is counted
//! before it is checked, so that many at once are as many as one after the other. Several servers count apart.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use assent_domain::identity::credential::{GUESSES, lock_time};
use assent_domain::identity::event::LogInsRefused;
use assent_domain::identity::{Credential, Principal, Status};
use assent_domain::ids::{CredentialId, PrincipalId};
use assent_domain::{Sealed, Time};
use assent_store::StoreError;

use crate::passwords;
use crate::start::Assent;
use crate::view::{Snapshot, View};

/// Places to count for addresses that lead to nobody.
const PLACES: usize = 4_096;

/// What came of a log-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The password is the one.
    Proved {
        /// Of whom.
        principal: PrincipalId,
        /// Its hash, as it stands.
        hash: Sealed,
        /// How many wrong ones came before.
        failures: u64,
    },
    /// It is not, or cannot be: nobody is told which.
    Refused(Option<Shut>),
}

/// A password that is shut from now on, to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shut {
    /// Whose; nobody's if the address leads to nobody.
    pub principal: Option<PrincipalId>,
    /// How many wrong ones came, and until when it is shut.
    pub event: LogInsRefused,
}

/// Wrong passwords in a row.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    guesses: u64,
    locks: u32,
    until: Option<Time>,
}

/// Counts wrong passwords.
pub struct Attempts {
    known: Mutex<HashMap<PrincipalId, Tally>>,
    unknown: Mutex<Vec<Tally>>,
    places: RandomState,
    /// What passwords of nobody are compared with, so that it takes as long.
    nobodys: OnceLock<String>,
}

impl std::fmt::Debug for Attempts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attempts")
    }
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            unknown: Mutex::new(vec![Tally::default(); PLACES]),
            places: RandomState::new(),
            nobodys: OnceLock::new(),
        }
    }
}

/// What came of counting a guess ahead of its check.
#[derive(Debug, PartialEq, Eq)]
enum Guess {
    /// The password is shut, and the guess does not count.
    Shut,
    /// It counts.
    Counted,
    /// It counts, and was the last one: the password is shut from now on, unless the guess is right.
    Last(LogInsRefused),
}

impl Guess {
    /// What is to be recorded if the guess is wrong.
    fn wrong(self, principal: Option<PrincipalId>) -> Outcome {
        Outcome::Refused(match self {
            Self::Shut | Self::Counted => None,
            Self::Last(event) => Some(Shut { principal, event }),
        })
    }
}

/// A password that somebody has.
struct Held {
    credential: Arc<Credential>,
    /// Its hash as it stands, and opened.
    sealed: Sealed,
    hash: String,
}

/// Who is at the door.
enum Who {
    Known(PrincipalId),
    Unknown(usize),
}

impl Attempts {
    /// Counts a guess ahead of its check.
    fn guess(&self, who: &Who, now: Time) -> Guess {
        self.tally(who, |tally| {
            if tally.until.is_some_and(|until| now < until) {
                return Guess::Shut;
            }
            tally.guesses += 1;
            if tally.guesses < GUESSES {
                return Guess::Counted;
            }
            let attempts = std::mem::take(&mut tally.guesses);
            let locked_until = now.checked_add(lock_time(tally.locks)).unwrap_or(Time::MAX);
            tally.locks = tally.locks.saturating_add(1);
            tally.until = Some(locked_until);
            Guess::Last(LogInsRefused { attempts, locked_until })
        })
    }

    /// Takes over what another server, or this one before its start, has recorded.
    fn learn(&self, who: &Who, credential: &Credential) {
        self.tally(who, |tally| {
            tally.locks = tally.locks.max(credential.locks);
            tally.until = tally.until.max(credential.locked_until);
        });
    }

    /// Forgets the guesses of somebody who knew the password; gives how many wrong ones there were.
    fn forget(&self, principal: PrincipalId) -> u64 {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&principal).map_or(0, |tally| {
            let shut = u64::from(tally.locks) * GUESSES;
            // The one that was right was counted too; it may have been the one that shut.
            shut.saturating_add(tally.guesses).saturating_sub(1)
        })
    }

    fn tally<T>(&self, who: &Who, work: impl FnOnce(&mut Tally) -> T) -> T {
        match who {
            Who::Known(id) => {
                work(self.known.lock().unwrap_or_else(PoisonError::into_inner).entry(*id).or_default())
            }
            Who::Unknown(place) => {
                let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
                let mut none = Tally::default();
                work(unknown.get_mut(*place).unwrap_or(&mut none))
            }
        }
    }

    fn place(&self, email: &str) -> usize {
        let hash = self.places.hash_one(email);
        usize::try_from(hash % PLACES as u64).unwrap_or(0)
    }
}

impl Assent {
    /// Checks a password. Blocking, and slow on purpose.
    pub fn log_in(&self, email: &str, password: &str) -> Result<Outcome, StoreError> {
        if let Some(held) = self.password_of(email)? {
            return Ok(self.prove(held, password));
        }
        let guess = self.attempts.guess(&Who::Unknown(self.attempts.place(email)), self.wiring.now());
        // Nobody has this password; that it is compared all the same takes the time that another address takes.
        passwords::verify(password, &self.nobodys_hash()?);
        Ok(guess.wrong(None))
    }

    /// Checks the password of somebody who is known, as [`Assent::log_in`] does.
    pub fn prove_password(&self, person: PrincipalId, password: &str) -> Result<Outcome, StoreError> {
        let held = self.held_password(person)?;
        Ok(held.map_or(Outcome::Refused(None), |held| self.prove(held, password)))
    }

    fn prove(&self, held: Held, password: &str) -> Outcome {
        let who = Who::Known(held.credential.principal);
        self.attempts.learn(&who, &held.credential);
        let guess = self.attempts.guess(&who, self.wiring.now());
        let (principal, right) = (held.credential.principal, passwords::verify(password, &held.hash));
        if !right || guess == Guess::Shut {
            return guess.wrong(Some(principal));
        }
        Outcome::Proved { principal, hash: held.sealed, failures: self.attempts.forget(principal) }
    }

    /// The password of whom the address leads to, if they can log in with one.
    fn password_of(&self, email: &str) -> Result<Option<Held>, StoreError> {
        let Some(id) = self.sealer.find_email(email)? else { return Ok(None) };
        let read = self.store().read()?;
        let person = Snapshot::with(&*read, self.ledger.recent())?.get::<Principal>(id)?;
        if person.is_none_or(|person| person.status != Status::Active) {
            return Ok(None);
        }
        drop(read);
        self.held_password(id)
    }

    fn held_password(&self, id: PrincipalId) -> Result<Option<Held>, StoreError> {
        let read = self.store().read()?;
        let credential =
            Snapshot::with(&*read, self.ledger.recent())?.get::<Credential>(CredentialId::of(id))?;
        let Some(credential) = credential else { return Ok(None) };
        let Some(sealed) = credential.password.as_ref().map(|password| password.hash.clone()) else {
            return Ok(None);
        };
        let hash = self.sealer.open(&sealed)?;
        Ok(hash.map(|hash| Held { credential, sealed, hash }))
    }

    fn nobodys_hash(&self) -> Result<String, StoreError> {
        if let Some(made) = self.attempts.nobodys.get() {
            return Ok(made.clone());
        }
        let made = passwords::hash("what nobody would ever say", &self.wiring)?;
        Ok(self.attempts.nobodys.get_or_init(|| made).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::from_second(second).unwrap()
    }

    #[test]
    fn five_guesses_shut_the_door_for_longer_each_time() {
        let attempts = Attempts::default();
        for who in [Who::Known(PrincipalId(uuid::Uuid::nil())), Who::Unknown(7)] {
            for (from, until) in [(0, 60), (60, 180)] {
                for _ in 1..GUESSES {
                    assert_eq!(attempts.guess(&who, at(from)), Guess::Counted);
                }
                let shut = LogInsRefused { attempts: GUESSES, locked_until: at(until) };
                assert_eq!(attempts.guess(&who, at(from)), Guess::Last(shut));
                assert_eq!(attempts.guess(&who, at(until - 1)), Guess::Shut);
            }
        }
    }

    #[test]
    fn who_knew_the_password_starts_anew() {
        let attempts = Attempts::default();
        let id = PrincipalId(uuid::Uuid::nil());
        for _ in 0..3 {
            attempts.guess(&Who::Known(id), at(0));
        }
        assert_eq!(attempts.forget(id), 2);
        assert_eq!(attempts.guess(&Who::Known(id), at(0)), Guess::Counted);
        assert_eq!(attempts.forget(id), 0);
        assert_eq!(attempts.forget(id), 0);
    }
}
