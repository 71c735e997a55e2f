//! The evaluation engine of Assent: mergeable statistics and the metrics that are functions of them.
//!
//! Data is scanned once into a small [`state::State`]: integer counts by attribute, group, label and prediction, and the
//! sorted scores when a score column is named. States of parts add up to the state of the whole in any order and any
//! grouping, so files, threads and machines can split the work; every metric in [`metrics`] is a pure function of a state.
//!
//! Invariants:
//! - The same rows in any order give the same report, byte for byte.
//! - An undefined figure is absent with a [`Reason`], never 0.
//! - No input panics; fields, records, columns, groups and rows have the bounds in [`limits`].
//!
//! [`drift`] compares the columns of two tables, [`change`] watches a stream, [`profile`] counts what a table holds.
//!
//! [`evaluate`] reads one table, [`evaluate_joined`] two whose labels and predictions are held apart.

mod binary;
pub mod change;
mod column;
pub mod drift;
pub mod encode;
mod error;
pub mod exact;
mod figure;
mod gather;
mod join;
pub mod junit;
pub mod limits;
mod markup;
pub mod metrics;
pub mod numeric;
mod options;
pub mod page;
mod plot;
pub mod profile;
pub mod progress;
mod render;
mod report;
mod scan;
pub mod source;
mod sql;
pub mod state;
mod suggest;
mod suite;
pub mod table;
mod task;
mod units;
mod verdict;
mod words;

pub use binary::Binary;
pub use error::{EvalError, Place, Problem};
pub use figure::{Figure, NoInterval, Reason};
pub use join::evaluate_joined;
pub use markup::shown;
pub use options::{EvaluationOptions, ScoreState};
pub use render::render_table;
pub use report::{ClassRow, ConfusionMatrix, Engine, GroupRow, Report, SegmentRow, report};
pub use scan::{scan, scan_files, scan_files_watched};
pub use source::{DataFile, Storage};
pub use sql::{sql, state_of_sql};
pub use suite::{Suite, checked_suites, evaluate, evaluate_files, evaluate_state};
pub use table::Input;
pub use task::Task;
pub use verdict::{JudgedThreshold, Verdict};
