//! A `governance_config.yaml` as the documents of a pack: those of the pack `ml-governance`, with what the file says in the place
//! of what stands there. Each member of the file is used, or refused by its name.

use std::collections::BTreeMap;

use assent_domain::ids::Digest;
use serde::Deserialize;
use serde_json::{Value, json};

use super::config_policies;
use crate::documents::Document;
use crate::embedded;
use crate::problem::Problem;

/// The pack that the file is about.
const BASE: &str = "ml-governance";

/// The file. What is absent stays as the pack has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    governance: Governance,
    #[serde(default)]
    compliance: Compliance,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Governance {
    compliance_level: String,
    required_approvers: u32,
    approval_roles: Vec<String>,
    #[serde(default)]
    auto_approval_conditions: AutoApproval,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AutoApproval {
    performance_improvement: Option<f64>,
    #[serde(default)]
    no_security_issues: bool,
    #[serde(default)]
    passes_bias_tests: bool,
    #[serde(default)]
    regulatory_compliance: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Compliance {
    #[serde(default)]
    pub(super) regulations: BTreeMap<String, bool>,
    #[serde(default)]
    pub(super) documentation: BTreeMap<String, bool>,
    #[serde(default)]
    pub(super) audit: Audit,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Audit {
    pub(super) log_all_changes: Option<bool>,
    pub(super) change_approval_required: Option<bool>,
    pub(super) periodic_audits: Option<String>,
}

/// The documents that a file becomes: a pack that extends the built-in one.
pub(super) fn documents(text: &str) -> Result<Vec<Value>, Problem> {
    let config: Config = serde_saphyr::from_str(text).map_err(|error| {
        Problem::new(format!("the configuration cannot be read: {error}")).hint(
            "it holds `governance` and `compliance`; a member that is not known is refused, never left out",
        )
    })?;
    let base: Vec<Value> =
        embedded::pack(BASE)?.into_iter().map(|(_, document): Document| document).collect();
    let mut documents = vec![json!({"kind": "Pack", "id": "imported", "title": "Imported governance",
        "description": "Made of a governance_config.yaml.", "extends": BASE})];
    documents.push(settings(&base, &config.governance)?);
    documents.push(production(&base, &config.governance)?);
    documents.push(above(&base, &config.governance)?);
    documents.extend(config_policies::of(&base, &config.compliance)?);
    let policies =
        documents.iter_mut().filter(|document| document.get("kind").is_some_and(|kind| kind == "Policy"));
    for policy in policies {
        put(policy, "version", json!(version_of(policy)));
    }
    Ok(documents)
}

/// A version made of the text: another file can make another text of a policy, and takes the place of this one then.
fn version_of(policy: &Value) -> String {
    let mut text = policy.clone();
    if let Some(text) = text.as_object_mut() {
        text.remove("version");
    }
    let digest = Digest::of(text.to_string().as_bytes()).to_string();
    format!("imported-{}", digest.get(..12).unwrap_or_default())
}

/// A document of the pack.
pub(super) fn of_base(base: &[Value], kind: &str, id: &str) -> Result<Value, Problem> {
    let is_it = |document: &&Value| {
        document.get("kind").is_some_and(|held| held == kind)
            && document.get("id").is_some_and(|held| held == id)
    };
    let missing = || Problem::new(format!("the pack `{BASE}` has no document {kind} `{id}`"));
    base.iter().find(is_it).cloned().ok_or_else(missing)
}

/// What is wrong with a member.
pub(super) fn refused(member: &str, what: impl std::fmt::Display, hint: impl std::fmt::Display) -> Problem {
    Problem::new(format!("`{member}` {what}")).hint(hint)
}

fn settings(base: &[Value], governance: &Governance) -> Result<Value, Problem> {
    let level = governance.compliance_level.to_uppercase();
    if !["BASIC", "MODERATE", "STRICT"].contains(&level.as_str()) {
        let what = format!("is `{}`", governance.compliance_level);
        return Err(refused("governance.compliance_level", what, "it is basic, moderate or strict"));
    }
    let mut settings = of_base(base, "Settings", "settings")?;
    put(&mut settings, "complianceLevel", json!(level));
    Ok(settings)
}

fn put(document: &mut Value, field: &str, value: Value) {
    if let Some(document) = document.as_object_mut() {
        document.insert(field.to_owned(), value);
    }
}

/// The way to production with the quorum, the roles and the conditions of the file.
fn production(base: &[Value], governance: &Governance) -> Result<Value, Problem> {
    let known = base.iter().filter(|document| document.get("kind").is_some_and(|kind| kind == "Role"));
    let known: Vec<&str> = known.filter_map(|role| role.get("id").and_then(Value::as_str)).collect();
    let roles = &governance.approval_roles;
    if let Some(role) = roles.iter().find(|role| !known.contains(&role.as_str())) {
        let hint = format!("the pack `{BASE}` has {}", known.join(", "));
        return Err(refused("governance.approval_roles", format!("names `{role}`, which is no role"), hint));
    }
    if roles.is_empty() {
        return Err(refused("governance.approval_roles", "is empty", "name the roles that approve"));
    }
    if governance.required_approvers == 0 {
        return Err(refused("governance.required_approvers", "is 0", "ask for one person at least"));
    }
    let mut workflow = of_base(base, "Workflow", "production")?;
    let tiers = workflow.get("tiers").cloned().unwrap_or_default();
    let Some(step) = workflow.pointer_mut("/steps/1") else { return Ok(workflow) };
    put(step, "title", json!(format!("Approvals by {} in different roles", governance.required_approvers)));
    put(step, "roles", json!(roles));
    put(step, "people", json!(governance.required_approvers));
    let conditions = conditions(&governance.auto_approval_conditions)?;
    if let Some(step) = step.as_object_mut() {
        step.remove("autoApprove");
        if !conditions.is_empty() {
            step.insert("autoApprove".to_owned(), json!({"tiers": tiers, "when": conditions.join(" && ")}));
        }
    }
    Ok(workflow)
}

/// The way of the tier above: never easier than that of the file. Where the file lets nothing pass by itself, nothing does.
fn above(base: &[Value], governance: &Governance) -> Result<Value, Problem> {
    let mut workflow = of_base(base, "Workflow", "production-high-risk")?;
    let asks_always = conditions(&governance.auto_approval_conditions)?.is_empty();
    if let Some(step) = workflow.pointer_mut("/steps/1").and_then(Value::as_object_mut) {
        if asks_always {
            step.remove("autoApprove");
        }
        let roles = step.get("roles").and_then(Value::as_array).map_or(0, Vec::len);
        let people = step.get("people").and_then(Value::as_u64).unwrap_or(1);
        let wanted = people.max(u64::from(governance.required_approvers)).min(roles as u64);
        step.insert("people".to_owned(), json!(wanted));
    }
    Ok(workflow)
}

const NO_SECURITY_ISSUES: &str = "artifact.securityScan.status == 'PASSED' && ['HIGH', 'CRITICAL'].all(s, \
    !(s in artifact.securityScan.findings) || artifact.securityScan.findings[s] == 0) && (!has(evidence.tools) || \
    evidence.tools.all(t, ['HIGH', 'CRITICAL'].all(s, !(s in evidence.tools[t].findings) || evidence.tools[t].findings[s] == 0)))";
const REGULATORY: &str = "risk.assessment.status == 'APPROVED' && !risk.assessment.reviewOverdue";

/// Under which conditions nobody is asked; none where the file names none.
fn conditions(auto: &AutoApproval) -> Result<Vec<String>, Problem> {
    let mut conditions = Vec::new();
    if let Some(by) = auto.performance_improvement {
        if !(by.is_finite() && (0.0..=1.0).contains(&by)) {
            let member = "governance.auto_approval_conditions.performance_improvement";
            return Err(refused(member, format!("is {by}"), "it lies between 0 and 1"));
        }
        conditions.push(format!("improved('f1', {by:?})"));
    }
    let asked = [
        (auto.no_security_issues, NO_SECURITY_ISSUES),
        (auto.passes_bias_tests, "passed('bias')"),
        (auto.regulatory_compliance, REGULATORY),
    ];
    conditions.extend(asked.into_iter().filter(|(is_asked, _)| *is_asked).map(|(_, text)| text.to_owned()));
    Ok(conditions)
}

#[cfg(test)]
mod tests {
    use assent_domain::pack::{Pack, extended};

    use super::*;

    const PUBLISHED: &str = "
governance:
  compliance_level: strict
  required_approvers: 3
  approval_roles: [ml_engineer, data_scientist, security_officer]
  auto_approval_conditions: {performance_improvement: 0.1, no_security_issues: true, passes_bias_tests: true}
compliance:
  regulations: {gdpr_compliance: true, ccpa_compliance: false, ai_act_compliance: true, sox_compliance: false, hipaa_compliance: false}
  documentation: {model_card_required: true, data_sheet_required: false, algorithm_explanation: true, performance_benchmarks: true, limitations_disclosure: true}
  audit: {log_all_changes: true, change_approval_required: true, periodic_audits: monthly}
";

    fn compiled(text: &str) -> Pack {
        let documents =
            documents(text).unwrap().into_iter().map(|document| ("f".to_owned(), document)).collect();
        let documents = extended(documents, &embedded::packs().unwrap()).unwrap();
        Pack::compile(documents).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    fn rules(pack: &Pack, policy: &str) -> Vec<String> {
        let policy = pack.policies().iter().find(|compiled| compiled.policy.id == policy).unwrap();
        policy.policy.rules.iter().map(|rule| rule.id.clone()).collect()
    }

    #[test]
    fn what_the_file_says_stands_in_the_pack() {
        let pack = compiled(PUBLISHED);
        let step = json!(pack.workflow_to("PRODUCTION", "standard_risk").unwrap().steps[1].step);
        assert_eq!((&step["people"], &step["mode"]), (&json!(3), &json!("anyRoles")));
        assert_eq!(step["roles"], json!(["ml_engineer", "data_scientist", "security_officer"]));
        let when = step["autoApprove"]["when"].as_str().unwrap();
        assert!(
            when.starts_with("improved('f1', 0.1) && artifact") && when.ends_with("passed('bias')"),
            "{when}"
        );
        assert_eq!(json!(pack.settings().compliance_level), "STRICT");
        let documentation = ["model-card", "algorithm-explanation", "performance-benchmarks", "limitations"];
        assert_eq!(rules(&pack, "documentation"), documentation);
        let ends = |id: &str| {
            let found = pack.policies().iter().find(|compiled| compiled.policy.id == id);
            found.unwrap().policy.expires_at.is_some()
        };
        assert!(ends("regulation-ccpa") && !ends("regulation-gdpr") && !ends("regulation-eu-ai-act"));
        assert_eq!(rules(&pack, "approved-change"), ["approved"]);
        assert_eq!(pack.tier("high_risk").unwrap().review_every.unwrap().to_string(), "30d");
    }

    #[test]
    fn another_text_of_a_policy_is_another_version() {
        let version = |text: &str, policy: &str| {
            let pack = compiled(text);
            let found = pack.policies().iter().find(|compiled| compiled.policy.id == policy).unwrap();
            found.policy.version.clone()
        };
        let fewer = PUBLISHED.replace("limitations_disclosure: true", "limitations_disclosure: false");
        for policy in ["documentation", "approved-change", "regulation-ccpa"] {
            assert!(version(PUBLISHED, policy).starts_with("imported-"), "{policy}");
            let same = version(PUBLISHED, policy) == version(&fewer, policy);
            assert_eq!(same, policy != "documentation", "{policy}");
        }
        assert!(!version(PUBLISHED, "regulation-gdpr").starts_with("imported-"), "it is that of the pack");
    }

    #[test]
    fn without_conditions_people_are_asked_every_time() {
        let pack = compiled(
            "governance: {compliance_level: basic, required_approvers: 1, approval_roles: [product_owner]}",
        );
        for tier in ["standard_risk", "high_risk"] {
            assert!(pack.workflow_to("PRODUCTION", tier).unwrap().steps[1].auto_approve.is_none(), "{tier}");
        }
    }

    #[test]
    fn high_risk_is_never_easier() {
        let people = |asked: u32| {
            let text = format!(
                "governance: {{compliance_level: basic, required_approvers: {asked}, approval_roles: [product_owner, ml_engineer, data_scientist, security_officer]}}"
            );
            let pack = compiled(&text);
            json!(pack.workflow_to("PRODUCTION", "high_risk").unwrap().steps[1].step)["people"].clone()
        };
        assert_eq!((people(1), people(4)), (json!(3), json!(4)));
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        for (from, to, named) in [
            ("strict", "loose", "governance.compliance_level"),
            ("required_approvers: 3", "required_approvers: 0", "governance.required_approvers"),
            ("security_officer]", "astrologer]", "astrologer"),
            ("performance_improvement: 0.1", "performance_improvement: 7", "performance_improvement"),
            ("passes_bias_tests", "passes_vibes", "passes_vibes"),
            ("sox_compliance: false", "sox_compliance: true", "compliance.regulations.sox_compliance"),
            ("hipaa_compliance", "moon_compliance", "compliance.regulations.moon_compliance"),
            ("limitations_disclosure", "poem", "compliance.documentation.poem"),
            ("log_all_changes: true", "log_all_changes: false", "compliance.audit.log_all_changes"),
            ("monthly", "sometimes", "compliance.audit.periodic_audits"),
        ] {
            assert!(PUBLISHED.contains(from), "{from}");
            let problem = documents(&PUBLISHED.replacen(from, to, 1)).unwrap_err();
            assert!(problem.message.contains(named), "{named}: {}", problem.message);
        }
    }
}
