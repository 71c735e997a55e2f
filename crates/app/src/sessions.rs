//! What a browser presents for a session, and what it needs for a write.
//!
//! `<session id>.<secret>.<last seen>.<mark>`: the secret is 256 random bits whose hash the ledger keeps; the mark is an
//! HMAC-SHA-256 over id and time under a key of the installation, so that a session that nobody uses ends without a record of
//! every use. The key is derived from the look-up key, which lies with the keys of subjects and is shared by all servers.

use std::sync::{Arc, OnceLock};

use assent_domain::Time;
use assent_domain::identity::{Principal, Session};
use assent_domain::ids::{Digest, SessionId};
use assent_store::StoreError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use ring::hmac;
use uuid::Uuid;

use crate::start::Assent;
use crate::view::{Snapshot, View};

/// How far clocks of two servers may be apart.
const SKEW: SignedDuration = SignedDuration::from_mins(2);

/// The key that marks are made under.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks(OnceLock<hmac::Key>);

/// A session's secret, which is shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSecret {
    /// Id of the session.
    pub id: SessionId,
    /// The secret.
    pub secret: String,
    /// What is kept of it.
    pub hash: Digest,
}

/// Who presented a session.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The person.
    pub principal: Arc<Principal>,
    /// The session.
    pub session: Arc<Session>,
    /// What to present from now on, where what was presented has aged.
    pub renewed: Option<String>,
}

/// The parts of what was presented.
struct Presented<'a> {
    id: SessionId,
    secret: &'a str,
    seen: Time,
    mark: &'a str,
}

impl<'a> Presented<'a> {
    fn parse(cookie: &'a str) -> Option<Self> {
        let mut parts = cookie.split('.');
        let id = Uuid::try_parse(parts.next()?).ok()?;
        let secret = parts.next()?;
        let seen = Time::from_second(parts.next()?.parse().ok()?).ok()?;
        let mark = parts.next()?;
        parts.next().is_none().then_some(Self { id: SessionId(id), secret, seen, mark })
    }
}

impl Assent {
    /// A secret for a new session.
    pub fn new_session(&self) -> NewSecret {
        let random: [u8; 32] = self.wiring.random();
        let secret = URL_SAFE_NO_PAD.encode(random);
        NewSecret { id: SessionId(self.wiring.id()), hash: Digest::of(secret.as_bytes()), secret }
    }

    /// What its bearer presents, seen now.
    pub fn present(&self, id: SessionId, secret: &str, now: Time) -> Result<String, StoreError> {
        let seen = now.as_second();
        Ok(format!("{}.{secret}.{seen}.{}", id.0.simple(), self.mark(&stamp(id, seen))?))
    }

    /// Who presents this, if the session holds and was used within `idle`. `None` for whatever is wrong with it.
    pub fn visitor(
        &self,
        cookie: &str,
        idle: SignedDuration,
        now: Time,
    ) -> Result<Option<Visitor>, StoreError> {
        let Some(presented) = Presented::parse(cookie) else { return Ok(None) };
        let unused = now.duration_since(presented.seen);
        let stamp = stamp(presented.id, presented.seen.as_second());
        let marked = self.is_mark(&stamp, presented.mark)?;
        if !marked || unused > idle || unused < -SKEW {
            return Ok(None);
        }
        let read = self.store().read()?;
        let view = Snapshot::with(&*read, self.ledger.recent())?;
        let Some(session) = view.get::<Session>(presented.id)? else { return Ok(None) };
        // Both are digests of 256 random bits: how long the comparison takes tells nothing of use.
        if session.secret_hash != Digest::of(presented.secret.as_bytes()) {
            return Ok(None);
        }
        let principal = view.get::<Principal>(session.principal)?;
        let Some(principal) = principal.filter(|principal| session.holds_at(principal, now)) else {
            return Ok(None);
        };
        let aged = unused > idle / 10;
        let renewed = aged.then(|| self.present(presented.id, presented.secret, now)).transpose()?;
        Ok(Some(Visitor { principal, session, renewed }))
    }

    /// A mark on a text that only the servers of this installation can make.
    pub fn mark(&self, text: &str) -> Result<String, StoreError> {
        Ok(URL_SAFE_NO_PAD.encode(hmac::sign(self.mark_key()?, text.as_bytes())))
    }

    /// Whether that is the mark on the text.
    pub fn is_mark(&self, text: &str, mark: &str) -> Result<bool, StoreError> {
        let Ok(mark) = URL_SAFE_NO_PAD.decode(mark) else { return Ok(false) };
        Ok(hmac::verify(self.mark_key()?, text.as_bytes(), &mark).is_ok())
    }

    /// What a page of the session sends with a write, and a page of somebody else cannot know.
    pub fn csrf_token(&self, session: &Session) -> Result<String, StoreError> {
        self.mark(&csrf(session))
    }

    /// Whether that is the token of the session.
    pub fn is_csrf_token(&self, session: &Session, token: &str) -> Result<bool, StoreError> {
        self.is_mark(&csrf(session), token)
    }

    fn mark_key(&self) -> Result<&hmac::Key, StoreError> {
        if let Some(key) = self.marks.0.get() {
            return Ok(key);
        }
        let lookup = self.sealer.lookup_key()?;
        // No e-mail address, so that no look-up is ever this.
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &lookup), b"marks of sessions, 1");
        Ok(self.marks.0.get_or_init(|| hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref())))
    }
}

fn stamp(id: SessionId, seen: i64) -> String {
    format!("seen {id} {seen}")
}

fn csrf(session: &Session) -> String {
    format!("csrf {} {}", session.id, session.secret_hash)
}
