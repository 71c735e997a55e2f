//! The packs that ship, and the published schemas: they compile, say what they are meant to say, and every kind of mistake
//! is reported with its place.
#![cfg(test)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assent_domain::Code;
use assent_domain::RiskLevel;
use assent_domain::facts;
use assent_domain::identity::Permission;
use assent_domain::pack::{
    CompiledPolicy, ComplianceLevel, Enforcement, Pack, Period, Problem, Severity, StepKind, json_schemas,
};
use serde_json::{Value, json};

type Documents = Vec<(String, Value)>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The documents of a folder, each with its file, relative to the folder.
fn read(folder: &str) -> Documents {
    let base = root().join(folder);
    let mut documents = Vec::new();
    let mut folders = vec![base.clone()];
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let file = path.strip_prefix(&base).unwrap().display().to_string();
            let text = std::fs::read_to_string(&path).unwrap();
            let values: Vec<Value> =
                serde_saphyr::from_multiple(&text).unwrap_or_else(|e| panic!("{file}: {e}"));
            documents.extend(values.into_iter().map(|value| (file.clone(), value)));
        }
    }
    documents
}

/// `base` with the documents of `over` in the place of those of the same kind and id; there is one of the kind Pack.
fn extended(base: Documents, over: Documents) -> Documents {
    let key = |value: &Value| match value["kind"].as_str() {
        Some("Pack") => ("Pack".to_owned(), String::new()),
        kind => (kind.unwrap_or_default().to_owned(), value["id"].as_str().unwrap_or_default().to_owned()),
    };
    let kept = |document: &(String, Value)| !over.iter().any(|(_, value)| key(value) == key(&document.1));
    let mut documents: Documents = base.into_iter().filter(kept).collect();
    documents.extend(over);
    documents
}

fn default_documents() -> Documents {
    read("packs/default")
}

fn compiled(documents: Documents) -> Pack {
    Pack::compile(documents).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn default_pack() -> Pack {
    compiled(default_documents())
}

fn compas_pack() -> Pack {
    compiled(extended(default_documents(), read("examples/compas/pack")))
}

fn policy<'a>(pack: &'a Pack, id: &str) -> &'a CompiledPolicy {
    pack.policies()
        .iter()
        .find(|compiled| compiled.policy.id == id)
        .unwrap_or_else(|| panic!("no policy {id}"))
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// `metric operator bound` of every threshold, with the suite.
fn bounds(pack: &Pack) -> Vec<String> {
    let set = pack.thresholds().unwrap();
    let line = |t: &assent_domain::pack::Threshold| {
        format!("{} {} {} {}", t.suite, t.metric, t.operator.symbol(), t.bound)
    };
    set.thresholds.iter().map(line).collect()
}

mod content {
    use super::*;

    #[test]
    fn the_default_pack_has_twelve_roles_that_know_where_to_turn() {
        let pack = default_pack();
        let roles = [
            ("model_owner", &["business_owner", "risk_manager"][..]),
            ("data_steward", &["compliance_officer", "model_owner"]),
            ("ethics_reviewer", &["risk_manager", "compliance_officer"]),
            ("security_reviewer", &["risk_manager", "compliance_officer"]),
            ("business_owner", &["risk_manager", "executive"]),
            ("compliance_officer", &["risk_manager", "executive"]),
            ("risk_manager", &["compliance_officer", "business_owner"]),
            ("deployer", &["model_owner", "risk_manager"]),
            ("tech_lead", &["model_owner", "risk_manager"]),
            ("executive", &[]),
            ("auditor", &[]),
            ("admin", &[]),
        ];
        for (id, escalation) in roles {
            let role = pack.role(id).unwrap_or_else(|| panic!("no role {id}"));
            assert_eq!(role.escalation, escalation, "{id}");
            assert!(!role.responsibilities.is_empty() && !role.authority.is_empty(), "{id}");
        }
        let count = pack.documents().iter().filter(|document| document.key().0 == "Role").count();
        assert_eq!(count, roles.len());
    }

