//! Reviews that pass without a person.

use assent_cel::{Program, Type};

use super::Check;
use crate::facts;
use crate::pack::{AutoApprove, CompiledAutoApprove, Pack, Step, StepKind, Workflow};

impl Check {
    /// The tiers exist and take this way; the condition reads facts that are there before anybody approves.
    pub(super) fn auto_approve(&mut self, pack: &Pack, workflow: &Workflow, i: usize, rule: &AutoApprove) {
        let place = format!("steps/{i}/autoApprove");
        self.known(&format!("{place}/tiers"), "tier", &rule.tiers, |id| pack.tiers.contains_key(id));
        if rule.tiers.is_empty() {
            self.say(format!("{place}/tiers"), "name the tiers for which the step may pass without a person");
        }
        let strays = |tier: &&String| workflow.tiers.as_ref().is_some_and(|tiers| !tiers.contains(*tier));
        for tier in rule.tiers.iter().filter(strays) {
            let message = format!("models of the tier `{tier}` do not take this way");
            self.say(format!("{place}/tiers"), message);
        }
        let program = self.program(facts::env(), &format!("{place}/when"), &rule.when);
        if program.is_some_and(|program| facts::reads_approvals(&program)) {
            self.say(
                format!("{place}/when"),
                "the condition is judged before anybody approves, and reads approvals",
            );
        }
    }
}

/// Compiles the condition of a step.
pub(super) fn compile(i: usize, step: &Step) -> Result<Option<CompiledAutoApprove>, (String, String)> {
    let StepKind::Review { auto_approve: Some(rule), .. } = &step.kind else { return Ok(None) };
    let when = Program::compile(facts::env(), &rule.when, Some(&Type::Bool));
    let place = || (format!("steps/{i}/autoApprove/when"), "the condition does not compile".to_owned());
    Ok(Some(CompiledAutoApprove { rule: rule.clone(), when: when.map_err(|_| place())? }))
}
