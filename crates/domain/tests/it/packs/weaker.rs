//! Which changes of a pack weaken it, and which do not.

use super::*;

/// Changes the documents of that kind and id.
fn changed(kind: &str, id: &str, change: impl Fn(&mut Value)) -> Vec<String> {
    let mut documents = default_documents();
    let mut found = 0;
    for (_, document) in documents.iter_mut().filter(|(_, d)| d["kind"] == kind && d["id"] == id) {
        change(document);
        found += 1;
    }
    assert_eq!(found, 1, "{kind} {id}");
    weaker(&default_pack(), &compiled(documents))
}

fn added(document: Value) -> Vec<String> {
    let mut documents = default_documents();
    documents.push(("more.yaml".to_owned(), document));
    weaker(&default_pack(), &compiled(documents))
}

fn removed(kind: &str, id: &str) -> Vec<String> {
    let mut documents = default_documents();
    documents.retain(|(_, document)| !(document["kind"] == kind && document["id"] == id));
    weaker(&default_pack(), &compiled(documents))
}

#[track_caller]
fn says(reasons: &[String], expected: &str) {
    assert_eq!(reasons, [expected]);
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_pack_is_not_weaker_than_itself_and_the_demo_says_why_it_is() {
    let pack = default_pack();
    assert_eq!(weaker(&pack, &pack), NOTHING);
    for reason in weaker(&pack, &compas_pack()) {
        assert!(reason.starts_with("threshold ") || reason.starts_with("smallest group"), "{reason}");
    }
}

#[test]
fn wording_and_what_is_asked_in_addition_do_not_weaken() {
    let words = |document: &mut Value| {
        for field in ["title", "name", "description"]
            .iter()
            .filter(|field| document.get(**field).is_some())
            .collect::<Vec<_>>()
        {
            document[*field] = json!("Other words");
        }
    };
    for (kind, id) in [
        ("Pack", "default"),
        ("Role", "tech_lead"),
        ("Stage", "STAGING"),
        ("Tier", "HIGH"),
        ("Workflow", "staging"),
    ] {
        assert_eq!(changed(kind, id, words), NOTHING, "{kind} {id}");
    }
    let reasons = changed("Policy", "security-scan-required", |policy| {
        policy["version"] = json!("2");
        policy["name"] = json!("Scan");
        policy["rules"][0]["message"] = json!("scan it");
        policy["rules"].as_array_mut().unwrap().push(
            json!({"id": "more", "condition": "hasDocument('MODEL_CARD')", "message": "a card", "when": "version.kind != 'VENDOR'"}),
        );
        policy["exceptions"]["maxDuration"] = json!("3d");
    });
    assert_eq!(reasons, NOTHING);
    let reasons = changed("Workflow", "staging", |workflow| {
        workflow["steps"][1]["people"] = json!(2);
        workflow["steps"][1]["expiresAfter"] = json!("30d");
        workflow["steps"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": "more", "type": "review", "roles": ["risk_manager"]}));
    });
    assert_eq!(reasons, NOTHING);
    let advisory = json!({"kind": "Policy", "id": "more", "name": "More", "version": "1", "category": "QUALITY",
        "severity": "LOW", "enforcement": "ADVISORY",
        "rules": [{"id": "card", "condition": "hasDocument('MODEL_CARD')", "message": "a card"}]});
    assert_eq!(added(advisory), NOTHING);
    let role = json!({"kind": "Role", "id": "reader", "title": "Reader", "permissions": ["READ"]});
    assert_eq!(added(role), NOTHING);
}

#[test]
fn every_loosened_policy_is_named() {
    let policy = |change: fn(&mut Value)| {
        changed("Policy", "security-scan-required", |policy| {
            policy["version"] = json!("2");
            change(policy);
        })
    };
    says(&removed("Policy", "security-scan-required"), "policy `security-scan-required` removed");
    says(
        &policy(|policy| policy["enforcement"] = json!("ADVISORY")),
        "policy `security-scan-required`: enforcement BLOCKING → ADVISORY",
    );
    says(
        &policy(|policy| policy["severity"] = json!("LOW")),
        "policy `security-scan-required`: severity HIGH → LOW",
    );
    says(
        &policy(|policy| policy["scope"]["tiers"] = json!(["CRITICAL"])),
        "policy `security-scan-required` applies to less than before",
    );
    says(
        &policy(|policy| policy["rules"][0]["condition"] = json!("true")),
        "condition of rule `scan-passed` of policy `security-scan-required` changed (cannot be compared, counts as weaker)",
    );
    says(
        &policy(|policy| drop(policy["rules"].as_array_mut().unwrap().remove(1))),
        "rule `no-severe-findings` of policy `security-scan-required` removed",
    );
    says(
        &policy(|policy| policy["exceptions"]["requireApproval"] = json!(false)),
        "policy `security-scan-required` can be waived without an approval",
    );
    says(
        &policy(|policy| policy["expiresAt"] = json!("2030-01-01T00:00:00Z")),
        "policy `security-scan-required` ends earlier",
    );
}

#[test]
fn a_no_that_sends_back_is_not_weaker_and_one_that_no_longer_does_is() {
    let returning = |stage: Option<&str>| {
        let mut documents = default_documents();
        for (_, document) in documents.iter_mut().filter(|(_, document)| document["id"] == "production-high")
        {
            if let Some(stage) = stage {
                document["onRejected"] = json!({"returnTo": stage});
            }
        }
        compiled(documents)
    };
    assert_eq!(weaker(&returning(None), &returning(Some("STAGING"))), NOTHING);
    let expected =
        "where way `production-high` returns a version to changed (cannot be compared, counts as weaker)";
    says(&weaker(&returning(Some("STAGING")), &returning(None)), expected);
    says(&weaker(&returning(Some("DEVELOPMENT")), &returning(Some("STAGING"))), expected);
}

#[test]
fn every_loosened_way_is_named() {
    let way = |change: fn(&mut Value)| changed("Workflow", "staging", change);
    says(
        &way(|way| drop(way["steps"].as_array_mut().unwrap().remove(1))),
        "step `technical` of way `staging` removed",
    );
    says(
        &way(|way| way["steps"][1]["roles"] = json!(["compliance_officer"])),
        "step `technical` of way `staging`: role `tech_lead` removed",
    );
    says(
        &way(|way| way["steps"][1]["expiresAfter"] = json!("91d")),
        "step `technical` of way `staging`: life of an approval: 90d → 91d",
    );
    says(
        &way(|way| way["steps"][1]["decisions"] = json!(["APPROVED", "CONDITIONAL", "REJECTED"])),
        "step `technical` of way `staging`: may no longer be decided CHANGES_REQUESTED",
    );
    says(
        &way(|way| way["steps"][1]["after"] = json!([])),
        "step `technical` of way `staging` no longer waits for `automated`",
    );
    says(
        &way(|way| way["steps"][1]["when"] = json!("version.kind == 'LLM'")),
        "where step `technical` of way `staging` applies changed (cannot be compared, counts as weaker)",
    );
    let twice = |people: u32| {
        let mut documents = default_documents();
        for (_, document) in documents.iter_mut().filter(|(_, document)| document["id"] == "staging") {
            document["steps"][1]["people"] = json!(people);
        }
        compiled(documents)
    };
    says(&weaker(&twice(2), &twice(1)), "step `technical` of way `staging`: required number of people 2 → 1");
}

#[test]
fn roles_that_come_to_approve_are_named() {
    let permissions =
        |role: &str, held: Value| changed("Role", role, |document| document["permissions"] = held.clone());
    says(
        &permissions("auditor", json!(["READ", "READ_LOG", "REVIEW"])),
        "role `auditor` gains the permission REVIEW",
    );
    // A role that comes back could find grants that were given when it allowed nothing.
    let role = json!({"kind": "Role", "id": "helper", "title": "Helper", "permissions": ["READ", "REVIEW"]});
    says(&added(role), "role `helper` gains the permission REVIEW");
    let reasons = permissions("admin", json!(["READ", "READ_LOG", "MANAGE_PRINCIPALS", "APPLY_PACK"]));
    says(&reasons, "role `admin` loses the permission MANAGE_GRANTS, which a second person needs");
}

#[test]
fn what_opens_a_shut_gate_counts() {
    let trivial = json!({"kind": "Policy", "id": "nothing", "name": "Nothing", "version": "1", "category": "QUALITY",
        "severity": "LOW", "enforcement": "BLOCKING", "scope": {"stages": ["STAGING", "PRODUCTION"]},
        "rules": [{"id": "true", "condition": "true", "message": "nothing"}]});
    assert_eq!(added(trivial.clone()), NOTHING, "other policies block there");
    let mut documents = default_documents();
    documents.retain(|(_, document)| document["kind"] != "Policy");
    let bare = compiled(documents.clone());
    documents.push(("more.yaml".to_owned(), trivial));
    let reasons = weaker(&bare, &compiled(documents));
    assert!(reasons[0].starts_with("policy `nothing` is the first that blocks somewhere"), "{reasons:?}");
    let tier = json!({"kind": "Tier", "id": "NONE", "title": "None", "rank": 0, "riskLevel": "LOW"});
    let mut documents = default_documents();
    documents.push(("more.yaml".to_owned(), tier));
    let (_, duties) = documents.iter_mut().find(|(_, document)| document["kind"] == "Duties").unwrap();
    for by_tier in ["tierChangeApprovers", "exceptionApprovers", "accountability"] {
        duties[by_tier]["NONE"] = json!(["compliance_officer"]);
    }
    let reasons = weaker(&default_pack(), &compiled(documents));
    says(&reasons, "tier `NONE` added (models could be put into it)");
    let rule = json!({"kind": "TierRule", "id": "all", "order": 0, "condition": "true", "tier": "LOW"});
    says(&added(rule), "tier rule `all` added (could come before another)");
    says(
        &changed("Tier", "CRITICAL", |tier| tier["openUpTo"] = json!("PRODUCTION")),
        "stage up to which tier `CRITICAL` is open without a policy changed (cannot be compared, counts as weaker)",
    );
    let reasons = changed("Settings", "settings", |settings| settings["complianceLevel"] = json!("BASIC"));
    assert!(reasons[0].starts_with("score that counts as compliant: "), "{reasons:?}");
}

#[test]
fn loosened_thresholds_are_named() {
    let pack = default_pack();
    let first = pack.thresholds().unwrap().thresholds[0].clone();
    let id = pack.settings().threshold_set.clone();
    let line =
        format!("threshold {} {} {} {}", first.suite, first.metric, first.operator.symbol(), first.bound);
    let reasons =
        changed("ThresholdSet", &id, |set| drop(set["thresholds"].as_array_mut().unwrap().remove(0)));
    assert!(reasons[0].starts_with(&line), "{reasons:?}");
    for bound in [-1000.0, 1000.0] {
        let reasons = changed("ThresholdSet", &id, |set| set["thresholds"][0]["bound"] = json!(bound));
        let loosened = !first.operator.holds(bound, first.bound);
        assert_eq!(reasons.len(), usize::from(loosened), "{bound}: {reasons:?}");
    }
    let reasons = changed("ThresholdSet", &id, |set| set["minGroupSize"] = json!(1_000));
    says(&reasons, "smallest group that is compared changed (cannot be compared, counts as weaker)");
}

#[test]
fn a_tier_that_is_read_less_strictly_is_named() {
    let level = |level: &'static str| move |tier: &mut Value| tier["complianceLevel"] = json!(level);
    assert_eq!(changed("Tier", "HIGH", level("STRICT")), NOTHING);
    assert_eq!(changed("Tier", "HIGH", level("MODERATE")), NOTHING);
    says(
        &changed("Tier", "HIGH", level("BASIC")),
        "tier `HIGH`: score that counts as compliant: 0.80 → 0.60",
    );
}

#[test]
fn records_that_are_kept_for_a_shorter_time_are_named() {
    let keep = |period: &'static str| {
        changed("RetentionRule", "approvals", move |rule| rule["keep"] = json!(period))
    };
    assert_eq!(keep("11y"), NOTHING);
    assert_eq!(keep("3660d"), NOTHING);
    says(&keep("9y"), "time for which APPROVALS are kept: 10y → 9y");
    says(&keep("3659d"), "time for which APPROVALS are kept: 10y → 3659d");
    says(&removed("RetentionRule", "log"), "time for which LOG are kept: 7y → nothing said");
    let renamed = changed("RetentionRule", "log", |rule| rule["id"] = json!("the-log"));
    assert_eq!(renamed, NOTHING, "it is the class that counts");
}

#[test]
fn who_confirms_packs_and_when_is_compared() {
    let approvers =
        |roles: &[&str]| changed("Duties", "duties", |duties| duties["configurationApprover"] = json!(roles));
    let reason = "duty `configurationApprover` changed (cannot be compared, counts as weaker)";
    says(&approvers(&["admin", "executive"]), reason);
    says(&approvers(&["executive"]), reason);
    let always = |documents: &mut Documents, word: &str| {
        let settings = documents.iter_mut().find(|(_, document)| document["kind"] == "Settings").unwrap();
        settings.1["applying"] = json!({"secondPerson": word});
    };
    let (mut strict, mut said) = (default_documents(), default_documents());
    always(&mut strict, "ALWAYS");
    always(&mut said, "WHERE_WEAKER");
    let (strict, said) = (compiled(strict), compiled(said));
    assert_eq!(weaker(&default_pack(), &strict), NOTHING);
    assert_eq!(weaker(&default_pack(), &said), NOTHING);
    for after in [&default_pack(), &said] {
        says(&weaker(&strict, after), "a second person confirms every pack → only one that is weaker");
    }
}

/// One thing taken out of a document: the documents, and where it stood, or nothing where that is not possible.
fn without(documents: &Documents, which: usize, path: &str) -> Option<(Documents, String)> {
    let mut documents = documents.clone();
    let document = &mut documents[which].1;
    let (parent, name) = path.rsplit_once('/').unwrap();
    match document.pointer_mut(parent)? {
        Value::Object(members) => drop(members.remove(name)),
        Value::Array(items) => drop(items.remove(name.parse().unwrap())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    }
    let kind = document["kind"].as_str().unwrap_or_default().to_owned();
    let part = |part| if str::parse::<usize>(part).is_ok() { "*" } else { part };
    let shape: Vec<&str> = path.split('/').map(part).collect();
    Some((documents, format!("{kind}{}", shape.join("/"))))
}

fn paths(value: &Value, at: &str, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
            members.iter().map(|(name, member)| (escaped(name), member)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(i, item)| (i.to_string(), item)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (name, member) in members {
        let path = format!("{at}/{name}");
        paths(member, &path, found);
        found.push(path);
    }
}

/// What can be taken out of a document of the default pack without weakening it.
const HARMLESS: &[&str] = &[
    "Pack/description",
    "Role/description",
    "Role/responsibilities",
    "Role/responsibilities/*",
    "Role/authority",
    "Role/authority/*",
    "Role/escalation",
    "Role/escalation/*",
    "Role/permissions/*",
    "Tier/openUpTo",
    "ThresholdSet/rationale",
    "Settings/notes",
    // Without it, the engine's own list counts, which is the same.
    "Settings/reviewSections",
    // A figure of a report, which opens no gate.
    "Settings/healthPenalties",
    "Settings/healthPenalties/openViolation",
    "Settings/healthPenalties/overdueReview",
    "RiskTemplate/questions",
    "RiskTemplate/questions/*",
    "Policy/description",
    "Policy/owner",
    "Policy/exceptions",
    "Policy/scope",
    "Policy/scope/kinds",
    "Policy/scope/stages",
    "Policy/scope/tiers",
    "Policy/rules/*/remediation",
    "Policy/rules/*/evidence",
    "Policy/rules/*/evidence/*",
    "Workflow/from/*",
    "Workflow/steps/*/after",
    "Workflow/steps/*/autoApprove",
    "Workflow/steps/*/title",
    "Workflow/steps/*/when",
    "Workflow/steps/*/decisions/*",
    // A checklist shuts no gate.
    "ChecklistItem/stages",
    "ChecklistItem/stages/*",
    "ChecklistItem/when",
    "ChecklistItem/condition",
    "ChecklistItem/evidence",
    "ChecklistItem/evidence/*",
];

/// Whatever is taken out of the pack, at every place: it does not compile, or is weaker, or the list says why not.
#[test]
fn whatever_is_taken_out_weakens_or_is_known_not_to() {
    let (documents, before) = (default_documents(), default_pack());
    let (mut unnoticed, mut tried) = (BTreeMap::new(), 0);
    for (which, (_, document)) in documents.iter().enumerate() {
        let mut places = Vec::new();
        paths(document, "", &mut places);
        for path in places {
            let Some((documents, shape)) = without(&documents, which, &path) else { continue };
            if HARMLESS.contains(&shape.as_str()) || shape.starts_with("Settings/notes/") {
                continue;
            }
            let Ok(after) = Pack::compile(documents) else { continue };
            if after.documents() == before.documents() {
                continue;
            }
            tried += 1;
            if weaker(&before, &after).is_empty() {
                unnoticed.insert(shape, path);
            }
        }
    }
    assert!(tried > 100, "{tried}");
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
}

#[test]
fn fewer_who_sign_are_weaker_and_more_are_not() {
    let reasons =
        changed("Duties", "duties", |duties| duties["exceptionApprovers"]["HIGH"] = json!(["executive"]));
    assert_eq!(
        reasons,
        [
            "duty `exceptionApprovers/HIGH`: role `compliance_officer` removed",
            "duty `exceptionApprovers/HIGH`: role `security_reviewer` removed",
        ]
    );
    let more = json!(["compliance_officer", "security_reviewer", "executive"]);
    let added = |duties: &mut Value| duties["exceptionApprovers"]["LOW"] = more.clone();
    assert_eq!(changed("Duties", "duties", added), NOTHING);
    let pair = json!(["risk_manager", "tech_lead"]);
    says(
        &changed("Duties", "duties", |duties| duties["emergencyPair"] = pair.clone()),
        "duty `emergencyPair` changed (cannot be compared, counts as weaker)",
    );
    let turned = |duties: &mut Value| duties["emergencyPair"].as_array_mut().unwrap().reverse();
    assert_eq!(changed("Duties", "duties", turned), NOTHING, "the same two roles");
    let mut without = default_documents();
    without.retain(|(_, document)| document["kind"] != "Duties");
    let without = compiled(without);
    says(&weaker(&without, &default_pack()), "duties bound (what nobody could approve becomes possible)");
    says(&weaker(&default_pack(), &without), "duties removed");
}

#[test]
fn what_scores_risks_is_not_compared_but_for_words() {
    let title = |document: &mut Value| document["title"] = json!("Other words");
    assert_eq!(changed("RiskTemplate", "MQ-001", title), NOTHING);
    let question = |document: &mut Value| document["question"] = json!("Other words?");
    assert_eq!(changed("TierCriterion", "automation", question), NOTHING);
    says(
        &changed("RiskModel", "risk", |model| model["bands"]["high"] = json!(11)),
        "risk model changed (cannot be compared, counts as weaker)",
    );
    says(
        &changed("TierCriterion", "automation", |criterion| criterion["answers"][2]["tier"] = json!("HIGH")),
        "tier criterion `automation` changed (cannot be compared, counts as weaker)",
    );
    says(
        &changed("RiskTemplate", "MQ-001", |template| template["when"] = json!("false")),
        "risk template `MQ-001` changed (cannot be compared, counts as weaker)",
    );
    says(&removed("TierCriterion", "automation"), "tier criterion `automation` removed");
    says(&removed("RiskTemplate", "OPS-001"), "risk template `OPS-001` removed");
    let template = json!({"kind": "RiskTemplate", "id": "X", "title": "x", "category": "SECURITY"});
    says(&added(template), "risk template `X` added (could lower the mean of the others)");
    let answers = json!([{"id": "a", "title": "a", "tier": "HIGH"}]);
    let criterion =
        json!({"kind": "TierCriterion", "id": "x", "order": 1, "question": "x", "answers": answers});
    assert_eq!(added(criterion), NOTHING);
}

#[test]
fn lower_risks_of_changes_are_weaker_and_higher_ones_are_not() {
    let rules = |change: fn(&mut Value)| changed("ChangeRules", "changes", change);
    assert_eq!(rules(|rules| rules["byType"]["CONFIG_CHANGE"] = json!("HIGH")), NOTHING);
    assert_eq!(rules(|rules| rules["byReach"]["ALL_USERS"] = json!("CRITICAL")), NOTHING);
    says(
        &rules(|rules| rules["environments"]["PRODUCTION"] = json!("LOW")),
        "changes: risk of environment `PRODUCTION` changed (cannot be compared, counts as weaker)",
    );
    says(
        &rules(|rules| rules["environments"]["SANDBOX"] = json!("CRITICAL")),
        "changes: risk of environment `SANDBOX` changed (cannot be compared, counts as weaker)",
    );
    says(&rules(|rules| rules["downtime"] = json!("LOW")), "changes with a downtime: lower risk");
    let blackout = |documents: &mut Documents| {
        let (_, rules) =
            documents.iter_mut().find(|(_, document)| document["kind"] == "ChangeRules").unwrap();
        rules["blackouts"] = json!([{"from": "2026-12-24", "until": "2026-12-26", "reason": "holidays"}]);
    };
    let mut documents = default_documents();
    blackout(&mut documents);
    let with = compiled(documents);
    assert_eq!(weaker(&default_pack(), &with), NOTHING);
    says(&weaker(&with, &default_pack()), "blackout from 2026-12-24 until 2026-12-26 removed or changed");
    // Where no change can be asked for, no way can wait for one.
    let mut with = default_documents();
    for steps in with.iter_mut().filter_map(|(_, document)| document.get_mut("steps")?.as_array_mut()) {
        steps.retain(|step| step["type"] != "change");
    }
    let mut without = with.clone();
    without.retain(|(_, document)| document["kind"] != "ChangeRules");
    let (with, without) = (compiled(with), compiled(without));
    let added = "rules of changes added (what nobody could ask for becomes possible)";
    says(&weaker(&without, &with), added);
    says(&weaker(&with, &without), "rules of changes removed");
    says(&weaker(&default_pack(), &with), "step `change` of way `production-high` removed");
}
