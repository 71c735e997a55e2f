//! The governance of the benchmarks: twenty policies, a promotion with two reviews.

use serde_json::{Value, json};

/// Policies of one rule each. All of them apply to every version; two look at documents, the others at facts.
const POLICIES: usize = 20;

/// The documents of the pack, each with a file.
pub(crate) fn documents() -> Vec<(String, Value)> {
    let role = |id: &str, permissions: &[&str]| json!({"kind": "Role", "id": id, "title": id, "permissions": permissions});
    let mut documents = vec![
        json!({"kind": "Pack", "id": "bench", "title": "Benchmark"}),
        json!({"kind": "Settings", "id": "settings", "thresholdSet": "bounds", "primaryMetric": "f1",
            "complianceLevel": "MODERATE", "promotionsExpireAfter": "90d"}),
        role("admin", &["READ", "READ_LOG", "MANAGE_PRINCIPALS", "MANAGE_GRANTS", "APPLY_PACK"]),
        role(
            "maker",
            &[
                "READ",
                "REGISTER_MODEL",
                "REGISTER_VERSION",
                "ATTACH_EVIDENCE",
                "EVALUATE",
                "REQUEST_PROMOTION",
            ],
        ),
        role("compliance", &["READ", "REVIEW"]),
        role("security", &["READ", "REVIEW"]),
        role("deployer", &["READ", "COMPLETE_PROMOTION", "MOVE_VERSION"]),
        json!({"kind": "Tier", "id": "HIGH", "title": "High", "rank": 2, "riskLevel": "HIGH"}),
        json!({"kind": "Tier", "id": "LOW", "title": "Low", "rank": 1, "riskLevel": "LOW"}),
        json!({"kind": "TierRule", "id": "credit", "order": 1, "tier": "HIGH", "condition": "text.matches('\\\\bcredit\\\\b')"}),
        json!({"kind": "Stage", "id": "DEV", "title": "Development", "order": 1}),
        json!({"kind": "Stage", "id": "PROD", "title": "Production", "order": 2, "supersededTo": "OLD"}),
        json!({"kind": "Stage", "id": "OLD", "title": "Archive", "order": 3, "retired": true}),
        json!({"kind": "Suite", "id": "performance", "title": "Performance", "maxAge": "10d"}),
        json!({"kind": "ThresholdSet", "id": "bounds", "title": "Bounds", "thresholds":
            [{"suite": "performance", "metric": "accuracy", "operator": ">=", "bound": 0.8}]}),
        json!({"kind": "Workflow", "id": "to-prod", "title": "To production", "target": "PROD", "from": ["DEV"], "steps": [
            {"id": "check", "type": "automated"},
            {"id": "compliance", "type": "review", "roles": ["compliance"], "slaBusinessDays": 3},
            {"id": "security", "type": "review", "roles": ["security"], "slaBusinessDays": 2}]}),
        duties(),
    ];
    documents.extend((0..POLICIES).map(policy));
    documents.into_iter().enumerate().map(|(i, document)| (format!("{i}.yaml"), document)).collect()
}

fn duties() -> Value {
    let (signs, by_tier) = (json!(["compliance"]), json!({"HIGH": ["compliance"], "LOW": ["compliance"]}));
    json!({"kind": "Duties", "id": "duties", "assessmentApprover": signs, "tierLoweringApprover": signs,
        "tierChangeApprovers": by_tier, "exceptionApprovers": by_tier, "accountability": by_tier,
        "changeReviewers": {"LOW": signs, "MEDIUM": signs, "HIGH": signs, "CRITICAL": signs},
        "emergencyPair": ["compliance", "security"], "configurationApprover": ["admin"], "dataSteward": signs,
        "periodicReviewer": signs})
}

fn policy(number: usize) -> Value {
    let conditions = [
        "hasDocument('MODEL_CARD')",
        "model.tier in ['HIGH', 'LOW'] && model.name != ''",
        "version.number >= 1 && version.kind == 'CLASSICAL'",
        "model.useCases.exists(u, u.contains('loan')) && model.purpose.startsWith('decide')",
    ];
    let condition = conditions.get(number % conditions.len()).copied().unwrap_or_default();
    json!({"kind": "Policy", "id": format!("policy-{number}"), "name": format!("Policy {number}"), "version": "1",
        "category": "COMPLIANCE", "severity": "HIGH", "enforcement": "BLOCKING", "rules": [{"id": "rule",
        "condition": condition, "message": "it is as it should be", "remediation": "make it so"}]})
}
