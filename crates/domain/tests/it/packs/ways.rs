use super::*;

/// The steps of a workflow: `id: what [<- the steps that it waits for]`.
fn steps(pack: &Pack, stage: &str, tier: &str) -> Vec<String> {
    let workflow = pack.workflow_to(stage, tier).unwrap_or_else(|| panic!("no way to {stage} for {tier}"));
    let line = |compiled: &assent_domain::pack::CompiledStep| {
        let after: Vec<&str> = compiled.after.iter().map(|i| workflow.steps[*i].step.id.as_str()).collect();
        let what = match &compiled.step.kind {
            StepKind::Automated {} => "automated".to_owned(),
            StepKind::Attestation { expires_after } => format!("attestation {}", expires_after.unwrap()),
            StepKind::Deployment { stage } => format!("deployment {stage}"),
            StepKind::Change {} => "change".to_owned(),
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
        high.push("change: change <- production".to_owned());
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