    #[test]
    fn every_permission_is_held_and_duties_are_separate() {
        use Permission as P;
        let pack = default_pack();
        for permission in P::ALL {
            assert!(!pack.roles_with(*permission).is_empty(), "nobody holds {permission:?}");
        }
        let permissions = |role: &str| pack.role(role).unwrap().permissions.clone();
        assert_eq!(permissions("auditor"), [P::Read, P::ReadLog]);
        assert_eq!(
            permissions("admin"),
            [P::Read, P::ReadLog, P::ManagePrincipals, P::ManageGrants, P::EraseSubjects, P::ApplyPack]
        );
        assert_eq!(permissions("deployer"), [P::Read, P::CompletePromotion, P::MoveVersion]);
        assert_eq!(pack.roles_with(P::RegisterDataset), ["data_steward"]);
        assert_eq!(pack.roles_with(P::ManageGrants), ["admin"]);
        assert_eq!(pack.roles_with(P::EraseSubjects), ["admin"]);
        assert_eq!(pack.roles_with(P::RequestPromotion), ["model_owner"]);
        let reviewers = pack.roles_with(P::Review);
        assert!(!reviewers.contains(&"model_owner") && !reviewers.contains(&"admin"), "{reviewers:?}");
        assert!(!reviewers.contains(&"data_steward") && !reviewers.contains(&"auditor"), "{reviewers:?}");
        for role in reviewers {
            let held = permissions(role);
            let wields = [P::RequestPromotion, P::CompletePromotion, P::ManageGrants, P::ApplyPack];
            assert!(!wields.iter().any(|permission| held.contains(permission)), "{role}: {held:?}");
        }
    }

    #[test]
    fn tiers_and_stages_are_those_of_the_words() {
        let pack = default_pack();
        let tiers = [
            ("CRITICAL", 4, RiskLevel::Critical, Some(90)),
            ("HIGH", 3, RiskLevel::High, Some(180)),
            ("MEDIUM", 2, RiskLevel::Medium, Some(365)),
            ("LOW", 1, RiskLevel::Low, None),
        ];
        for (id, rank, risk_level, days) in tiers {
            let tier = pack.tier(id).unwrap();
            let review = days.map(Period::days);
            assert_eq!((tier.rank, tier.risk_level, tier.review_every), (rank, risk_level, review), "{id}");
            assert_eq!(tier.open_up_to, None, "{id}");
        }
        assert_eq!(pack.first_stage().id, "DEVELOPMENT");
        assert_eq!(pack.stage("PRODUCTION").unwrap().superseded_to.as_deref(), Some("ARCHIVED"));
        assert!(pack.stage("ARCHIVED").unwrap().retired && !pack.stage("PRODUCTION").unwrap().retired);
    }

    #[test]
    fn settings_and_thresholds_are_the_defaults() {
        let pack = default_pack();
        let settings = pack.settings();
        assert_eq!((settings.threshold_set.as_str(), settings.primary_metric.as_str()), ("default", "f1"));
        assert_eq!(settings.compliance_level, ComplianceLevel::Moderate);
        assert_eq!((settings.calendar.utc_offset_hours, &settings.calendar.weekend[..]), (0, &[6, 7][..]));
        assert_eq!(settings.promotions_expire_after, Some(Period::days(90)));
        assert_eq!(pack.thresholds().unwrap().min_group_size, 0);
        for suite in ["performance", "bias"] {
            assert_eq!(pack.suite(suite).unwrap().max_age, Some(Period::days(90)), "{suite}");
        }
        let expected = [
            "performance accuracy >= 0.85",
            "performance precision >= 0.8",
            "performance recall >= 0.8",
            "performance f1 >= 0.8",
            "bias demographicParityDifference <= 0.1",
            "bias equalizedOddsDifference <= 0.1",
            "bias disparateImpact >= 0.8",
        ];
        assert_eq!(bounds(&pack), expected);
    }

    #[test]
    fn the_compas_pack_changes_the_thresholds_alone() {
        let (default, compas) = (default_pack(), compas_pack());
        let changes: Vec<String> = assent_domain::pack::diff(Some(&default), &compas)
            .iter()
            .map(|change| format!("{} {} {}", change.kind, change.id, change.change))
            .collect();
        let expected = [
            "Pack compas-demo ADDED",
            "Pack default REMOVED",
            "Settings settings CHANGED",
            "ThresholdSet compas-demo ADDED",
        ];
        assert_eq!(changes, expected);
        let set = compas.thresholds().unwrap();
        assert_eq!((set.id.as_str(), set.min_group_size), ("compas-demo", 500));
        let expected = [
            "performance accuracy > 0.5522",
            "performance precision > 0.4478",
            "bias race.equalizedOddsDifference <= 0.1",
        ];
        assert_eq!(bounds(&compas), expected);
        assert!(set.rationale.as_ref().unwrap().contains("is bound, at the default of 0.1"));
    }
}

