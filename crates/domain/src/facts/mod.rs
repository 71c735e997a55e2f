//! Facts: the one JSON document with everything known of a version, the only input of rules.
//!
//! Facts are built from ledgered state and are deterministic. Their shape is declared in one place (`schema`), which gives the type
//! check of conditions, the published JSON Schema and the reference. A key that has no value is absent; nothing is
//! invented.
//!
//! Two digests of thought: what a review binds to is the *evidence*, the facts without what the clock, approvals and
//! position alone change; see [`evidence_digest`].

mod build;
mod evidence;
mod json_schema;
mod judgement;
mod oversight;
mod rates;
mod reports;
mod risk;
mod schema;
mod suites;

use std::sync::LazyLock;

use assent_cel::{Budget, Env, Program};
use serde_json::Value as Json;

pub use build::{Inputs, Strategy, Target, build, with_approvals};
pub use evidence::{
    evidence_digest, reads_accountability, reads_approvals, reads_evidence_only, reads_now, reads_review,
};
pub use json_schema::json_schema;
pub use judgement::{Judgement, judgement};
pub use oversight::{Answering, Oversight};
pub use rates::{GroupRates, rates};

/// The environment of conditions: the facts and the helpers.
pub fn env() -> &'static Env {
    static ENV: LazyLock<Env> = LazyLock::new(schema::env);
    &ENV
}

/// What one evaluation of a condition may cost.
pub fn budget() -> Budget {
    Budget::default()
}

/// Whether a condition is certainly false: an error is not.
pub fn is_false(program: &Program, facts: &Json) -> bool {
    program.evaluate(facts, &budget()).is_ok_and(|value| value.as_bool() == Some(false))
}

/// Whether a condition holds. An error is no.
pub fn holds(program: &Program, facts: &Json) -> bool {
    program.evaluate(facts, &budget()).is_ok_and(|value| value.as_bool() == Some(true))
}
