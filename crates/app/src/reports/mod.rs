//! Reports whose every figure has a source.
//!
//! A report is made from answers that its reader could ask for themselves: a figure names the answer and the place in it
//! ([`Source`]), and its value is read from that place when the report is made. So nothing in a report can differ from what it
//! cites, and whoever doubts a figure follows its link. What is computed from other figures names them, and how.
//!
//! Assembly is pure: the answers, the counts of lists and the time are arguments. The same state at the same time gives the
//! same bytes. Numbers are rounded in the Markdown and nowhere else.

pub mod audit;
pub mod compliance;
mod document;
pub mod governance;
pub mod governance_audit;
pub mod markdown;
pub mod portfolio;
pub mod risk;
mod share;
mod sheet;
mod source;

pub use document::{Column, Figure, Grid, Report, Row, Section, Table, Topic};
pub use share::Share;
pub use sheet::{Sheet, encoded};
pub use source::{Check, Matching, Source, Term};
