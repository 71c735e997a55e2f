//! Policies that come from other registries.

use std::fs;

use serde_json::{Value, json};

use crate::remote::{begin, person};
use crate::support::{assent, run};

/// The policy of a registry, as its guide shows it.
fn scan() -> Value {
    json!({
        "policyId": "security-scan-required",
        "name": "Vulnerability scan",
        "description": "What is deployed was scanned",
        "severity": "HIGH",
        "scope": {"riskTiers": ["MEDIUM", "HIGH"], "environments": ["staging", "production"]},
        "rules": [{"condition": "artifact.securityScan.status == 'PASSED'",
                   "message": "Security scan must pass before deployment"}],
        "exceptions": {"allowExceptions": true, "requireApproval": true, "maxDuration": "7d"},
    })
}

#[test]
fn an_imported_policy_is_applied_and_opens_and_shuts_the_gate() {
    let (folder, _, _server, admin) = begin();
    let pack = folder.path().join("pack");
    fs::create_dir_all(&pack).unwrap();
    fs::write(pack.join("pack.yaml"), "kind: Pack\nid: mine\ntitle: Mine\nextends: default\n").unwrap();
    let file = folder.path().join("scan.json");
    fs::write(&file, scan().to_string()).unwrap();
    let imported = run(assent().args(["policy", "import"]).arg(&file));
    assert_eq!(imported.code, 0, "{imported:?}");
    assert!(imported.stdout.starts_with("kind: Policy\nid: security-scan-required\n"), "{}", imported.stdout);
    fs::write(pack.join("scan.yaml"), &imported.stdout).unwrap();
    let applied = admin.json(&["apply", "-f", pack.to_str().unwrap()]);
    let changes = applied["object"]["changes"].as_array().unwrap();
    assert!(changes.iter().any(|it| it["id"] == "security-scan-required" && it["change"] == "CHANGED"));

    let owner = person(&admin, "Olga", &["model_owner"]);
    owner.json(&["model", "register", "spam", "--purpose", "sorts internal mail"]);
    owner.json(&["version", "register", "spam", "--artifact", file.to_str().unwrap()]);
    let finding = |status: &str| {
        let gate = owner.run(&["gate", "spam:1", "--to", "STAGING", "--output", "json"]).json();
        let findings = gate["findings"].as_array().unwrap();
        let finding = findings.iter().find(|it| it["policy"] == "security-scan-required").unwrap();
        assert_eq!((&finding["rule"], &finding["status"]), (&json!("rule-1"), &json!(status)));
        let message = "Security scan must pass before deployment";
        assert_eq!(finding["message"], message);
        let named = |it: &Value| it["message"].as_str().unwrap().contains(message);
        gate["reasons"].as_array().unwrap().iter().any(named)
    };
    assert!(finding("FAILED"), "nothing was scanned");
    let record = |status| {
        owner.json(&[
            "version",
            "scan",
            "spam:1",
            "--tool",
            "scanner",
            "--tool-version",
            "1",
            "--status",
            status,
        ]);
    };
    record("FAILED");
    assert!(finding("FAILED"));
    record("PASSED");
    assert!(!finding("PASSED"));
}

#[test]
fn what_a_policy_cannot_say_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.json");
    let import = |policy: &Value, more: &[&str]| {
        fs::write(&file, policy.to_string()).unwrap();
        run(assent().args(["policy", "import"]).arg(&file).args(more))
    };
    let mut owned = scan();
    owned["owner"] = json!("somebody");
    let refused = import(&owned, &[]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("unknown field `owner`"), "{}", refused.stderr);
    let mut wrong = scan();
    wrong["rules"][0]["condition"] = json!("artifact.securityScam.status == 'PASSED'");
    let refused = import(&wrong, &[]);
    assert!(refused.stderr.contains("at `/rules/0/condition`: "), "{}", refused.stderr);
    assert!(refused.stderr.contains("securityScan"), "it says what was meant: {}", refused.stderr);
    assert_eq!(import(&scan(), &["--category", "beauty"]).code, 2);
    let quality = import(&scan(), &["--category", "quality", "--output", "json"]);
    assert_eq!(quality.json()["category"], "QUALITY");
}

/// Each file takes the place of the one before, whatever both say of the same policy.
#[test]
fn a_governance_configuration_is_applied_over_another() {
    let (folder, _, server, admin) = begin();
    let basic = "governance: {compliance_level: basic, required_approvers: 1, approval_roles: [product_owner]}\n\
        compliance:\n  documentation: {data_sheet_required: false, limitations_disclosure: false}\n  \
        regulations: {ccpa_compliance: false}\n";
    let strict = "governance: {compliance_level: strict, required_approvers: 3, \
        approval_roles: [ml_engineer, data_scientist, security_officer]}\n\
        compliance:\n  documentation: {limitations_disclosure: false}\n  \
        audit: {change_approval_required: true}\n";
    for (text, level) in [(basic, "BASIC"), (strict, "STRICT"), (basic, "BASIC")] {
        let file = folder.path().join("governance_config.yaml");
        fs::write(&file, text).unwrap();
        let imported = run(assent().args(["pack", "import"]).arg(&file));
        assert_eq!(imported.code, 0, "{imported:?}");
        let pack = folder.path().join(level);
        fs::create_dir_all(&pack).unwrap();
        fs::write(pack.join("pack.yaml"), &imported.stdout).unwrap();
        let applied = admin.run(&["apply", "-f", pack.to_str().unwrap()]);
        assert_eq!(applied.code, 0, "{applied:?}");
        assert!(applied.stdout.contains("the pack is in force"), "{applied:?}");
    }
    server.stop();
}
