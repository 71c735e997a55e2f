//! Evaluations as jobs: somebody asks, a server computes, and what it finds becomes evidence of the version. A scan of the
//! artifacts is such a job as well: it is computed from the files instead of from predictions.
//!
//! What is computed from is pinned by digest when it is asked for. A job waits, runs, and ends once: finished, failed or
//! cancelled. A server that dies in the middle leaves it running; whoever takes it up next counts another run, and a job that
//! has brought down several servers is given up. The report is frozen by its digest in the event that ends the job; the
//! figures go to the version by [`Event::EvaluationRecorded`](crate::Event::EvaluationRecorded), and the verdict of a scan by
//! [`Event::ScanRecorded`](crate::Event::ScanRecorded), in the same command.
//!
//! Invariants: only the run that was counted last can end a job; figures appear nowhere before the job is finished, and a
//! finished one always counts as an attempt.

mod decide;
pub mod event;
mod state;

pub use decide::{MAX_OPEN, MAX_RUNS, cancel, fail, finish, release, request, start};
pub use event::{EvaluationRequested, ScanRequested};
pub use state::{Job, Lifecycle, StateName, Task};
