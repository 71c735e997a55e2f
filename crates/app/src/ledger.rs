//! The ledger: the one way to change governance state.
//!
//! Commands queue to a single writer thread. It takes what is waiting, locks the head of the log, runs each command against
//! a unit of work, and commits entries, tiles, rows and receipts in one transaction; only then is anybody answered. The
//! tree in memory advances only after the commit. A storage error fails the whole batch. When the storage says that
//! durability was lost, the ledger stops until the process starts again and checks: nothing is acknowledged after that.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;

use assent_domain::Refusal;
use assent_domain::{AggregateId, Code};
use assent_log::Tree;
use assent_sabotage::{Fault, planted};
use assent_store::{Store, StoreError, StoredReceipt};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::command::Request;
use crate::governance::Packs;
use crate::handle;
use crate::recent::Recent;
use crate::unit::{Done, Unit};
use crate::view::{Snapshot, View};
use crate::wiring::{Wiring, milliseconds};

/// How many commands may wait; more are asked to come again.
const QUEUE: usize = 4_096;
/// How many commands one commit takes at most; one that makes many entries counts as many.
const MAX_BATCH: usize = 512;

/// Why a command was not carried out.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The storage did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Too many commands are waiting.
    #[error("too many commands are waiting")]
    Busy,
    /// The ledger has stopped, and says why.
    #[error("the ledger has stopped: {0}")]
    Halted(String),
    /// A defect of ours.
    #[error("internal: {0}")]
    Internal(String),
}

impl Failure {
    /// The same, for what is a part of a larger request.
    pub(crate) fn under(self, prefix: &str) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(refusal.under(prefix)),
            Self::Store(_) | Self::Busy | Self::Halted(_) | Self::Internal(_) => self,
        }
    }
}

/// An event that a command made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRef {
    /// Id of the entry.
    pub id: Uuid,
    /// Its index in the log.
    pub index: u64,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
}

/// What a client gets for a command that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Kind of the object that the command was about.
    pub kind: assent_domain::Kind,
    /// Its id.
    pub id: Uuid,
    /// Its revision after the command; 0 for what has no state.
    pub revision: u64,
    /// The events, in the order of the log; none if nothing had to change.
    pub events: Vec<EventRef>,
    /// The newest published checkpoint when the answer was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// Whether this is the answer to an earlier request with the same key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replayed: bool,
}

impl Receipt {
    /// Index of the last entry that the command made.
    pub fn log_index(&self) -> Option<u64> {
        self.events.last().map(|event| event.index)
    }
}

type Answer = Result<Receipt, Failure>;

struct Job {
    request: Request,
    answer: oneshot::Sender<Answer>,
}

/// What all holders of a ledger share.
struct Shared {
    halted: AtomicBool,
    reason: RwLock<String>,
    checkpoint: RwLock<Option<Arc<str>>>,
    packs: Packs,
    recent: Recent,
}

/// The ledger. Clones share the one writer.
#[derive(Clone)]
pub struct Ledger {
    queue: mpsc::Sender<Job>,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ledger")
    }
}

impl Ledger {
    /// Starts the writer on a store. It ends when the last ledger is dropped.
    pub fn start(store: Arc<dyn Store>, wiring: Wiring) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared {
            halted: AtomicBool::new(false),
            reason: RwLock::default(),
            checkpoint: RwLock::default(),
            packs: Packs::default(),
            recent: Recent::default(),
        });
        let writer = Writer { store, wiring, shared: Arc::clone(&shared), tree: None };
        thread::Builder::new().name("ledger".to_owned()).spawn(move || writer.run(jobs))?;
        Ok(Self { queue, shared })
    }

    /// Carries out a command. The answer comes after the commit; dropping the future does not undo it.
    pub async fn execute(&self, request: Request) -> Answer {
        if let Some(reason) = self.halted() {
            return Err(Failure::Halted(reason));
        }
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Job { request, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Failure::Busy,
            mpsc::error::TrySendError::Closed(_) => Failure::Halted("the writer has ended".to_owned()),
        })?;
        let mut receipt =
            answered.await.map_err(|_| Failure::Halted("the writer has ended".to_owned()))??;
        receipt.checkpoint = self.checkpoint().map(|note| note.to_string());
        Ok(receipt)
    }

    /// Why the ledger has stopped, if it has.
    pub fn halted(&self) -> Option<String> {
        let halted = self.shared.halted.load(Ordering::Acquire);
        halted.then(|| self.shared.reason.read().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Stops the ledger: no further command is carried out. Used where damage was found.
    pub fn halt(&self, reason: &str) {
        self.shared.halt(reason);
    }

    /// The pack in force and its cache.
    pub fn packs(&self) -> &Packs {
        &self.shared.packs
    }

    /// What this process knows of the committed state.
    pub fn recent(&self) -> &Recent {
        &self.shared.recent
    }

    /// The newest published checkpoint.
    pub fn checkpoint(&self) -> Option<Arc<str>> {
        self.shared.checkpoint.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Publishes a checkpoint: from now on receipts carry it.
    pub fn publish(&self, note: &str) {
        *self.shared.checkpoint.write().unwrap_or_else(PoisonError::into_inner) = Some(note.into());
    }
}

impl Shared {
    fn halt(&self, reason: &str) {
        let mut held = self.reason.write().unwrap_or_else(PoisonError::into_inner);
        if !self.halted.swap(true, Ordering::AcqRel) {
            reason.clone_into(&mut held);
            tracing::error!(reason, "the ledger has stopped");
        }
    }
}

/// Says so when the writer ends before its time.
struct Ended(Arc<Shared>);

impl Drop for Ended {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.halt("the writer has ended");
        }
    }
}

