//! How much is at stake in a change: by the rules of the pack, the highest of what each thing about it says.

use super::{Content, Plan, Reach};
use crate::pack::{ChangeRules, Pack};
use crate::{Code, Refusal, RiskLevel};

/// A risk, and what it follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// The risk.
    pub risk: RiskLevel,
    /// What each thing about the change says, in words.
    pub reasons: Vec<String>,
}

/// Rates a change with that plan. A change without an impact is rated as if everybody noticed it and the service were away,
/// until it says otherwise.
///
/// # Errors
/// Refuses an environment that the pack does not name: its risk is not known. Refuses where the pack has no rules.
pub fn rate(content: &Content, plan: &Plan, pack: &Pack) -> Result<Rating, Refusal> {
    let rules = pack.change_rules()?;
    let environment = rules.environment(&content.environment)?;
    if let Some(risk) = rules.fixed.get(&content.kind) {
        let reasons = vec![format!("type {}: always {}", content.kind.name(), name(*risk))];
        return Ok(Rating { risk: *risk, reasons });
    }
    let mut said = vec![(format!("environment {}", content.environment), environment)];
    let reach = plan.impact.as_ref().map_or(Reach::AllUsers, |impact| impact.affected_users);
    said.push((format!("type {}", content.kind.name()), rules.of_type(content.kind, reach)));
    said.push((format!("users {}", reach.name()), rules.of_reach(reach)));
    match &plan.impact {
        Some(impact) => {
            if is_some(&impact.estimated_downtime) {
                said.push((format!("downtime `{}`", impact.estimated_downtime.trim()), rules.downtime));
            }
            for system in &impact.affected_systems {
                let tags = system.tags.iter().map(String::as_str).chain(words(&system.name));
                let risk = tags.filter_map(|tag| rules.of_tag(tag)).max();
                said.extend(risk.map(|risk| (format!("system `{}`", system.name), risk)));
            }
        }
        None => said.push(("no impact given".to_owned(), rules.downtime)),
    }
    let risk = said.iter().map(|(_, risk)| *risk).max().unwrap_or(RiskLevel::Critical);
    let reasons = said.into_iter().map(|(what, risk)| format!("{what}: {}", name(risk))).collect();
    Ok(Rating { risk, reasons })
}

/// Whether a downtime is any at all: `none` in whatever letters is not.
fn is_some(downtime: &str) -> bool {
    !downtime.trim().eq_ignore_ascii_case("none")
}

/// The name of a system may say where it stands: `production-gateway` does.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn name(risk: RiskLevel) -> &'static str {
    match risk {
        RiskLevel::Low => "LOW",
        RiskLevel::Medium => "MEDIUM",
        RiskLevel::High => "HIGH",
        RiskLevel::Critical => "CRITICAL",
    }
}

impl ChangeRules {
    /// What the environment says.
    pub(super) fn environment(&self, environment: &str) -> Result<RiskLevel, Refusal> {
        self.environments.get(environment).copied().ok_or_else(|| {
            let known: Vec<&str> = self.environments.keys().map(String::as_str).collect();
            let message = format!("the pack has no environment `{environment}`; it has {}", known.join(", "));
            Refusal::new(Code::UnknownEnvironment, message).at("/environment")
        })
    }
}
