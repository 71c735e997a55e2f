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
        [
            P::Read,
            P::ReadLog,
            P::ManagePrincipals,
            P::ManageGrants,
            P::EraseSubjects,
            P::ApplyPack,
            P::Comment
        ]
    );
    assert_eq!(
        permissions("deployer"),
        [P::Read, P::CompletePromotion, P::MoveVersion, P::RequestChange, P::Comment]
    );
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
