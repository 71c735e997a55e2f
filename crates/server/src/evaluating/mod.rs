//! Computing the evaluations that wait, a few at a time.
//!
//! The queue is the state: whatever the tables show as open and nobody has claimed is taken up, oldest first, by any server.
//! So a server that dies leaves nothing behind but an evaluation that runs nowhere, and the next look finds it. Evaluations
//! of one version are computed one after the other in the order in which they were asked for, because the latest one counts.

mod input;
mod run;

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use assent_app::View as _;
use assent_app::blobs::BlobError;
use assent_domain::Kind;
use assent_domain::evaluation::{Job, StateName};
use assent_domain::ids::{EvaluationId, VersionId};
use tokio::sync::Notify;

use crate::app::App;
use crate::desk::{Desk, Held};
use crate::problem::Problem;

/// How often the tables are looked at while somebody waits and nothing was heard: another server may have done it.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// How long an evaluation rests that could not be computed for want of a store.
const REST: Duration = Duration::from_secs(15);

/// The evaluations that this server computes.
#[derive(Debug, Default)]
pub(crate) struct Evaluating {
    running: Mutex<HashMap<EvaluationId, Arc<Watch>>>,
    resting: Mutex<HashMap<EvaluationId, Instant>>,
    /// Wakes who waits for one to end.
    ended: Notify,
    stopping: AtomicBool,
}

/// What is seen of a computation from outside, and the way to stop it.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    stopped: AtomicBool,
    bytes_read: AtomicU64,
    bytes: AtomicU64,
    /// What the store failed at while files were read.
    failed: Mutex<Option<BlobError>>,
}

impl Watch {
    fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    fn fail(&self, error: BlobError) {
        lock(&self.failed).get_or_insert(error);
    }

    fn failure(&self) -> Option<BlobError> {
        lock(&self.failed).take()
    }

    /// The share of the bytes that were read, 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a share is shown")]
    fn progress(&self) -> f64 {
        let (read, all) = (self.bytes_read.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        if all == 0 { 0.0 } else { (read as f64 / all as f64).min(1.0) }
    }
}

impl Evaluating {
    /// How far a computation is, if it is this server's.
    pub(crate) fn progress(&self, id: EvaluationId) -> Option<f64> {
        lock(&self.running).get(&id).map(|watch| watch.progress())
    }

    /// Stops a computation, if it is this server's.
    pub(crate) fn stop(&self, id: EvaluationId) {
        if let Some(watch) = lock(&self.running).get(&id) {
            watch.stop();
        }
    }

    fn stop_all(&self) -> bool {
        self.stopping.store(true, Ordering::Release);
        let running = lock(&self.running);
        running.values().for_each(|watch| watch.stop());
        running.is_empty()
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn rests(&self, id: EvaluationId) -> bool {
        let mut resting = lock(&self.resting);
        resting.retain(|_, until| *until > Instant::now());
        resting.contains_key(&id)
    }

    /// A place in the list of those that run here; none if it is there already.
    fn enter(&self, id: EvaluationId) -> Option<Arc<Watch>> {
        let mut running = lock(&self.running);
        if running.contains_key(&id) {
            return None;
        }
        let watch = Arc::new(Watch::default());
        running.insert(id, Arc::clone(&watch));
        Some(watch)
    }

    fn leave(&self, id: EvaluationId, rest: bool) {
        lock(&self.running).remove(&id);
        if rest {
            lock(&self.resting).insert(id, Instant::now() + REST);
        }
        self.ended.notify_waiters();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes up what waits, as far as there are places.
pub(crate) fn take_up(app: App) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        if app.evaluating.is_stopping() || app.assent.ledger.halted().is_some() {
            return;
        }
        match app.read(waiting).await {
            Ok(waiting) => {
                for id in waiting {
                    let Ok(place) = Arc::clone(&app.evaluations).try_acquire_owned() else { break };
                    if app.evaluating.rests(id) {
                        continue;
                    }
                    let Some(watch) = app.evaluating.enter(id) else { continue };
                    tokio::spawn(run::run(app.clone(), id, watch, place));
                }
            }
            Err(problem) => tracing::warn!(cause = problem.cause, "evaluations were not looked for"),
        }
    })
}

/// Stops what runs here in good order: it waits again, for another server or the next start.
pub(crate) async fn finish(app: &App) {
    while !app.evaluating.stop_all() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Stops what was cancelled by way of another server.
pub(crate) async fn stop_cancelled(app: &App) {
    let here: Vec<EvaluationId> = lock(&app.evaluating.running).keys().copied().collect();
    if here.is_empty() {
        return;
    }
    let ended = app.read(move |desk| {
        let mut ended = Vec::new();
        for id in here {
            let job = desk.any::<Job>(id)?;
            ended.extend(job.filter(|job| !job.state().is_open()).map(|_| id));
        }
        Ok(ended)
    });
    // Whoever cannot look now looks again soon.
    for id in ended.await.unwrap_or_default() {
        app.evaluating.stop(id);
    }
}

/// Waits until the evaluation has ended, or the time is over; gives it as it stands.
pub(crate) async fn wait(app: &App, id: EvaluationId, time: Duration) -> Result<Held<Job>, Problem> {
    let until = tokio::time::Instant::now() + time;
    loop {
        let ended = app.evaluating.ended.notified();
        tokio::pin!(ended);
        ended.as_mut().enable();
        let job = app.read(move |desk| {
            desk.any::<Job>(id)?.ok_or_else(|| Problem::internal(format!("no evaluation `{id}`")))
        });
        let job = job.await?;
        let now = tokio::time::Instant::now();
        if !job.state().is_open() || now >= until {
            return Ok(job);
        }
        // Whether it was heard or the time was over: the next look tells.
        drop(tokio::time::timeout_at(until.min(now + LOOK_AGAIN), ended).await);
    }
}

/// The open evaluations that are the first of their version, oldest first.
fn waiting(desk: &Desk<'_>) -> Result<Vec<EvaluationId>, Problem> {
    let mut open = Vec::new();
    for state in [StateName::Queued, StateName::Running] {
        open.extend(desk.view.ids(Kind::Evaluation, "state", state.name())?);
    }
    open.sort_unstable();
    let mut versions: BTreeSet<VersionId> = BTreeSet::new();
    let mut first = Vec::new();
    for id in open.into_iter().map(EvaluationId) {
        let Some(job) = desk.any::<Job>(id)? else { continue };
        if versions.insert(job.task.version()) {
            first.push(id);
        }
    }
    Ok(first)
}
