//! SARIF 2.1.0: the results of one tool, in one or several runs.

use std::collections::HashMap;

use serde::Deserialize;

use super::error::{EvidenceError, Problem};
use super::read::{Number, cut, json};
use super::{Evidence, Finding, Format};
use crate::Severity;

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Log {
    version: String,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Run {
    tool: Tool,
    /// It is absent where the run came to no results at all.
    results: Option<Vec<Outcome>>,
    #[serde(default)]
    invocations: Vec<Invocation>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Tool {
    driver: Component,
    #[serde(default)]
    extensions: Vec<Component>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(expecting = "an object")]
struct Component {
    name: String,
    version: Option<String>,
    semantic_version: Option<String>,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(expecting = "an object")]
struct Rule {
    id: String,
    short_description: Option<Message>,
    #[serde(default)]
    message_strings: HashMap<String, Message>,
    default_configuration: Option<Configuration>,
    #[serde(default)]
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Configuration {
    level: Option<Level>,
}

#[derive(Deserialize, Default)]
#[serde(expecting = "an object")]
struct Properties {
    #[serde(rename = "security-severity")]
    security_severity: Option<Number>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Message {
    text: Option<String>,
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(expecting = "an object")]
struct Outcome {
    rule_id: Option<String>,
    rule_index: Option<usize>,
    rule: Option<RuleReference>,
    kind: Option<Kind>,
    level: Option<Level>,
    message: Message,
    #[serde(default)]
    locations: Vec<Location>,
    suppressions: Option<Vec<Suppression>>,
    baseline_state: Option<String>,
    #[serde(default)]
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RuleReference {
    id: Option<String>,
    index: Option<usize>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Suppression {
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(expecting = "an object")]
struct Invocation {
    execution_successful: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(expecting = "an object")]
struct Location {
    physical_location: Option<PhysicalLocation>,
    #[serde(default)]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(expecting = "an object")]
struct PhysicalLocation {
    artifact_location: Option<ArtifactLocation>,
    region: Option<Lines>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct ArtifactLocation {
    uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(expecting = "an object")]
struct Lines {
    start_line: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(expecting = "an object")]
struct LogicalLocation {
    fully_qualified_name: Option<String>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum Level {
    None,
    Note,
    Warning,
    Error,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum Kind {
    NotApplicable,
    Pass,
    Fail,
    Review,
    Open,
    Informational,
}

/// Reads a log.
pub(super) fn parse(bytes: &[u8]) -> Result<Evidence, EvidenceError> {
    let log: Log = json(bytes, 0)?;
    if log.version != "2.1.0" {
        let problem = Problem::UnknownVersion { format: "SARIF", version: cut(&log.version) };
        return Err(EvidenceError::from(problem).in_field("version"));
    }
    let mut evidence = Evidence::new(Format::Sarif);
    if log.runs.is_empty() {
        evidence.warn("the log has no runs");
    }
    for (place, run) in log.runs.into_iter().enumerate() {
        take(&mut evidence, run, place)?;
    }
    Ok(evidence)
}

fn take(evidence: &mut Evidence, run: Run, place: usize) -> Result<(), EvidenceError> {
    name_tool(evidence, &run.tool.driver, place)?;
    if run.invocations.iter().any(|invocation| invocation.execution_successful == Some(false)) {
        evidence.warn("the tool says that it did not run to its end");
    }
    let Some(results) = run.results else {
        evidence.warn("a run has no list of results: the tool did not look, or did not come that far");
        return Ok(());
    };
    let mut suppressed = 0_u64;
    for outcome in results {
        if outcome.is_suppressed() {
            suppressed += 1;
        } else if outcome.is_finding() {
            let rule = outcome.rule(&run.tool);
            evidence.find(outcome.finding(rule))?;
        }
    }
    if suppressed > 0 {
        evidence
            .warn(format!("{suppressed} results are suppressed in the log and are not among the findings"));
    }
    Ok(())
}

fn name_tool(evidence: &mut Evidence, driver: &Component, place: usize) -> Result<(), EvidenceError> {
    let name = cut(&driver.name);
    if let Some(first) = evidence.tool.clone().filter(|first| *first != name) {
        let problem = Problem::SeveralTools { first, second: name };
        return Err(EvidenceError::from(problem).in_field(format!("runs[{place}].tool.driver.name")));
    }
    evidence.tool = Some(name);
    evidence.tool_version = driver.version.as_deref().or(driver.semantic_version.as_deref()).map(cut);
    Ok(())
}

impl Outcome {
    /// Suppressed unless somebody has still to agree, or has not agreed.
    fn is_suppressed(&self) -> bool {
        let given = self.suppressions.as_deref().unwrap_or_default();
        !given.is_empty() && given.iter().all(|one| matches!(one.status.as_deref(), None | Some("accepted")))
    }

    fn is_finding(&self) -> bool {
        let is_there = self.baseline_state.as_deref() != Some("absent");
        is_there && matches!(self.kind, None | Some(Kind::Fail | Kind::Review | Kind::Open))
    }

    /// The description of the rule that was broken, wherever in the tool it stands.
    fn rule<'a>(&self, tool: &'a Tool) -> Option<&'a Rule> {
        let id = self.id();
        let index = self.rule_index.or(self.rule.as_ref().and_then(|rule| rule.index));
        let by_index = index
            .and_then(|index| tool.driver.rules.get(index))
            .filter(|rule| id.is_none_or(|id| id == rule.id));
        let all =
            || tool.driver.rules.iter().chain(tool.extensions.iter().flat_map(|extension| &extension.rules));
        by_index.or_else(|| all().find(|rule| Some(rule.id.as_str()) == id))
    }

    fn id(&self) -> Option<&str> {
        self.rule_id.as_deref().or(self.rule.as_ref().and_then(|rule| rule.id.as_deref()))
    }

    fn finding(&self, rule: Option<&Rule>) -> Finding {
        let id = self.id().or(rule.map(|rule| rule.id.as_str())).unwrap_or("unnamed");
        Finding {
            severity: self.severity(rule),
            id: cut(id),
            title: cut(self.title(rule).unwrap_or(id)),
            location: self.locations.first().and_then(Location::text),
            package: None,
        }
    }

    fn title<'a>(&'a self, rule: Option<&'a Rule>) -> Option<&'a str> {
        let by_id = || rule?.message_strings.get(self.message.id.as_deref()?)?.text.as_deref();
        let described = || rule?.short_description.as_ref()?.text.as_deref();
        self.message.text.as_deref().or_else(by_id).or_else(described)
    }

    fn severity(&self, rule: Option<&Rule>) -> Severity {
        let of_rule = rule.and_then(|rule| rule.properties.security_severity);
        if let Some(Number(score)) = self.properties.security_severity.or(of_rule) {
            return by_score(score);
        }
        if matches!(self.kind, Some(Kind::Review | Kind::Open)) && self.level.is_none() {
            return Severity::Unrated;
        }
        let default = rule.and_then(|rule| rule.default_configuration.as_ref()?.level);
        match self.level.or(default).unwrap_or(Level::Warning) {
            Level::Error => Severity::High,
            Level::Warning => Severity::Medium,
            Level::Note => Severity::Low,
            Level::None => Severity::Info,
        }
    }
}

/// The words that viewers of SARIF give to scores.
fn by_score(score: f64) -> Severity {
    match score {
        score if score >= 9.0 => Severity::Critical,
        score if score >= 7.0 => Severity::High,
        score if score >= 4.0 => Severity::Medium,
        score if score > 0.0 => Severity::Low,
        _ => Severity::Info,
    }
}

impl Location {
    fn text(&self) -> Option<String> {
        let physical = self.physical_location.as_ref();
        let file = physical.and_then(|place| place.artifact_location.as_ref()?.uri.as_deref());
        let line = physical.and_then(|place| place.region.as_ref()?.start_line);
        let logical = self.logical_locations.first().and_then(|place| place.fully_qualified_name.as_deref());
        match (file, line) {
            (Some(file), Some(line)) => Some(format!("{}:{line}", cut(file))),
            (Some(file), None) => Some(cut(logical.unwrap_or(file))),
            (None, _) => logical.map(cut),
        }
    }
}
