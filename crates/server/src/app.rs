//! What all requests share.

use std::sync::Arc;
use std::time::Instant;

use assent_app::start::Assent;
use assent_domain::Time;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::desk::Desk;
use crate::evaluating::Evaluating;
use crate::http::{Meters, Pace};
use crate::options::Options;
use crate::problem::Problem;

/// The running installation as the routes see it. Clones share it.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

/// How many answers that take many reads are made at a time.
const LARGE_READS: usize = 2;

pub(crate) struct Inner {
    pub(crate) assent: Assent,
    pub(crate) options: Options,
    pub(crate) meters: Meters,
    /// Places for requests, for snapshots, for uploads, and for evaluations.
    pub(crate) requests: Arc<Semaphore>,
    pub(crate) reads: Arc<Semaphore>,
    pub(crate) uploads: Arc<Semaphore>,
    pub(crate) evaluations: Arc<Semaphore>,
    /// Places for answers that take many reads: they leave the places for snapshots to the others.
    pub(crate) large: Arc<Semaphore>,
    /// Places for inboxes, so that whoever decides does not wait behind reports.
    pub(crate) inboxes: Arc<Semaphore>,
    /// Places for reports of other tools that are read.
    pub(crate) reports: Arc<Semaphore>,
    /// The evaluations that this server computes.
    pub(crate) evaluating: Evaluating,
    /// Places for passwords that are checked, and for those that wait for it; and how often an address may try.
    pub(crate) passwords: Arc<Semaphore>,
    pub(crate) waiting: Arc<Semaphore>,
    pub(crate) pace: Pace,
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    pub(crate) fn new(assent: Assent, options: Options) -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self(Arc::new(Inner {
            meters: Meters::new(),
            requests: places(options.max_requests),
            reads: places(options.max_reads),
            uploads: places(options.max_uploads),
            evaluations: places(options.max_evaluations),
            large: places(LARGE_READS),
            inboxes: places(LARGE_READS),
            reports: places(options.max_reports),
            evaluating: Evaluating::default(),
            passwords: places(options.max_passwords),
            waiting: places(options.max_waiting_passwords),
            pace: Pace::new(options.log_in_burst, options.log_in_interval),
            assent,
            options,
        }))
    }

    pub(crate) fn now(&self) -> Time {
        self.assent.wiring.now()
    }

    /// A fresh id, from the wiring.
    pub(crate) fn id<T: From<Uuid>>(&self) -> T {
        self.assent.wiring.id().into()
    }

    /// Runs blocking work on a thread for such work.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let app = self.clone();
        match tokio::task::spawn_blocking(move || work(&app)).await {
            Ok(result) => result,
            Err(error) => Err(Problem::internal(format!("blocking work ended: {error}"))),
        }
    }

    /// Runs work on passwords: a few at a time, so that it leaves processors to the others.
    pub(crate) async fn slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let closed = |error: AcquireError| Problem::internal(error.to_string());
        let waiting = Arc::clone(&self.waiting).try_acquire_owned();
        let _waiting = waiting.map_err(|_| Problem::busy("too many people are logging in"))?;
        let place = Arc::clone(&self.passwords).acquire_owned().await.map_err(closed)?;
        self.blocking(move |app| {
            let _place = place;
            work(app)
        })
        .await
    }

    /// The same for an answer that takes many reads: a few at a time, so that however many are asked for, the gate and whoever
    /// logs in still find a place. What takes longer than [`Options::report_timeout`], the wait for a place included, is given
    /// up, so that nobody works on an answer that nobody waits for.
    pub(crate) async fn read_much<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Desk<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let until = Instant::now() + self.options.report_timeout;
        let place = self.place_of(&self.large, until).await?;
        self.read_long(place, until, work).await
    }

    /// The same for an inbox, of which a part is an answer. It has places of its own; half of the time is for the wait, so that
    /// something is left for the work.
    pub(crate) async fn read_inbox<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Desk<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let half = self.options.report_timeout / 2;
        let place = self.place_of(&self.inboxes, Instant::now() + half).await?;
        self.read_long(place, Instant::now() + half, work).await
    }

    async fn place_of(
        &self,
        places: &Arc<Semaphore>,
        until: Instant,
    ) -> Result<OwnedSemaphorePermit, Problem> {
        let place = tokio::time::timeout_at(until.into(), Arc::clone(places).acquire_owned()).await;
        let place = place.map_err(|_| Problem::too_long(self.options.report_timeout))?;
        place.map_err(|error| Problem::internal(error.to_string()))
    }

    async fn read_long<T: Send + 'static>(
        &self,
        place: OwnedSemaphorePermit,
        until: Instant,
        work: impl FnOnce(&Desk<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.read_store(move |app| {
            let _place = place;
            let read = app.assent.store().read()?;
            work(&Desk::new(app, &*read)?.given_up_at(until))
        })
        .await
    }

    /// Reads one snapshot of the state on a thread for blocking work.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Desk<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.read_store(move |app| {
            let read = app.assent.store().read()?;
            work(&Desk::new(app, &*read)?)
        })
        .await
    }

    /// Runs work that reads the store on a thread for blocking work, once there is a place: a thread that waited for a
    /// connection would only be in the way of those that have one.
    pub(crate) async fn read_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&self.reads).acquire_owned().await;
        let place = place.map_err(|error| Problem::internal(error.to_string()))?;
        // Whoever goes away leaves work behind that goes on, in its place.
        self.blocking(move |app| {
            let _place = place;
            work(app)
        })
        .await
    }
}