mod tiers {
    use super::*;

    fn check(purpose: &str, use_cases: &[&str], expected: (&str, &str)) {
        let pack = default_pack();
        let use_cases: Vec<String> = use_cases.iter().map(|case| (*case).to_owned()).collect();
        let hit = pack.classify(purpose, &use_cases, &BTreeMap::new()).unwrap().unwrap();
        assert_eq!((hit.tier.id.as_str(), hit.rule), expected, "{purpose} {use_cases:?}");
    }

    #[test]
    fn words_of_consequential_domains_are_critical() {
        let critical = ("CRITICAL", "consequential-domain");
        check("Criminal-justice risk score", &[], critical);
        check("Decides on a CREDIT line", &[], critical);
        check("Ranking", &["Sorts applications for hiring"], critical);
        check("Health care triage", &[], critical);
        check("Safety-critical braking", &[], critical);
        check("Support for customers of an insurer", &[], critical);
        check("An experimental medical prototype", &[], critical);
    }

    #[test]
    fn words_of_outside_reach_are_high() {
        let high = ("HIGH", "outside-reach");
        check("Customer support", &[], high);
        check("Automated support", &["Answers customers"], high);
        check("User-facing search prototype", &[], high);
        check("Plans production", &[], high);
    }

    #[test]
    fn the_rest_is_standard_and_experiments_are_low() {
        check("Experimental prototype", &[], ("LOW", "experiment"));
        check("Sorts mail", &["Of the office"], ("MEDIUM", "standard"));
    }

    #[test]
    fn a_word_inside_a_word_is_no_hit() {
        check("Finds accredited laboratories", &[], ("MEDIUM", "standard"));
        check("Finds illegally parked bicycles", &[], ("MEDIUM", "standard"));
        check("Customised layouts", &[], ("MEDIUM", "standard"));
    }

    #[test]
    fn words_on_both_sides_of_a_line_end_make_no_hit() {
        check("Health", &["Care of plants"], ("MEDIUM", "standard"));
    }

    /// A word must not be hidden by what stands around it: a description that costs more than a rule may spend is refused.
    #[test]
    fn a_description_too_long_to_search_is_refused() {
        let pack = default_pack();
        let tier_of = |filler: &str, count: usize| {
            let mut use_cases: Vec<String> = (0..count).map(|_| filler.repeat(1990)).collect();
            use_cases.push("scores criminals".to_owned());
            let hit = pack.classify("sorts mail", &use_cases, &BTreeMap::new());
            hit.map(|hit| hit.unwrap().rule.to_owned()).map_err(|refusal| refusal.code)
        };
        // Letters of four bytes cost the most.
        for filler in ["a", "\u{1d4b3}"] {
            assert_eq!(tier_of(filler, 5), Ok("consequential-domain".to_owned()), "{filler}");
            assert_eq!(tier_of(filler, 199), Err(Code::TierUndetermined), "{filler}");
        }
    }
}

mod ways {
    use super::*;

    /// The steps of a workflow: `id: what [<- the steps that it waits for]`.
    fn steps(pack: &Pack, stage: &str, tier: &str) -> Vec<String> {
        let workflow =
            pack.workflow_to(stage, tier).unwrap_or_else(|| panic!("no way to {stage} for {tier}"));
        let line = |compiled: &assent_domain::pack::CompiledStep| {
            let after: Vec<&str> =
                compiled.after.iter().map(|i| workflow.steps[*i].step.id.as_str()).collect();
            let what = match &compiled.step.kind {
                StepKind::Automated {} => "automated".to_owned(),
                StepKind::Attestation { expires_after } => format!("attestation {}", expires_after.unwrap()),
                StepKind::Deployment { stage } => format!("deployment {stage}"),
                StepKind::Review { roles, people, sla_business_days, expires_after, .. } => format!(
                    "{} x{people} in {} for {}",
                    roles.join(","),
                    sla_business_days.unwrap(),
                    expires_after.unwrap()
                ),
            };
            format!("{}: {what} <- {}", compiled.step.id, after.join(","))
        };
        workflow.steps.iter().map(line).collect()
    }

