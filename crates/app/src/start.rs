//! Starting: what stands is checked before anything new is recorded.

use std::collections::BTreeSet;
use std::sync::Arc;

use assent_domain::identity::{Grant, Principal, Token};
use assent_domain::ids::{Digest, GrantId, PrincipalId, TokenId};
use assent_domain::{AggregateId, Time};
use assent_log::{SigningKey, VerifyingKey};
use assent_store::{Claims, Replacement, Store, StoreError, SubjectKeys};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde_json::Value;
use uuid::Uuid;

use crate::blobs::Blobs;
use crate::checkpoints::Signer;
use crate::command::{Command, Request};
use crate::denials::Counter;
use crate::erase::{self, Erasures};
use crate::ledger::{Failure, Ledger};
use crate::log_in::Attempts;
use crate::lookup::{self, Left};
use crate::project::{self, PROJECTION_VERSION};
use crate::providers::Accounts;
use crate::seal::Sealer;
use crate::sessions::Marks;
use crate::view::{Snapshot, View};
use crate::wiring::Wiring;
use crate::{replay, verify};

/// What the secret of an invitation begins with.
const INVITATION: &str = "assent-invitation_";

/// What an installation is made of.
pub struct Parts {
    /// The log and its state.
    pub store: Arc<dyn Store>,
    /// Who works on what.
    pub claims: Arc<dyn Claims>,
    /// Keys of subjects.
    pub keys: Arc<dyn SubjectKeys>,
    /// Bytes, and the vault that the keys of subjects are shut in too.
    pub blobs: Blobs,
    /// The key that signs checkpoints.
    pub signing_key: SigningKey,
    /// Older keys whose checkpoints are still accepted.
    pub known_keys: Vec<VerifyingKey>,
    /// The name of the log.
    pub origin: String,
    /// The newest checkpoint that was pushed outside, if there is a sink.
    pub outside: Option<Vec<u8>>,
    /// Whether no other process writes to the store. Then nothing is under way when this one starts.
    pub alone: bool,
    /// Clock and randomness.
    pub wiring: Wiring,
}

/// A running installation.
#[derive(Debug, Clone)]
pub struct Assent {
    /// The one way to change anything.
    pub ledger: Ledger,
    /// The log and its state, for reading.
    store: StoreHandle,
    /// Seals and opens texts of people.
    pub sealer: Sealer,
    /// Who works on what.
    pub claims: Arc<dyn Claims>,
    /// Signs checkpoints.
    pub signer: Signer,
    /// Bytes.
    pub blobs: Blobs,
    /// Denied attempts.
    pub denials: Arc<Counter>,
    pub(crate) attempts: Arc<Attempts>,
    pub(crate) marks: Marks,
    pub(crate) vouched: Arc<Accounts>,
    erasures: Arc<Erasures>,
    /// Clock and randomness.
    pub wiring: Wiring,
}

#[derive(Clone)]
struct StoreHandle(Arc<dyn Store>);

impl std::fmt::Debug for StoreHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

/// A secret that is shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Id of the token.
    pub id: TokenId,
    /// What its bearer presents.
    pub secret: String,
    /// What is kept of it.
    pub hash: Digest,
}

/// An invitation to set a password, whose secret is shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvitation {
    /// What its bearer presents.
    pub secret: String,
    /// What is kept of it.
    pub hash: Digest,
}

/// What the first start made. Both secrets are shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstStart {
    /// The administrator.
    pub administrator: PrincipalId,
    /// A token of theirs, for programs.
    pub token: NewToken,
    /// With which they set their password.
    pub invitation: NewInvitation,
}

/// Who presented a token.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The principal, as the token lets it act.
    pub principal: Arc<Principal>,
    /// The token.
    pub token: TokenId,
}

impl Assent {
    /// Opens an installation. Verifies the end of the log and the head, compares with the checkpoint kept outside, and
    /// rebuilds the state tables where another release made them. Damage does not stop it: it opens read-only, and says why.
    /// Where there is none, every erasure of the log is carried out again before anything is read.
    pub fn open(parts: Parts) -> Result<Self, StoreError> {
        let Parts { store, claims, keys, blobs, signing_key, known_keys, origin, outside, alone, wiring } =
            parts;
        let mut trusted = known_keys;
        trusted.push(signing_key.verifying_key().clone());
        let damage = check(&*store, &trusted, outside.as_deref())?;
        let ledger = Ledger::start(Arc::clone(&store), wiring.clone())
            .map_err(|error| StoreError::Unavailable(format!("the writer could not start: {error}")))?;
        let sound = damage.is_none();
        if let Some(damage) = damage {
            ledger.halt(&damage);
        }
        let signer = Signer::new(Arc::clone(&store), signing_key, &origin);
        if let Some(latest) = store.read()?.latest_checkpoint()? {
            ledger.publish(&String::from_utf8_lossy(&latest.note));
        }
        let assent = Self {
            sealer: Sealer::new(
                Arc::new(Watched { keys, ledger: ledger.clone() }),
                blobs.vault().clone(),
                wiring.clone(),
            ),
            ledger,
            store: StoreHandle(store),
            claims,
            signer,
            blobs,
            denials: Arc::default(),
            attempts: Arc::default(),
            marks: Marks::default(),
            vouched: Arc::default(),
            erasures: Arc::default(),
            wiring,
        };
        if sound {
            assent.carry_out_erasures()?;
            assent.settle(if alone { Left::All } else { Left::at(assent.wiring.now()) })?;
        }
        Ok(assent)
    }

