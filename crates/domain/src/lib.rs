//! The decisions of Assent, without I/O.
//!
//! A command and the state that it concerns go into a `decide` function; events come out, or a [`Refusal`]. `evolve` turns
//! a state and an event into the next state and never fails. Rules are evaluated on one JSON document, the facts. Time,
//! ids and the principal are arguments: nothing here reads a clock, draws a random number, or knows of a database, a
//! network or a file.
//!
//! Map: [`identity`] who may do what; [`registry`] models, versions, data sets and their evidence; [`lineage`] what came from
//! what; [`system`] what they are used for; [`facts`] what is known of one version; [`policy`] findings and compliance;
//! [`workflow`] promotions, rounds and reviews; [`gate`] the one decision everybody asks; [`checklist`] what has to be in place
//! before a stage; [`pack`] governance as data; [`proposal`] what takes two persons; [`signoff`] the consent of several people
//! to one request; [`exception`] waivers of policies for a while; [`risk`] assessments, tiers and the score of a deployment;
//! [`change_request`] changes of models in service; [`accountability`] who answers for models; [`periodic_review`] models in
//! service looked at again; [`delegation`] who decides in whose place; [`comment`] what people say about all of it;
//! [`evaluation`] what is being computed; [`event`] what happened and what it changes.

pub mod accountability;
pub mod aggregate;
pub mod calendar;
pub mod change_request;
pub mod checklist;
pub mod comment;
pub mod delegation;
pub mod evaluation;
pub mod event;
pub mod exception;
pub mod facts;
pub mod gate;
pub mod identity;
pub mod ids;
pub mod lineage;
mod moves;
pub mod pack;
pub mod periodic_review;
pub mod policy;
pub mod proposal;
pub mod refusal;
pub mod registry;
pub mod risk;
pub mod signoff;
pub mod system;
pub mod text;
pub mod values;
pub mod workflow;

pub use aggregate::{Aggregate, AggregateId, Kind};
pub use assent_log::entry::{RiskLevel, Sealed};
pub use event::{Change, Event, Stamp};
pub use refusal::{Class, Code, Refusal};

/// The instant at which a thing is decided, from the ledger's clock (UTC, whole milliseconds).
pub type Time = jiff::Timestamp;
