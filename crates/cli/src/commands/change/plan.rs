//! Impact and way back of a change, as options.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::pairs;

/// What a submission needs. An impact is told with `--users`, `--downtime` and `--rollback-time`.
#[derive(Debug, Args)]
pub(super) struct PlanOptions {
    /// Who notices the change
    #[arg(long, value_enum, requires_all = ["downtime", "rollback_time"])]
    users: Option<Reach>,
    /// How long the service is away, in words; `none` is none
    #[arg(long, value_name = "WORDS", requires = "users")]
    downtime: Option<String>,
    /// How long it takes to undo the change, in words
    #[arg(long, value_name = "WORDS", requires = "users")]
    rollback_time: Option<String>,
    /// A system that the change touches, with its labels: `NAME` or `NAME=LABEL,LABEL`; several times for several systems
    #[arg(long = "system", value_name = "NAME", requires = "users")]
    systems: Vec<String>,
    /// What has to be tested; several times for several tests
    #[arg(long = "test", value_name = "TEXT", requires = "users")]
    tests: Vec<String>,
    /// What has to be there before; several times for several dependencies
    #[arg(long = "dependency", value_name = "TEXT", requires = "users")]
    dependencies: Vec<String>,
    /// How the change is undone
    #[arg(long, value_name = "TEXT")]
    rollback_plan: Option<String>,
    /// When it is undone
    #[arg(long, value_name = "TEXT")]
    rollback_trigger: Option<String>,
    /// What tests have shown
    #[arg(long, value_name = "TEXT")]
    test_results: Option<String>,
}

/// Who notices a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Reach {
    InternalOnly,
    SpecificGroups,
    AllUsers,
}

impl Reach {
    fn wire(self) -> &'static str {
        match self {
            Self::InternalOnly => "INTERNAL_ONLY",
            Self::SpecificGroups => "SPECIFIC_GROUPS",
            Self::AllUsers => "ALL_USERS",
        }
    }
}

impl PlanOptions {
    /// Puts what was given into a request.
    pub(super) fn put(&self, body: &mut Value) {
        if let Some(users) = self.users {
            let systems: Vec<Value> = self.systems.iter().map(|system| named(system)).collect();
            let mut impact = json!({
                "affectedUsers": users.wire(),
                "affectedSystems": systems,
                "testingRequired": self.tests,
                "dependencies": self.dependencies,
            });
            pairs::put(&mut impact, "estimatedDowntime", self.downtime.as_ref());
            pairs::put(&mut impact, "rollbackTime", self.rollback_time.as_ref());
            pairs::put(body, "impact", Some(&impact));
        }
        pairs::put(body, "rollbackPlan", self.rollback_plan.as_ref());
        pairs::put(body, "rollbackTrigger", self.rollback_trigger.as_ref());
        pairs::put(body, "testResults", self.test_results.as_ref());
    }
}

/// A system with its labels.
fn named(text: &str) -> Value {
    let (name, labels) = text.split_once('=').unwrap_or((text, ""));
    let labels: Vec<&str> = labels.split(',').filter(|label| !label.is_empty()).collect();
    json!({"name": name, "tags": labels})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_may_have_labels() {
        assert_eq!(named("letters"), json!({"name": "letters", "tags": []}));
        assert_eq!(named("letters=production,eu"), json!({"name": "letters", "tags": ["production", "eu"]}));
    }
}