    /// Takes away look-ups of registrations that did not come to their end, and makes those that are missing.
    pub fn settle_look_ups(&self) -> Result<(), StoreError> {
        self.settle(Left::at(self.wiring.now()))
    }

    fn settle(&self, left: Left) -> Result<(), StoreError> {
        lookup::settle(&*self.store().read()?, &self.sealer, left)
    }

    /// Destroys the keys of all subjects whose erasure was recorded and not carried out yet; gives these subjects.
    pub fn carry_out_erasures(&self) -> Result<Vec<Uuid>, StoreError> {
        let destroyed = self.erasures.carry_out(&*self.store().read()?, &*self.sealer.keys)?;
        if !destroyed.is_empty() {
            tracing::info!(subjects = destroyed.len(), "keys of erased subjects were destroyed");
        }
        Ok(destroyed)
    }

    /// The subjects whose erasure was recorded at the index `from` or later, and how far the log was read.
    pub fn erased_since(&self, from: u64) -> Result<(BTreeSet<Uuid>, u64), StoreError> {
        let read = self.store().read()?;
        Ok((erase::recorded(&*read, from)?, read.head()?.size))
    }

    /// The store, for reading.
    pub fn store(&self) -> &dyn Store {
        &*self.store.0
    }

    /// Whether the first start is still to come.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.store().read()?.head()?.size == 0)
    }

    /// The first start: puts a pack in force and makes an administrator with these roles.
    pub async fn bootstrap(
        &self,
        documents: Vec<(String, Value)>,
        name: &str,
        roles: &[&str],
        life: SignedDuration,
    ) -> Result<FirstStart, Failure> {
        let administrator = PrincipalId(self.wiring.id());
        let (token, invitation) = (self.new_token(), self.new_invitation(administrator));
        let expires_at = self.wiring.now().checked_add(life).unwrap_or(Time::MAX);
        let grants = roles.iter().map(|role| Grant::of(GrantId(self.wiring.id()), *role));
        // Keys block, and the caller may be a thread of a runtime.
        let (sealer, text) = (self.sealer.clone(), name.to_owned());
        let name = tokio::task::spawn_blocking(move || sealer.seal(administrator.0, &text)).await;
        let command = Command::Bootstrap {
            administrator,
            name: name.map_err(|error| Failure::Internal(error.to_string()))??,
            grants: grants.collect(),
            token: token.id,
            secret_hash: token.hash,
            expires_at,
            invitation: invitation.hash,
            documents,
        };
        self.ledger.execute(Request::of_system(self.wiring.id(), command)).await?;
        Ok(FirstStart { administrator, token, invitation })
    }

    /// A fresh invitation: `assent-invitation_<id of the person>_<256 random bits>`.
    pub fn new_invitation(&self, person: PrincipalId) -> NewInvitation {
        let random: [u8; 32] = self.wiring.random();
        let secret = format!("{INVITATION}{}_{}", person.0.simple(), URL_SAFE_NO_PAD.encode(random));
        NewInvitation { hash: Digest::of(secret.as_bytes()), secret }
    }

    /// Whom the secret of an invitation is for, if it is one at all.
    pub fn invited(secret: &str) -> Option<PrincipalId> {
        let (id, _) = secret.strip_prefix(INVITATION)?.split_once('_')?;
        Uuid::try_parse(id).ok().map(PrincipalId)
    }

    /// A fresh token: `assent_<id>_<256 random bits>`.
    pub fn new_token(&self) -> NewToken {
        let id = TokenId(self.wiring.id());
        let random: [u8; 32] = self.wiring.random();
        let random = URL_SAFE_NO_PAD.encode(random);
        let secret = format!("assent_{}_{random}", id.0.simple());
        NewToken { id, hash: Digest::of(secret.as_bytes()), secret }
    }

    /// Who presents this token now. `None` for whatever is wrong with it: nobody is told what.
    pub fn authenticate(&self, secret: &str, now: Time) -> Result<Option<Bearer>, StoreError> {
        let id = secret.strip_prefix("assent_").and_then(|rest| rest.split_once('_')).map(|(id, _)| id);
        let Some(id) = id.and_then(|id| Uuid::try_parse(id).ok()) else { return Ok(None) };
        let read = self.store().read()?;
        let view = Snapshot::with(&*read, self.ledger.recent())?;
        let Some(token) = view.get::<Token>(TokenId(id))? else { return Ok(None) };
        // Both are digests of 256 random bits: how long the comparison takes tells nothing of use.
        if token.secret_hash != Digest::of(secret.as_bytes()) {
            return Ok(None);
        }
        let principal = view.get::<Principal>(token.principal)?;
        let principal = principal.filter(|principal| token.holds_at(principal, now));
        let within = |principal: Arc<Principal>| {
            let restriction = &token.restriction;
            if restriction.is_none() { principal } else { Arc::new(principal.within(restriction.clone())) }
        };
        Ok(principal.map(|principal| Bearer { principal: within(principal), token: token.id }))
    }
}