    #[test]
    fn staging_asks_a_technical_reviewer_above_low() {
        let pack = default_pack();
        assert_eq!(steps(&pack, "STAGING", "LOW"), ["automated: automated <- "]);
        for tier in ["MEDIUM", "HIGH", "CRITICAL"] {
            let expected = ["automated: automated <- ", "technical: tech_lead x1 in 2 for 90d <- automated"];
            assert_eq!(steps(&pack, "STAGING", tier), expected, "{tier}");
        }
    }

    #[test]
    fn production_asks_by_tier() {
        let pack = default_pack();
        assert_eq!(steps(&pack, "PRODUCTION", "LOW"), ["automated: automated <- "]);
        let medium = [
            "automated: automated <- ",
            "attestation: attestation 90d <- automated",
            "compliance: compliance_officer x1 in 3 for 90d <- automated",
            "security: security_reviewer x1 in 2 for 90d <- automated",
        ];
        assert_eq!(steps(&pack, "PRODUCTION", "MEDIUM"), medium);
        for tier in ["HIGH", "CRITICAL"] {
            let mut high = medium.map(str::to_owned).to_vec();
            high.push("ethics: ethics_reviewer x1 in 3 for 90d <- automated".to_owned());
            high.push("business: business_owner x1 in 3 for 90d <- automated".to_owned());
            let before = "attestation,compliance,security,ethics,business";
            high.push(format!("production: risk_manager x1 in 1 for 90d <- {before}"));
            assert_eq!(steps(&pack, "PRODUCTION", tier), high, "{tier}");
        }
    }

    #[test]
    fn the_ways_start_one_stage_below_and_never_from_the_archive() {
        let pack = default_pack();
        for tier in ["LOW", "MEDIUM", "HIGH", "CRITICAL"] {
            let from = |stage: &str| pack.workflow_to(stage, tier).unwrap().workflow.from.clone();
            assert_eq!(
                (from("STAGING"), from("PRODUCTION")),
                (vec!["DEVELOPMENT".into()], vec!["STAGING".into()])
            );
            assert!(pack.workflow_to("ARCHIVED", tier).is_none());
        }
    }

    #[test]
    fn every_role_that_a_policy_requires_can_approve_on_the_way() {
        let pack = default_pack();
        for compiled in pack.policies() {
            let scope = &compiled.policy.scope;
            for (stage, tier) in scope
                .stages
                .iter()
                .flatten()
                .flat_map(|stage| scope.tiers.iter().flatten().map(move |tier| (stage, tier)))
            {
                let steps = &pack.workflow_to(stage, tier).unwrap().workflow.steps;
                for required in &compiled.policy.required_roles {
                    let decides = |step: &assent_domain::pack::Step| matches!(&step.kind, StepKind::Review { roles, .. } if roles.contains(required));
                    assert!(steps.iter().any(decides), "{} {stage} {tier}: {required}", compiled.policy.id);
                }
            }
        }
    }
}

