//! What the parts of the data leave behind, put together while others are still being read.
//!
//! Scores go into one list, chunk by chunk. Where none are kept one by one, the states of parts are merged as they come, so
//! that memory grows with neither the rows nor the parts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{EvalError, Problem};
use crate::state::{Builder, Gathered, State};

/// States that wait to be merged into one.
const WAITING: usize = 8;
/// The same of states with a histogram, each of which takes megabytes.
const WAITING_BINNED: usize = 2;

/// The statistics of the parts that were read so far.
pub(crate) struct Gathering {
    /// The scores, where they are kept one by one.
    scores: Option<Mutex<Gathered>>,
    states: Mutex<Waiting>,
    /// The most cells that a part had so far.
    cells: AtomicUsize,
}

#[derive(Default)]
struct Waiting {
    states: Vec<State>,
    /// What was wrong when they were merged. It is told at the end, if no row is to blame.
    failed: Option<EvalError>,
}

impl Gathering {
    /// Nothing yet; with a list where scores are kept one by one.
    pub(crate) fn new(scores: Option<Gathered>) -> Self {
        Self { scores: scores.map(Mutex::new), states: Mutex::default(), cells: AtomicUsize::new(0) }
    }

    /// How many cells the next part may have, by those before.
    pub(crate) fn expected_cells(&self) -> usize {
        self.cells.load(Ordering::Relaxed)
    }

    /// Takes the scores over that a part has kept since the last time.
    pub(crate) fn take_scores(&self, part: usize, builder: &mut Builder) -> Result<(), Problem> {
        let (Some(list), Some(scores)) = (&self.scores, builder.scores_mut()) else { return Ok(()) };
        locked(list).take(part, scores)
    }

    /// Takes a state over, save where its cells are needed to number the scores, and where it holds numbers of its rows, which
    /// would be sorted again each time: then it is given back.
    pub(crate) fn take_state(&self, state: State) -> Option<State> {
        self.cells.fetch_max(state.cells().len(), Ordering::Relaxed);
        if self.scores.is_some() || state.measures().is_some() {
            return Some(state);
        }
        let mut waiting = locked(&self.states);
        let most = if state.histogram().is_some() { WAITING_BINNED } else { WAITING };
        waiting.states.push(state);
        if waiting.states.len() >= most {
            match State::merged(std::mem::take(&mut waiting.states)) {
                Ok(state) => waiting.states.push(state),
                Err(error) => waiting.failed = Some(error),
            }
        }
        None
    }

    /// The state of everything; `left` has the states that were given back, by part.
    pub(crate) fn merged(self, left: Vec<State>) -> Result<State, EvalError> {
        if let Some(scores) = self.scores {
            return State::merged_with(left, scores.into_inner().unwrap_or_else(PoisonError::into_inner));
        }
        let Waiting { mut states, failed } = self.states.into_inner().unwrap_or_else(PoisonError::into_inner);
        states.extend(left);
        failed.map_or_else(|| State::merged(states), Err)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
