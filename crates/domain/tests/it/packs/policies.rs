use super::*;

#[test]
fn the_four_of_the_guide_stand_as_published() {
    let pack = default_pack();
    let expected = [
        ("POL-001", &["CRITICAL", "HIGH", "MEDIUM"][..], &[][..], Enforcement::Blocking),
        ("POL-002", &["CRITICAL", "HIGH"], &["ethics_reviewer"], Enforcement::Blocking),
        ("POL-003", &["CRITICAL", "HIGH", "MEDIUM"], &["security_reviewer"], Enforcement::Blocking),
        ("POL-004", &["CRITICAL", "HIGH", "MEDIUM"], &[], Enforcement::Advisory),
    ];
    for (id, tiers, roles, enforcement) in expected {
        let policy = &policy(&pack, id).policy;
        assert_eq!(policy.scope.tiers, Some(strings(tiers)), "{id}");
        assert_eq!(policy.required_roles, roles, "{id}");
        assert_eq!(policy.enforcement, enforcement, "{id}");
    }
    assert_eq!(policy(&pack, "POL-001").policy.scope.stages, Some(strings(&["STAGING", "PRODUCTION"])));
    assert_eq!(
        policy(&pack, "owner-attestation").policy.scope.tiers,
        Some(strings(&["CRITICAL", "HIGH", "MEDIUM"]))
    );
}

#[test]
fn the_security_scan_is_the_registry_policy() {
    let pack = default_pack();
    let scan = &policy(&pack, "security-scan-required").policy;
    assert_eq!((scan.severity, scan.enforcement), (Severity::High, Enforcement::Blocking));
    assert_eq!(scan.scope.tiers, Some(strings(&["CRITICAL", "HIGH", "MEDIUM"])));
    let rule = &scan.rules[0];
    assert_eq!(rule.condition, "artifact.securityScan.status == 'PASSED'");
    assert_eq!(rule.message, "Security scan must pass before deployment");
    let exceptions = scan.exceptions.as_ref().unwrap();
    assert!(exceptions.allow_exceptions && exceptions.require_approval);
    assert_eq!(exceptions.max_duration, Some(Period::days(7)));
}

#[test]
fn every_rule_says_what_to_do_and_every_policy_which_control_it_serves() {
    for compiled in default_pack().policies() {
        let policy = &compiled.policy;
        assert!(!policy.controls.is_empty(), "{} serves no control", policy.id);
        assert!(policy.controls.iter().all(|control| control.contains(':')), "{:?}", policy.controls);
        for rule in &policy.rules {
            assert!(rule.remediation.is_some(), "{} {} has no remediation", policy.id, rule.id);
            assert!(!rule.evidence.is_empty(), "{} {} names no evidence", policy.id, rule.id);
        }
    }
}

#[test]
fn every_tier_meets_a_blocking_policy_on_its_way() {
    let pack = default_pack();
    for (tier, stage) in ["LOW", "MEDIUM", "HIGH", "CRITICAL"]
        .into_iter()
        .flat_map(|tier| ["STAGING", "PRODUCTION"].map(|stage| (tier, stage)))
    {
        assert!(blocking(&pack, tier, stage).count() > 0, "{tier} {stage}");
    }
    let count = |tier, stage| blocking(&pack, tier, stage).map(|p| p.rules.len()).sum::<usize>();
    for tier in ["MEDIUM", "HIGH", "CRITICAL"] {
        assert!(count(tier, "STAGING") < count(tier, "PRODUCTION"), "{tier}");
    }
    assert!(count("LOW", "PRODUCTION") < count("MEDIUM", "PRODUCTION"));
    assert!(count("MEDIUM", "PRODUCTION") < count("CRITICAL", "PRODUCTION"));
}

fn blocking<'a>(pack: &'a Pack, tier: &str, stage: &str) -> impl Iterator<Item = &'a CompiledPolicy> {
    let holds =
        |list: &Option<Vec<String>>, id: &str| list.as_ref().is_none_or(|l| l.iter().any(|i| i == id));
    let applies = move |compiled: &&CompiledPolicy| {
        let policy = &compiled.policy;
        let scope = &policy.scope;
        policy.enforcement == Enforcement::Blocking
            && holds(&scope.tiers, tier)
            && holds(&scope.stages, stage)
    };
    pack.policies().iter().filter(applies).collect::<Vec<_>>().into_iter()
}

