//! What the pack `registry-workflows` says.

use assent_domain::pack::Duty;
use assent_domain::workflow::Decision;

use super::shipped::shipped;
use super::*;

const TIERS: [&str; 3] = ["LOW", "MEDIUM", "HIGH"];

fn pack() -> Pack {
    shipped("registry-workflows")
}

/// Who decides on the way, with the business days for it.
fn reviews(pack: &Pack, stage: &str, tier: &str) -> Vec<(String, u32)> {
    let way = pack.workflow_to(stage, tier).unwrap();
    let review = |kind: &StepKind| match kind {
        StepKind::Review { roles, sla_business_days, .. } => {
            Some((roles.join("+"), sla_business_days.unwrap()))
        }
        StepKind::Automated {}
        | StepKind::Attestation { .. }
        | StepKind::Deployment { .. }
        | StepKind::Change {} => None,
    };
    way.workflow.steps.iter().filter_map(|step| review(&step.kind)).collect()
}

#[test]
fn two_promotions_in_sequence_ask_by_tier() {
    let pack = pack();
    let named = |reviews: &[(&str, u32)]| -> Vec<(String, u32)> {
        reviews.iter().map(|(role, days)| ((*role).to_owned(), *days)).collect()
    };
    for (tier, staging, production) in [
        ("LOW", &[][..], &[][..]),
        ("MEDIUM", &[], &[("mrc", 1)]),
        ("HIGH", &[("mrc", 3), ("security_architect", 2)], &[("mrc", 1), ("sre", 1)]),
    ] {
        assert_eq!(reviews(&pack, "STAGING", tier), named(staging), "{tier}");
        assert_eq!(reviews(&pack, "PRODUCTION", tier), named(production), "{tier}");
        let from = |stage: &str| pack.workflow_to(stage, tier).unwrap().workflow.from.clone();
        assert_eq!((from("STAGING"), from("PRODUCTION")), (strings(&["DEVELOPMENT"]), strings(&["STAGING"])));
    }
}

#[test]
fn a_no_asks_for_changes_before_staging_and_sends_back_to_it_afterwards() {
    let pack = pack();
    for (stage, no) in [("STAGING", Decision::ChangesRequested), ("PRODUCTION", Decision::Rejected)] {
        for tier in TIERS {
            let way = &pack.workflow_to(stage, tier).unwrap().workflow;
            let mut people = 0;
            for step in &way.steps {
                let StepKind::Review { decisions, .. } = &step.kind else { continue };
                assert_eq!(*decisions, [Decision::Approved, Decision::Conditional, no], "{stage} {tier}");
                people += 1;
            }
            let back = way.on_rejected.as_ref().map(|after| after.return_to.as_str());
            let expected = (no == Decision::Rejected && people > 0).then_some("STAGING");
            assert_eq!(back, expected, "{stage} {tier}");
        }
    }
}

#[test]
fn a_change_is_a_step_for_high_and_a_policy_for_medium() {
    let pack = pack();
    for tier in TIERS {
        let way = pack.workflow_to("PRODUCTION", tier).unwrap();
        let changes = way.steps.iter().filter(|step| step.step.kind == StepKind::Change {});
        let after =
            changes.map(|step| step.after.iter().map(|i| way.steps[*i].step.id.as_str()).collect::<Vec<_>>());
        let expected = if tier == "HIGH" { vec![vec!["authorisation"]] } else { Vec::new() };
        assert_eq!(after.collect::<Vec<_>>(), expected, "{tier}");
    }
    assert_eq!(policy(&pack, "change-management").policy.scope.tiers, Some(strings(&["MEDIUM"])));
}

#[test]
fn duties_are_those_of_its_own_roles() {
    let pack = pack();
    let signs = |duty: Duty<'_>| pack.duty(duty).unwrap().to_vec();
    assert_eq!(signs(Duty::ExceptionApprovers("LOW")), ["mrc"]);
    assert_eq!(signs(Duty::ExceptionApprovers("MEDIUM")), ["mrc", "security_architect"]);
    assert_eq!(signs(Duty::ExceptionApprovers("HIGH")), ["mrc", "security_architect", "executive"]);
    let roles: Vec<&str> = pack
        .documents()
        .iter()
        .map(assent_domain::pack::Document::key)
        .filter(|key| key.0 == "Role")
        .map(|key| key.1)
        .collect();
    assert_eq!(roles.len(), 7, "{roles:?}");
    assert!(pack.role("compliance_officer").is_none(), "the roles of the default pack are not taken over");
}

#[test]
fn every_policy_is_of_the_registry_and_every_category_has_some() {
    let pack = pack();
    let mut categories = BTreeMap::new();
    for compiled in pack.policies() {
        let policy = &compiled.policy;
        assert!(policy.version.starts_with("registry-"), "{}", policy.id);
        assert!(policy.owner.as_ref().is_some_and(|owner| pack.role(owner).is_some()), "{}", policy.id);
        assert!(policy.rules.iter().all(|rule| rule.remediation.is_some()), "{}", policy.id);
        *categories.entry(format!("{:?}", policy.category)).or_insert(0) += 1;
    }
    let counts: Vec<(&str, i32)> = categories.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(counts, [("Compliance", 4), ("Operational", 5), ("Quality", 5), ("Security", 2)]);
    let scan = &policy(&pack, "security-scan-required").policy;
    let exceptions = scan.exceptions.as_ref().unwrap();
    assert_eq!((scan.severity, exceptions.max_duration), (Severity::High, Some(Period::days(7))));
    assert!(exceptions.allow_exceptions && exceptions.require_approval);
    assert_eq!(scan.rules[0].condition, "artifact.securityScan.status == 'PASSED'");
    assert_eq!(scan.rules[0].message, "Security scan must pass before deployment");
    assert_eq!(
        (&scan.scope.tiers, &scan.scope.stages),
        (&Some(strings(&["MEDIUM", "HIGH"])), &Some(strings(&["STAGING", "PRODUCTION"])))
    );
}

#[test]
fn the_highest_answer_decides() {
    let (pack, answer) =
        (pack(), |id: &str, answer: &str| BTreeMap::from([(id.to_owned(), answer.to_owned())]));
    let tier =
        |answers: &BTreeMap<String, String>| pack.answered(answers).unwrap().map(|(tier, _)| tier.id.clone());
    let factors = [
        ("business-impact", ["minimal", "moderate", "critical"]),
        ("customer-exposure", ["internal", "customer-facing", "direct-impact"]),
        ("financial-impact", ["under-10k", "10k-to-100k", "over-100k"]),
        ("regulatory-scope", ["none", "some", "heavy"]),
        ("data-sensitivity", ["public", "internal", "sensitive"]),
        ("automation", ["human-oversight", "semi-automated", "fully-automated"]),
    ];
    for (criterion, answers) in factors {
        for (given, expected) in answers.iter().zip(TIERS) {
            assert_eq!(tier(&answer(criterion, given)).as_deref(), Some(expected), "{criterion}: {given}");
            let mut all: BTreeMap<String, String> =
                factors.iter().map(|(id, answers)| ((*id).to_owned(), answers[0].to_owned())).collect();
            all.extend(answer(criterion, given));
            assert_eq!(tier(&all).as_deref(), Some(expected), "{criterion}: {given} among low ones");
        }
    }
    assert_eq!(tier(&BTreeMap::new()), None);
    assert!(pack.classify("medical credit", &[], &BTreeMap::new()).unwrap().is_none(), "no word decides");
}
