//! The other packs that ship: each compiles together with what it takes over.

use assent_domain::pack::{QuorumMode, RetentionClass, extended as with_bases};

use super::*;

const SHIPPED: [&str; 5] =
    ["default", "model-governance-guide", "llmops", "ml-governance", "registry-workflows"];

pub(super) fn shipped(name: &str) -> Pack {
    let builtin: BTreeMap<String, Documents> =
        SHIPPED.iter().map(|name| ((*name).to_owned(), read(&format!("packs/{name}")))).collect();
    compiled(with_bases(read(&format!("packs/{name}")), &builtin).unwrap())
}

#[test]
fn all_compile_and_every_rule_says_what_to_do() {
    for name in SHIPPED {
        let pack = shipped(name);
        assert_eq!(pack.info().id, name);
        for rule in pack.policies().iter().flat_map(|compiled| &compiled.policy.rules) {
            assert!(rule.remediation.is_some(), "{name}: {} has no remediation", rule.id);
        }
    }
}

#[test]
fn two_packs_say_how_long_records_are_kept() {
    for name in SHIPPED {
        let pack = shipped(name);
        let kept =
            RetentionClass::ALL.map(|class| pack.retention_of(class).map(|rule| rule.keep.to_string()));
        let longest = pack.log_kept_for().map(|period| period.to_string());
        if ["default", "llmops"].contains(&name) {
            let expected = ["7y", "10y", "7y"].map(|period| Some(period.to_owned()));
            assert_eq!((kept, longest.as_deref()), (expected, Some("10y")), "{name}");
        } else {
            assert_eq!((kept, longest), ([None, None, None], None), "{name}");
        }
    }
}

#[test]
fn the_reviews_of_llmops_are_those_of_its_environments_and_the_score_adds_the_rest() {
    let pack = shipped("llmops");
    let reviews = |stage: &str, always: bool| -> Vec<String> {
        let steps = pack.workflow_to(stage, "HIGH").unwrap().steps.iter();
        let wanted = steps.filter(|step| step.when.is_none() == always);
        wanted
            .filter_map(|step| match &step.step.kind {
                StepKind::Review { roles, .. } => Some(roles.join(",")),
                StepKind::Automated {}
                | StepKind::Attestation { .. }
                | StepKind::Deployment { .. }
                | StepKind::Change {} => None,
            })
            .collect()
    };
    assert_eq!(reviews("DEVELOPMENT", true), ["tech_lead"]);
    assert_eq!(reviews("DEVELOPMENT", false), ["security_reviewer", "business_owner", "executive"]);
    assert_eq!(reviews("STAGING", true), ["tech_lead", "security_reviewer"]);
    assert_eq!(reviews("STAGING", false), ["business_owner", "executive"]);
    let production = ["tech_lead", "security_reviewer", "business_owner", "release_manager"];
    assert_eq!(reviews("PRODUCTION", true), production);
    assert_eq!(reviews("PRODUCTION", false), ["executive"]);
    assert_eq!(bounds(&pack), ["performance accuracy >= 0.8"]);
    assert!(pack.policies().iter().all(|compiled| compiled.policy.version == "llmops-1"));
}

#[test]
fn ml_governance_asks_two_in_two_roles_and_three_in_three_where_the_risk_is_high() {
    let pack = shipped("ml-governance");
    for (tier, expected, level) in [
        ("standard_risk", (2, 3, "improved('f1', 0.05)"), ComplianceLevel::Moderate),
        ("high_risk", (3, 4, "improved('f1', 0.10)"), ComplianceLevel::Strict),
    ] {
        let workflow = pack.workflow_to("PRODUCTION", tier).unwrap();
        let StepKind::Review { roles, mode, people, auto_approve, .. } =
            &workflow.step("approval").unwrap().step.kind
        else {
            panic!("no review");
        };
        assert_eq!((*mode, *people, roles.len()), (QuorumMode::AnyRoles, expected.0, expected.1), "{tier}");
        assert!(auto_approve.as_ref().unwrap().when.starts_with(expected.2), "{tier}");
        assert_eq!(pack.compliance_level(tier), level);
        assert_eq!(pack.tier(tier).unwrap().review_every, Some(Period::days(90)));
    }
}

#[test]
fn an_overdue_review_is_an_advisory_finding_and_its_tiers_have_a_period() {
    // The guide stands as it was published, and says it of the review as a whole.
    for name in SHIPPED.iter().copied().filter(|name| *name != "model-governance-guide") {
        let pack = shipped(name);
        let reads = |compiled: &&CompiledPolicy| {
            compiled.rules.iter().any(|rule| rule.rule.condition.contains("review.overdue"))
        };
        let found: Vec<&CompiledPolicy> = pack.policies().iter().filter(reads).collect();
        assert_eq!(found.len(), 1, "{name}");
        let policy = &found[0].policy;
        assert_eq!(policy.enforcement, Enforcement::Advisory, "{name}");
        assert_eq!(policy.scope.stages, Some(strings(&["PRODUCTION"])), "{name}");
        for tier in policy.scope.tiers.iter().flatten() {
            assert!(pack.tier(tier).unwrap().review_every.is_some(), "{name}: {tier}");
        }
    }
}