mod policies {
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
            "evaluatedBy": "steward", "ageDays": 3, "failed": [],
            "thresholds": [{"metric": "m", "operator": "<=", "bound": 0.1, "value": 0.05, "passed": true}],
        });
        json!({
            "model": {"tier": "CRITICAL", "owner": "owner"},
            "version": {"kind": "CLASSICAL", "stage": "STAGING", "createdBy": "builder"},
            "artifact": {"securityScan": {"status": "PASSED", "findings": {"LOW": 2, "CRITICAL": 0}, "ageDays": 1}},
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
        let own = |facts: &mut Value| facts["version"]["createdBy"] = json!("steward");
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
}

mod mistakes {
    use super::*;

    /// The problems of the default pack with these documents, in a file `new.yaml`, in the place of its own.
    fn problems(new: &[Value]) -> Vec<Problem> {
        let new = new.iter().map(|value| ("new.yaml".to_owned(), value.clone())).collect();
        Pack::compile(extended(default_documents(), new)).expect_err("the pack has a mistake")
    }

    /// Exactly one problem, in `new.yaml`: its document, place, and what its message holds.
    fn check(new: &Value, place: &str, message: &str) -> Problem {
        let mut problems = problems(std::slice::from_ref(new));
        assert_eq!(problems.len(), 1, "{problems:#?}");
        let problem = problems.remove(0);
        assert_eq!(problem.file, "new.yaml");
        let document = format!("{} {}", new["kind"].as_str().unwrap(), new["id"].as_str().unwrap());
        assert_eq!(problem.document, document);
        assert_eq!(problem.place, place);
        assert!(problem.message.contains(message), "{}", problem.message);
        problem
    }

    fn with_condition(condition: &str) -> Value {
        json!({
            "kind": "Policy", "id": "p", "name": "p", "version": "1", "category": "QUALITY", "severity": "LOW",
            "enforcement": "BLOCKING", "rules": [{"id": "r", "condition": condition, "message": "m"}],
        })
    }

    fn with_steps(steps: &Value) -> Value {
        json!({
            "kind": "Workflow", "id": "w", "title": "w", "target": "DEVELOPMENT", "from": ["STAGING"], "steps": steps,
        })
    }

    #[test]
    fn an_unknown_role_in_a_workflow() {
        let steps =
            json!([{"id": "a", "type": "automated"}, {"id": "b", "type": "review", "roles": ["wizard"]}]);
        check(&with_steps(&steps), "steps/1/roles", "the pack has no role `wizard`");
    }

    #[test]
    fn a_reviewer_who_may_not_review() {
        let steps =
            json!([{"id": "a", "type": "automated"}, {"id": "b", "type": "review", "roles": ["admin"]}]);
        check(&with_steps(&steps), "steps/1/roles", "the role `admin` lacks the permission `REVIEW`");
    }

    #[test]
    fn a_step_that_waits_for_a_later_one_or_for_itself() {
        for after in ["b", "a"] {
            let steps = json!([{"id": "a", "type": "automated", "after": [after]}, {"id": "b", "type": "attestation"}]);
            let message = format!("`{after}` is no step written before `a`");
            check(&with_steps(&steps), "steps/0/after", &message);
        }
    }

    #[test]
    fn a_workflow_that_looks_at_no_policy() {
        check(
            &with_steps(&json!([{"id": "a", "type": "attestation"}])),
            "steps",
            "needs an `automated` step",
        );
    }

    #[test]
    fn an_unknown_fact_with_what_was_meant() {
        let problem = check(
            &with_condition("true &&\n  artifact.securityScann.status == 'PASSED'"),
            "rules/0/condition",
            "securityScann",
        );
        assert_eq!((problem.line, problem.column), (Some(2), Some(12)));
        assert!(problem.hint.as_ref().is_some_and(|hint| hint.contains("securityScan")), "{problem:#?}");
    }

    #[test]
    fn a_syntax_error_with_line_and_column() {
        let problem = check(&with_condition("model.tier ==\n == 'LOW'"), "rules/0/condition", "");
        assert_eq!((problem.line, problem.column), (Some(2), Some(2)));
    }

    #[test]
    fn a_condition_that_is_no_bool() {
        let problem = check(&with_condition("model.tier"), "rules/0/condition", "bool");
        assert_eq!((problem.line, problem.column), (Some(1), Some(1)));
    }

    #[test]
    fn an_unknown_tier_and_an_unknown_stage_in_a_scope() {
        let mut policy = with_condition("true");
        policy["scope"] = json!({"tiers": ["HUGE"]});
        check(&policy, "scope/tiers", "the pack has no tier `HUGE`");
        policy["scope"] = json!({"stages": ["ORBIT"]});
        check(&policy, "scope/stages", "the pack has no stage `ORBIT`");
    }

    #[test]
    fn an_unknown_field_at_every_depth() {
        let mut policy = with_condition("true");
        policy["colour"] = json!("red");
        check(&policy, "", "unknown field `colour`");
        let mut policy = with_condition("true");
        policy["rules"][0]["colour"] = json!("red");
        check(&policy, "", "unknown field `colour`");
        let steps = json!([{"id": "a", "type": "automated", "colour": "red"}]);
        check(&with_steps(&steps), "", "unknown field `colour`");
        check(&json!({"kind": "Tear", "id": "x"}), "", "unknown variant `Tear`");
    }

    #[test]
    fn the_same_kind_and_id_twice() {
        let mut documents = default_documents();
        documents.push(("new.yaml".to_owned(), json!({"kind": "Suite", "id": "bias", "title": "again"})));
        let problems = Pack::compile(documents).expect_err("there are two");
        assert_eq!(problems.len(), 1, "{problems:#?}");
        let Problem { file, document, place, message, .. } = &problems[0];
        assert_eq!((file.as_str(), document.as_str(), place.as_str()), ("new.yaml", "Suite bias", "id"));
        assert_eq!(message, "the same kind and id stand in `suites.yaml` too");
    }

    #[test]
    fn two_documents_of_the_kind_settings() {
        let settings = json!({
            "kind": "Settings", "id": "other", "thresholdSet": "default", "primaryMetric": "f1",
            "complianceLevel": "BASIC",
        });
        let problems = problems(&[settings]);
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert_eq!(problems[0].document, "Settings");
        assert_eq!(problems[0].message, "a pack has one document of the kind `Settings`, not 2");
    }

    #[test]
    fn all_mistakes_are_reported_at_once() {
        let set = json!({
            "kind": "ThresholdSet", "id": "s", "title": "s",
            "thresholds": [{"suite": "speed", "metric": "m", "operator": "<", "bound": 1, "tiers": ["HUGE"]}],
        });
        let problems = problems(&[set, with_condition("nothing.here")]);
        let places: Vec<&str> = problems.iter().map(|problem| problem.place.as_str()).collect();
        assert_eq!(
            places,
            ["thresholds/0/suite", "thresholds/0/tiers", "rules/0/condition"],
            "{problems:#?}"
        );
    }
}

mod reference {
    use super::*;

    #[test]
    fn the_examples_of_the_reference_make_a_pack() {
        let text = std::fs::read_to_string(root().join("docs/reference/packs.md")).unwrap();
        let blocks = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        let examples: Documents =
            blocks.map(|block| ("packs.md".to_owned(), serde_saphyr::from_str(block).unwrap())).collect();
        let mut kinds: Vec<&str> =
            examples.iter().map(|(_, value)| value["kind"].as_str().unwrap()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, json_schemas().into_keys().collect::<Vec<_>>(), "one example of each kind");
        let pack = compiled(extended(default_documents(), examples));
        assert_eq!(pack.info().id, "our-house");
        assert_eq!(pack.thresholds().unwrap().id, "recruiting");
        let tags = BTreeMap::from([("area".to_owned(), "hr".to_owned())]);
        assert_eq!(pack.classify("sorts mail", &[], &tags).unwrap().unwrap().rule, "employment");
    }

    #[test]
    fn the_reference_names_every_policy_of_the_default_pack() {
        let text = std::fs::read_to_string(root().join("docs/reference/packs.md")).unwrap();
        for compiled in default_pack().policies() {
            let policy = &compiled.policy;
            let row = text.lines().find(|line| line.starts_with(&format!("| `{}`", policy.id)));
            let row = row.unwrap_or_else(|| panic!("packs.md has no row for {}", policy.id));
            let tiers = policy.scope.tiers.as_ref().map_or("all".to_owned(), |tiers| tiers.join(", "));
            let stages = policy.scope.stages.as_ref().unwrap();
            let stages = if stages.len() == 2 { "both" } else { stages[0].as_str() };
            assert!(row.contains(&format!("| {tiers} | {stages} |")), "{row}");
            assert_eq!(row.contains("(advisory)"), policy.enforcement == Enforcement::Advisory, "{row}");
        }
    }
}

mod schemas {
    use super::*;

    /// Compares with the published file; `ASSENT_BLESS=1` rewrites it.
    fn published(name: &str, schema: &Value) {
        let path = root().join("docs/reference/schemas").join(format!("{name}.json"));
        let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
        if std::env::var_os("ASSENT_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let held = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            held, text,
            "docs/reference/schemas/{name}.json is out of date: run again with ASSENT_BLESS=1"
        );
    }

    #[test]
    fn the_published_schemas_are_those_of_the_code() {
        for (kind, schema) in json_schemas() {
            published(kind, &schema);
        }
        published("Facts", &facts::json_schema());
    }

    #[test]
    fn every_kind_has_a_schema_that_closes_its_fields() {
        let schemas = json_schemas();
        let mut kinds: Vec<&str> =
            default_pack().documents().iter().map(|document| document.key().0).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(schemas.keys().copied().collect::<Vec<_>>(), kinds);
        for (kind, schema) in &schemas {
            assert_eq!(schema["properties"]["kind"]["const"], *kind);
            assert_eq!(schema["additionalProperties"], false, "{kind}");
            assert!(schema["required"].as_array().unwrap().contains(&json!("id")), "{kind}");
        }
    }
}