/// Ids of the rules that fail on the facts, of the policies for a tier on the way to a stage. Where a rule does not
/// apply it does not fail; where `when` cannot be told, it does.
fn failed(pack: &Pack, tier: &str, stage: &str, facts: &Value) -> Vec<String> {
    let fails = |rule: &&assent_domain::pack::CompiledRule| {
        let excluded = rule.when.as_ref().is_some_and(|when| {
            let said = when.evaluate(facts, &facts::budget());
            said.is_ok_and(|value| value.as_bool() == Some(false))
        });
        !excluded && !facts::holds(&rule.condition, facts)
    };
    let failed = blocking(pack, tier, stage).flat_map(|compiled| {
        compiled.rules.iter().filter(fails).map(|rule| format!("{}/{}", compiled.policy.id, rule.rule.id))
    });
    failed.collect()
}

/// The facts of a version that has everything that a critical model needs in production.
fn complete() -> Value {
    let suite = json!({
        "status": "PASSED", "stale": false, "provenance": "MEASURED", "attempts": 1, "rows": 2923,
        "evaluatedBy": "steward", "independent": true, "ageDays": 3, "failed": [],
        "thresholds": [{"metric": "m", "operator": "<=", "bound": 0.1, "value": 0.05, "passed": true}],
    });
    json!({
        "model": {"tier": "CRITICAL", "owner": "owner", "accountability": {"complete": true, "assigned": [], "missing": []}},
        "risk": {"assessment": {"status": "APPROVED", "reviewOverdue": false}},
        "version": {"kind": "CLASSICAL", "stage": "STAGING", "createdBy": "builder"},
        "artifact": {"securityScan": {"status": "PASSED", "provenance": "MEASURED", "findings": {"LOW": 2, "CRITICAL": 0}, "ageDays": 1}},
        "documents": {"kinds": ["API_DOCUMENTATION", "DATASHEET", "DEPLOYMENT_GUIDE", "MODEL_CARD"]},
        "datasets": [{"classification": "RESTRICTED", "hasDatasheet": true}],
        "evaluation": {"suites": {"performance": suite, "bias": suite}},
        "approvals": {"roles": ["owner"], "list": []},
    })
}

fn check(tier: &str, stage: &str, change: impl Fn(&mut Value), expected: &[&str]) {
    let mut facts = complete();
    change(&mut facts);
    assert_eq!(failed(&default_pack(), tier, stage, &facts), expected, "{tier} {stage}");
}

#[test]
fn a_complete_version_passes_everywhere() {
    for tier in ["LOW", "MEDIUM", "HIGH", "CRITICAL"] {
        check(tier, "STAGING", |_| {}, &[]);
        check(tier, "PRODUCTION", |_| {}, &[]);
    }
}

#[test]
fn known_bias_may_be_staged_and_not_served() {
    let biased = |facts: &mut Value| facts["evaluation"]["suites"]["bias"]["status"] = json!("FAILED");
    check("CRITICAL", "STAGING", biased, &[]);
    check("CRITICAL", "PRODUCTION", biased, &["POL-002/fairness-within-bounds"]);
    check("MEDIUM", "PRODUCTION", biased, &["bias-tests/fairness-within-bounds"]);
    check("LOW", "PRODUCTION", biased, &[]);
}

#[test]
fn claims_are_not_evidence_where_much_is_at_stake() {
    let computed =
        |facts: &mut Value| facts["evaluation"]["suites"]["bias"]["provenance"] = json!("COMPUTED");
    check("HIGH", "PRODUCTION", computed, &["measured-evidence/bias-measured"]);
    check("MEDIUM", "PRODUCTION", computed, &[]);
    let reported = |facts: &mut Value| facts["artifact"]["securityScan"]["provenance"] = json!("REPORTED");
    check("CRITICAL", "STAGING", reported, &[]);
    check("CRITICAL", "PRODUCTION", reported, &["measured-evidence/scan-measured"]);
    check("MEDIUM", "PRODUCTION", reported, &[]);
    let own = |facts: &mut Value| {
        for suite in ["performance", "bias"] {
            facts["evaluation"]["suites"][suite]["independent"] = json!(false);
        }
    };
    let expected =
        ["independent-validation/performance-independent", "independent-validation/bias-independent"];
    check("CRITICAL", "PRODUCTION", own, &expected);
}

