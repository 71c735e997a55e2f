//! Sessions: a person who logged in with a browser, until they log out, the session is too old, or all of them end.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::credential::{clear, is_the_one, logs_in};
use super::event::{Method, SessionEnded, SessionStarted};
use super::{Credential, Principal, Status};
use crate::event::{Change, Event, Stamp};
use crate::ids::{Digest, PrincipalId, SessionId};
use crate::{Code, Refusal, Sealed, Time};

/// The longest that a session holds, however busy it is.
pub const MAX_SESSION_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// A session. Who presents its secret acts as its person. That it ends when nobody uses it is the matter of who keeps the
/// door: use is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Its id, which is part of what the bearer presents.
    pub id: SessionId,
    /// Whose it is.
    pub principal: PrincipalId,
    /// SHA-256 of its secret.
    pub secret_hash: Digest,
    /// How many times all sessions of the person had ended before it started.
    pub era: u64,
    /// How the person proved who they are.
    pub method: Method,
    /// When it started.
    pub started_at: Time,
    /// Until when it holds at the longest (not included).
    pub expires_at: Time,
    /// When it was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
}

impl Session {
    /// The session that the event starts.
    pub fn new(id: SessionId, event: &SessionStarted, stamp: &Stamp) -> Self {
        Self {
            id,
            principal: event.principal,
            secret_hash: event.secret_hash,
            era: event.era,
            method: event.method.clone(),
            started_at: stamp.at,
            expires_at: event.expires_at,
            ended_at: None,
        }
    }

    /// Whether it holds at that time for its person as they stand.
    pub fn holds_at(&self, principal: &Principal, now: Time) -> bool {
        self.ended_at.is_none()
            && now < self.expires_at
            && self.era == principal.session_era
            && self.principal == principal.id
            && principal.status == Status::Active
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        if matches!(event, Event::SessionEnded(_)) {
            self.ended_at.get_or_insert(stamp.at);
        }
    }
}

/// A session that somebody wants to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// SHA-256 of its secret.
    pub secret_hash: Digest,
    /// How long it holds at the longest.
    pub life: SignedDuration,
    /// How many wrong guesses came before.
    pub failures: u64,
}

/// What was proved before a session starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The password whose sealed hash this is.
    Password(Sealed),
    /// Another provider vouches for the person.
    Provider(String),
}

/// Decides to start a session for a person who has proved who they are.
pub fn start(
    principal: &Principal,
    credential: Option<&Credential>,
    proof: &Proof,
    new: &NewSession,
    now: Time,
) -> Result<Vec<Change>, Refusal> {
    logs_in(principal)?;
    let method = match proof {
        Proof::Password(proved) => {
            is_the_one(credential, proved)?;
            if credential.is_some_and(|credential| credential.is_locked(now)) {
                return Err(Refusal::new(Code::LogInRefused, "too many wrong passwords came before"));
            }
            Method::Password
        }
        Proof::Provider(provider) => Method::Provider { provider: provider.clone() },
    };
    let life = new.life.clamp(SignedDuration::ZERO, MAX_SESSION_LIFE);
    let event = SessionStarted {
        principal: principal.id,
        secret_hash: new.secret_hash,
        era: principal.session_era,
        method,
        expires_at: now.checked_add(life).unwrap_or(Time::MAX),
        failures: new.failures,
    };
    let started = Change::new(new.id, Event::SessionStarted(event));
    // A provider that vouches for somebody says nothing about guesses at the password.
    let cleared = match proof {
        Proof::Password(_) => credential.and_then(clear),
        Proof::Provider(_) => None,
    };
    Ok([started].into_iter().chain(cleared).collect())
}

/// Decides to end a session; doing it twice changes nothing.
pub fn end(session: &Session) -> Vec<Change> {
    if session.ended_at.is_some() {
        return Vec::new();
    }
    vec![Change::new(session.id, Event::SessionEnded(SessionEnded {}))]
}