/// The keys, and the ledger that stops where their storage lost something: names would be recorded that nobody can read.
struct Watched {
    keys: Arc<dyn SubjectKeys>,
    ledger: Ledger,
}

impl Watched {
    fn seen<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error @ StoreError::DurabilityLost(_)) = &result {
            self.ledger.halt(&format!("the keys of people: {error}"));
        }
        result
    }
}

impl SubjectKeys for Watched {
    fn get(&self, subject: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        self.seen(self.keys.get(subject))
    }

    fn get_or_insert(&self, subject: Uuid, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.seen(self.keys.get_or_insert(subject, fresh))
    }

    fn destroy(&self, subject: Uuid) -> Result<(), StoreError> {
        self.seen(self.keys.destroy(subject))
    }

    fn destroyed(&self) -> Result<Vec<Uuid>, StoreError> {
        self.seen(self.keys.destroyed())
    }

    fn lookup_key(&self, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.seen(self.keys.lookup_key(fresh))
    }

    fn made_lookup_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.seen(self.keys.made_lookup_key())
    }

    fn claim(&self, lookup: [u8; 32], subject: Uuid) -> Result<Option<Uuid>, StoreError> {
        self.seen(self.keys.claim(lookup, subject))
    }

    fn find(&self, lookup: [u8; 32]) -> Result<Option<Uuid>, StoreError> {
        self.seen(self.keys.find(lookup))
    }

    fn release(&self, subject: Uuid) -> Result<(), StoreError> {
        self.seen(self.keys.release(subject))
    }

    fn claimed(&self) -> Result<Vec<Uuid>, StoreError> {
        self.seen(self.keys.claimed())
    }

    fn living(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
        self.seen(self.keys.living(after, limit))
    }

    fn replace(&self, replacements: &[Replacement]) -> Result<usize, StoreError> {
        self.seen(self.keys.replace(replacements))
    }

    fn forget_replaced(&self) -> Result<(), StoreError> {
        self.seen(self.keys.forget_replaced())
    }
}

/// What is wrong with what stands, if anything.
fn check(
    store: &dyn Store,
    keys: &[VerifyingKey],
    outside: Option<&[u8]>,
) -> Result<Option<String>, StoreError> {
    let read = store.read()?;
    let head = read.head()?;
    if head.size == 0 {
        let expected = outside.is_some() || read.latest_checkpoint()?.is_some();
        return Ok(expected.then(|| "the log is empty, and a checkpoint says that it was not".to_owned()));
    }
    let report = match verify::verify_end(&*read, keys) {
        Ok(report) => report,
        Err(StoreError::Corrupt(cause)) => return Ok(Some(cause)),
        Err(error) => return Err(error),
    };
    if let Some(damage) = report.damages.first() {
        return Ok(Some(format!("{damage}; {}", damage.remedy())));
    }
    if let Some(note) = outside
        && let Some(problem) = verify::contradicts(&*read, note, keys)?
    {
        return Ok(Some(format!("against the checkpoint kept outside: {problem}")));
    }
    drop(read);
    bring_up_to_date(store)?;
    Ok(None)
}

/// Rebuilds the state tables from the log where another release made them.
pub fn bring_up_to_date(store: &dyn Store) -> Result<(), StoreError> {
    let read = store.read()?;
    let pack = read.row("packs", AggregateId::PACK.id)?;
    if pack.is_some_and(|row| row.projection_version != PROJECTION_VERSION) {
        let rows = replay::rebuild_rows(&*read).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        drop(read);
        store.replace_rows(&mut rows.into_iter())?;
    }
    Ok(())
}

/// The table of a kind, for tools that speak of tables.
pub fn table_of(kind: assent_domain::Kind) -> Option<&'static str> {
    project::table(kind)
}