#[test]
fn a_missing_evaluation_fails_every_rule_that_asks_for_it() {
    let none = |facts: &mut Value| drop(facts.as_object_mut().unwrap().remove("evaluation"));
    let expected = [
        "POL-001/evaluation-results",
        "bias-evaluated/bias-evaluated",
        "performance-thresholds/performance-within-bounds",
    ];
    check("CRITICAL", "STAGING", none, &expected);
    let expected = [
        "POL-001/evaluation-results",
        "POL-002/fairness-within-bounds",
        "POL-002/fairness-documented",
        "independent-validation/performance-independent",
        "independent-validation/bias-independent",
        "measured-evidence/performance-measured",
        "measured-evidence/bias-measured",
        "performance-thresholds/performance-within-bounds",
    ];
    check("CRITICAL", "PRODUCTION", none, &expected);
}

#[test]
fn stale_figures_do_not_count() {
    let stale = |facts: &mut Value| facts["evaluation"]["suites"]["bias"]["stale"] = json!(true);
    check("HIGH", "STAGING", stale, &["bias-evaluated/bias-recent"]);
    check("HIGH", "PRODUCTION", stale, &["POL-002/fairness-within-bounds"]);
}

#[test]
fn scans_are_for_files_and_severe_findings_are_no_pass() {
    let missing = |facts: &mut Value| facts["artifact"] = json!({"securityScan": {"status": "MISSING"}});
    check("MEDIUM", "STAGING", missing, &["security-scan-required/scan-passed"]);
    check("LOW", "STAGING", missing, &[]);
    let bought = |facts: &mut Value| {
        missing(facts);
        facts["version"]["kind"] = json!("VENDOR");
    };
    check("CRITICAL", "PRODUCTION", bought, &[]);
    let severe = |facts: &mut Value| facts["artifact"]["securityScan"]["findings"]["HIGH"] = json!(1);
    check("HIGH", "PRODUCTION", severe, &["security-scan-required/no-severe-findings"]);
}

#[test]
fn language_models_are_tested_for_injection_and_leakage() {
    for kind in ["LLM", "PROMPT", "AGENT"] {
        let speaks = |facts: &mut Value| facts["version"]["kind"] = json!(kind);
        let expected = ["POL-003/prompt-injection", "POL-003/data-leakage"];
        check("MEDIUM", "PRODUCTION", speaks, &expected);
        check("MEDIUM", "STAGING", speaks, &[]);
    }
}

#[test]
fn documents_and_the_attestation_are_asked_for_in_production() {
    let bare = |facts: &mut Value| {
        facts["documents"]["kinds"] = json!(["MODEL_CARD"]);
        facts["approvals"]["roles"] = json!([]);
    };
    check("CRITICAL", "STAGING", bare, &[]);
    check("MEDIUM", "PRODUCTION", bare, &["owner-attestation/attested"]);
    let expected = [
        "owner-attestation/attested",
        "production-documents/datasheet",
        "production-documents/deployment-guide",
        "production-documents/api-documentation",
    ];
    check("CRITICAL", "PRODUCTION", bare, &expected);
    let undocumented = |facts: &mut Value| facts["datasets"][0]["hasDatasheet"] = json!(false);
    check("LOW", "STAGING", undocumented, &["data-privacy/sensitive-data-documented"]);
    let public = |facts: &mut Value| {
        undocumented(facts);
        facts["datasets"][0]["classification"] = json!("PUBLIC");
    };
    check("LOW", "STAGING", public, &[]);
}

#[test]
fn who_answers_and_for_which_risks_is_known_before_production_where_much_is_at_stake() {
    let gap = |facts: &mut Value| facts["model"]["accountability"]["complete"] = json!(false);
    let none = |facts: &mut Value| facts["risk"]["assessment"] = json!({"status": "MISSING"});
    let overdue = |facts: &mut Value| facts["risk"]["assessment"]["reviewOverdue"] = json!(true);
    for tier in ["CRITICAL", "HIGH"] {
        check(tier, "PRODUCTION", gap, &["accountability-complete/roles-assigned"]);
        check(tier, "PRODUCTION", none, &["risk-assessment/risks-assessed"]);
        check(tier, "PRODUCTION", overdue, &["risk-assessment/risks-assessed"]);
        check(tier, "STAGING", gap, &[]);
        check(tier, "STAGING", none, &[]);
    }
    for tier in ["MEDIUM", "LOW"] {
        check(tier, "PRODUCTION", gap, &[]);
        check(tier, "PRODUCTION", none, &[]);
    }
    let advised = policy(&default_pack(), "accountability-advised").policy.clone();
    assert_eq!(advised.enforcement, Enforcement::Advisory);
    assert_eq!(advised.scope.tiers, Some(strings(&["MEDIUM", "LOW"])));
}