struct Writer {
    store: Arc<dyn Store>,
    wiring: Wiring,
    shared: Arc<Shared>,
    /// The tree of the committed head; absent after an error, until it was read again.
    tree: Option<Tree>,
}

impl Writer {
    fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let _ended = Ended(Arc::clone(&self.shared));
        while let Some(first) = jobs.blocking_recv() {
            let mut weight = first.request.command.weight();
            let mut batch = vec![first];
            while weight < MAX_BATCH
                && let Ok(job) = jobs.try_recv()
            {
                weight = weight.saturating_add(job.request.command.weight());
                batch.push(job);
            }
            self.batch(batch);
        }
    }

    fn batch(&mut self, jobs: Vec<Job>) {
        if self.shared.halted.load(Ordering::Acquire) {
            let reason = self.shared.reason.read().unwrap_or_else(PoisonError::into_inner).clone();
            return answer_all(jobs.into_iter().map(|job| job.answer), &Failure::Halted(reason));
        }
        let (requests, answers): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|job| (job.request, job.answer)).unzip();
        let mut answers = Some(answers);
        match self.commit(requests, &mut answers) {
            Ok(results) => answer(answers.take(), results),
            Err(error) => {
                self.tree = None;
                if let StoreError::DurabilityLost(_) | StoreError::Corrupt(_) = &error {
                    self.shared.halt(&error.to_string());
                }
                tracing::warn!(%error, "a batch was not committed");
                answer_all(answers.take().into_iter().flatten(), &Failure::Store(error));
            }
        }
    }

    /// Runs and commits the commands; the results are to be given out after this has returned, and no earlier.
    fn commit(
        &mut self,
        requests: Vec<Request>,
        answers: &mut Option<Vec<oneshot::Sender<Answer>>>,
    ) -> Result<Vec<Answer>, StoreError> {
        let session = self.store.begin()?;
        let head = session.head()?;
        let tree = match self.tree.take() {
            Some(tree) if tree.size() == head.size => tree,
            _ => crate::checkpoints::load_tree(&*session, &head)?,
        };
        let last =
            assent_domain::Time::from_millisecond(head.time_ms).unwrap_or(assent_domain::Time::UNIX_EPOCH);
        let now = milliseconds(self.wiring.now()).max(last);
        let base = Snapshot::with(&*session, &self.shared.recent)?;
        let mut unit = Unit::new(base, tree.clone(), &self.wiring, last, now);
        let results: Vec<Answer> =
            requests.into_iter().map(|request| execute(&mut unit, &self.shared.packs, request)).collect();
        if unit.is_empty() {
            self.tree = Some(tree);
            return Ok(results);
        }
        let Done { batch, tree, changed } = unit.finish()?;
        if planted(Fault::AckBeforeCommit) {
            answer(answers.take(), results.clone());
        }
        session.commit(batch)?;
        self.shared.recent.committed(head.size, tree.size(), changed);
        self.tree = Some(tree);
        Ok(results)
    }
}

fn answer(answers: Option<Vec<oneshot::Sender<Answer>>>, results: Vec<Answer>) {
    for (answer, result) in answers.into_iter().flatten().zip(results) {
        // A client that has gone does not need its answer.
        drop(answer.send(result));
    }
}

fn answer_all(answers: impl Iterator<Item = oneshot::Sender<Answer>>, failure: &Failure) {
    for answer in answers {
        drop(answer.send(Err(failure.clone())));
    }
}

/// One command on the unit: answered before, or decided and appended.
fn execute(unit: &mut Unit<'_>, packs: &Packs, mut request: Request) -> Answer {
    let idempotency = request.idempotency.take();
    if let Some((key, body)) = &idempotency
        && !planted(Fault::Idempotency)
        && let Some(stored) = unit.receipt(key)?
    {
        return replayed(&stored, body);
    }
    if let Some((id, seen)) = request.expected {
        let revision = unit.aggregate(id)?.map_or(0, |loaded| loaded.revision);
        if revision != seen {
            let message = format!("{id} has the revision {revision}, and you saw {seen}");
            return Err(Refusal::new(Code::RevisionStale, message).into());
        }
    }
    let decided = handle::handle(unit, packs, &request)?;
    let events = unit.append(&request, decided.pack.as_deref(), decided.changes)?;
    let revision = revision(unit, decided.object)?;
    let AggregateId { kind, id } = decided.object;
    let receipt = Receipt { kind, id, revision, events, checkpoint: None, replayed: false };
    if let Some((key, body_digest)) = idempotency {
        let bytes = serde_json::to_vec(&receipt).map_err(|error| Failure::Internal(error.to_string()))?;
        let time_ms = unit.now().as_millisecond();
        unit.remember(key, StoredReceipt { body_digest, time_ms, receipt: bytes });
    }
    Ok(receipt)
}

fn revision(unit: &Unit<'_>, id: AggregateId) -> Result<u64, StoreError> {
    Ok(unit.aggregate(id)?.map_or(0, |loaded| loaded.revision))
}

fn replayed(stored: &StoredReceipt, body: &[u8; 32]) -> Answer {
    if stored.body_digest != *body {
        let message = "the Idempotency-Key was used before, with another request";
        return Err(Refusal::new(Code::KeyReused, message).into());
    }
    let receipt: Receipt =
        serde_json::from_slice(&stored.receipt).map_err(|error| Failure::Internal(error.to_string()))?;
    Ok(Receipt { replayed: true, ..receipt })
}
