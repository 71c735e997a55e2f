//! What a person proves with who they are: a password, the invitation to set one, and how often it was guessed wrong.
//!
//! The hash of a password is sealed under its person's key: who has the log alone cannot try passwords on it, and an erasure
//! takes it too. Wrong guesses are counted where they come in, and only what follows from them is recorded: that log-ins were
//! refused, and until when further ones are. So an address that nobody has leaves the same traces as one that somebody has.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::event::{
    InvitationIssued, LocksCleared, LogInsRefused, PasswordSet, PasswordVoided, SessionsEnded,
};
use super::{Principal, PrincipalKind, Status};
use crate::event::{Change, Event, Stamp};
use crate::ids::{CredentialId, Digest, PrincipalId};
use crate::{Code, Refusal, Sealed, Time};

/// How long an invitation holds.
pub const INVITATION_LIFE: SignedDuration = SignedDuration::from_hours(72);
/// How many wrong guesses in a row shut a password for a while.
pub const GUESSES: u64 = 5;
/// How long it is shut for at first; twice as long each further time, until a log-in succeeds.
const FIRST_LOCK: SignedDuration = SignedDuration::from_mins(1);
/// The longest that it is shut for.
const LONGEST_LOCK: SignedDuration = SignedDuration::from_hours(1);

/// The password of a person, and what stands around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    /// Whose it is. It shares the id of its person.
    pub principal: PrincipalId,
    /// The Argon2id hash of the password in the PHC format, and since when it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// An invitation that was not taken up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<InvitationIssued>,
    /// How often in a row it was shut since the last log-in.
    pub locks: u32,
    /// Until when it is shut (not included).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_until: Option<Time>,
}

/// A password that was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Password {
    /// Its hash, sealed under the person.
    pub hash: Sealed,
    /// Since when it is there.
    pub set_at: Time,
}

impl Credential {
    /// The credential that the event makes, if it makes one.
    pub(crate) fn create(id: PrincipalId, event: &Event, stamp: &Stamp) -> Option<Self> {
        let makes =
            matches!(event, Event::InvitationIssued(_) | Event::PasswordSet(_) | Event::LogInsRefused(_));
        makes.then(|| {
            let mut credential =
                Self { principal: id, password: None, invitation: None, locks: 0, locked_until: None };
            credential.evolve(event, stamp);
            credential
        })
    }

    /// Whether the password is shut at that time.
    pub fn is_locked(&self, now: Time) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::InvitationIssued(invitation) => self.invitation = Some(invitation.clone()),
            Event::PasswordSet(set) => {
                self.password = Some(Password { hash: set.hash.clone(), set_at: stamp.at });
                self.invitation = None;
                (self.locks, self.locked_until) = (0, None);
            }
            Event::LogInsRefused(refused) => {
                self.locks = self.locks.saturating_add(1);
                self.locked_until = Some(refused.locked_until);
            }
            Event::PasswordVoided(_) => (self.password, self.invitation) = (None, None),
            Event::LocksCleared(_) => (self.locks, self.locked_until) = (0, None),
            _ => {}
        }
    }
}

/// How long a password is shut that was shut `locks` times in a row before.
pub fn lock_time(locks: u32) -> SignedDuration {
    let doubled = 1_i32.checked_shl(locks.min(16)).unwrap_or(i32::MAX);
    FIRST_LOCK.checked_mul(doubled).unwrap_or(LONGEST_LOCK).min(LONGEST_LOCK)
}

/// Decides to invite a person to set a password: the first one, or another one where it was forgotten.
pub fn invite(principal: &Principal, secret_hash: Digest, now: Time) -> Result<Vec<Change>, Refusal> {
    logs_in(principal)?;
    let expires_at = now.checked_add(INVITATION_LIFE).unwrap_or(Time::MAX);
    let event = InvitationIssued { secret_hash, expires_at };
    Ok(vec![Change::new(CredentialId::of(principal.id), Event::InvitationIssued(event))])
}

/// Decides that the bearer of an invitation sets the password. All sessions of the person end.
pub fn accept(
    principal: &Principal,
    credential: Option<&Credential>,
    secret_hash: Digest,
    hash: Sealed,
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    let holds =
        |invitation: &InvitationIssued| invitation.secret_hash == secret_hash && now < invitation.expires_at;
    let invited = credential.and_then(|credential| credential.invitation.as_ref()).is_some_and(holds);
    // One answer for whatever is wrong: who has no invitation learns nothing about the person.
    if !invited || logs_in(principal).is_err() {
        let message = "the invitation does not hold: it was used, replaced, has expired, or never was";
        return Err(Refusal::new(Code::InvitationVoid, message).at("/secret"));
    }
    Ok(set(principal, hash))
}

/// Decides that a person who has proved the present password sets another one. All sessions of the person end.
pub fn change(
    principal: &Principal,
    credential: Option<&Credential>,
    proved: &Sealed,
    hash: Sealed,
) -> Result<Vec<Change>, Refusal> {
    logs_in(principal)?;
    is_the_one(credential, proved)?;
    Ok(set(principal, hash))
}

/// Refuses where the password that was proved is not the present one any more.
pub(super) fn is_the_one(credential: Option<&Credential>, proved: &Sealed) -> Result<(), Refusal> {
    let held = credential.and_then(|credential| credential.password.as_ref());
    if held.is_some_and(|password| password.hash == *proved) {
        return Ok(());
    }
    Err(Refusal::new(Code::LogInRefused, "the password was changed in the meantime"))
}

/// Records that log-ins were refused: for the person whose password was tried, if anybody has the address.
pub fn refused(principal: Option<PrincipalId>, event: LogInsRefused) -> Change {
    match principal {
        Some(id) => Change::new(CredentialId::of(id), Event::LogInsRefused(event)),
        None => Change::new(crate::AggregateId::DOOR, Event::LogInsRefused(event)),
    }
}

/// What takes away every way in that there is: the password, an open invitation, and sessions.
pub fn void(credential: &Credential) -> Vec<Change> {
    let ended = Change::new(credential.principal, Event::SessionsEnded(SessionsEnded {}));
    let voided = Event::PasswordVoided(PasswordVoided {});
    vec![Change::new(CredentialId::of(credential.principal), voided), ended]
}

/// What clears the counting once a log-in succeeds, if there is something to clear.
pub(super) fn clear(credential: &Credential) -> Option<Change> {
    let event = Event::LocksCleared(LocksCleared {});
    (credential.locks > 0).then(|| Change::new(CredentialId::of(credential.principal), event))
}

fn set(principal: &Principal, hash: Sealed) -> Vec<Change> {
    let set = Event::PasswordSet(PasswordSet { hash });
    let ended = Event::SessionsEnded(SessionsEnded {});
    vec![Change::new(CredentialId::of(principal.id), set), Change::new(principal.id, ended)]
}

/// Refuses who does not log in: service accounts, and who may not act.
pub(super) fn logs_in(principal: &Principal) -> Result<(), Refusal> {
    if principal.kind != PrincipalKind::User {
        let message = format!("`{}` is a service account, and those have tokens", principal.id);
        return Err(Refusal::new(Code::NotAPerson, message));
    }
    if principal.status != Status::Active {
        let message = format!("the account `{}` is disabled", principal.id);
        return Err(Refusal::new(Code::PrincipalDisabled, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_double_up_to_an_hour() {
        let minutes = [0, 1, 5, 6, 40].map(|locks| lock_time(locks).as_mins());
        assert_eq!(minutes, [1, 2, 32, 60, 60]);
    }
}
