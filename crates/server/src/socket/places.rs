//! Places for connections. Where all are taken, the one that has been idle longest is given up for whoever comes next, so
//! that connections which are only held open keep nobody out. Idle is a connection without a request: it shakes hands, sends
//! a head, or waits between two requests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// How long to wait for a place before another idle connection is given up.
const PATIENCE: Duration = Duration::from_millis(100);

/// The places.
pub(crate) struct Places {
    free: Arc<Semaphore>,
    idle: Mutex<Idle>,
}

/// Who is idle, by when that began.
#[derive(Default)]
struct Idle {
    next: u64,
    waiting: BTreeMap<u64, Arc<Notify>>,
}

/// The place of one connection, given back when it is dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    given_up: Arc<Notify>,
    /// Since when it is idle, if it is. Nobody holds this lock and that of all places at once.
    idle_since: Mutex<Option<u64>>,
    _permit: OwnedSemaphorePermit,
}

/// A request of a connection, as long as this lives.
pub(super) struct Busy(Arc<Place>);

impl Places {
    pub(crate) fn new(count: usize) -> Arc<Self> {
        Arc::new(Self { free: Arc::new(Semaphore::new(count)), idle: Mutex::default() })
    }

    /// A place, once there is one.
    pub(crate) async fn take(self: &Arc<Self>) -> Result<Place, tokio::sync::AcquireError> {
        let free = Arc::clone(&self.free);
        let permit = match free.try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.make_room().await?,
        };
        let given_up = Arc::new(Notify::new());
        let place = Place {
            places: Arc::clone(self),
            idle_since: Mutex::new(Some(self.lock().enter(&given_up))),
            given_up,
            _permit: permit,
        };
        Ok(place)
    }

    async fn make_room(&self) -> Result<OwnedSemaphorePermit, tokio::sync::AcquireError> {
        loop {
            if let Some((_, oldest)) = self.lock().waiting.pop_first() {
                oldest.notify_one();
            }
            let free = Arc::clone(&self.free).acquire_owned();
            if let Ok(permit) = tokio::time::timeout(PATIENCE, free).await {
                return permit;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idle {
    fn enter(&mut self, given_up: &Arc<Notify>) -> u64 {
        let number = self.next;
        self.next += 1;
        self.waiting.insert(number, Arc::clone(given_up));
        number
    }
}

impl Place {
    /// Waits until it is given up for somebody else.
    pub(super) async fn given_up(&self) {
        self.given_up.notified().await;
    }

    /// Marks the beginning of a request.
    pub(super) fn busy(place: &Arc<Self>) -> Busy {
        place.leave();
        Busy(Arc::clone(place))
    }

    fn leave(&self) {
        let since = self.since().take();
        if let Some(number) = since {
            self.places.lock().waiting.remove(&number);
        }
    }

    fn since(&self) -> MutexGuard<'_, Option<u64>> {
        self.idle_since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let since = self.0.places.lock().enter(&self.0.given_up);
        *self.0.since() = Some(since);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.leave();
    }
}
