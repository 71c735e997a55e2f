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
fn a_no_sends_a_version_back_and_nowhere_else() {
    let way = |stage: &str| {
        let way = default_documents().into_iter().map(|(_, value)| value);
        let mut way = way.filter(|value| value["kind"] == "Workflow" && value["id"] == "production-high");
        let mut way = way.next().unwrap();
        way["onRejected"] = json!({"returnTo": stage});
        way
    };
    let place = "onRejected/returnTo";
    check(&way("ATTIC"), place, "the pack has no stage `ATTIC`");
    for stage in ["PRODUCTION", "ARCHIVED"] {
        check(&way(stage), place, "a version returns to a stage before `PRODUCTION` that is not retired");
    }
    let good = vec![("new.yaml".to_owned(), way("STAGING"))];
    assert!(Pack::compile(extended(default_documents(), good)).is_ok());
}

#[test]
fn a_class_of_records_has_one_period() {
    let rule = |keep: &str| json!({"kind": "RetentionRule", "id": "more", "title": "More", "class": "LOG", "keep": keep});
    check(&rule("8y"), "class", "the rule `log` is for the class LOG too");
    for (wrong, message) in [("0y", "`0y` is not a period"), ("101y", "at most 100 years")] {
        check(&rule(wrong), "", message);
    }
}

/// The duties of the default pack, changed.
fn with_duties(change: impl FnOnce(&mut Value)) -> Value {
    let mut duties = default_documents()
        .into_iter()
        .map(|(_, value)| value)
        .find(|value| value["kind"] == "Duties")
        .unwrap();
    change(&mut duties);
    duties
}

#[test]
fn a_duty_that_is_bound_to_nobody() {
    let refused = |duties: Value| {
        let documents = extended(default_documents(), vec![("new.yaml".to_owned(), duties)]);
        // A pack that is in force already is read all the same.
        Pack::compile(documents.clone()).unwrap();
        apply(None, documents).unwrap_err().to_string()
    };
    let unbound = |change: fn(&mut Value)| refused(with_duties(change));
    for (message, place) in [
        (unbound(|duties| drop(duties.as_object_mut().unwrap().remove("emergencyPair"))), "emergencyPair"),
        (
            unbound(|duties| drop(duties["exceptionApprovers"].as_object_mut().unwrap().remove("HIGH"))),
            "exceptionApprovers/HIGH",
        ),
        (unbound(|duties| duties["changeReviewers"]["LOW"] = json!([])), "changeReviewers/LOW"),
    ] {
        assert!(message.contains(&format!("Duties duties: bound to no role: {place}")), "{message}");
    }
}

#[test]
fn a_duty_bound_to_a_role_that_cannot_do_it() {
    check(
        &with_duties(|duties| duties["assessmentApprover"] = json!(["wizard"])),
        "assessmentApprover",
        "the pack has no role `wizard`",
    );
    check(
        &with_duties(|duties| duties["assessmentApprover"] = json!(["auditor"])),
        "assessmentApprover",
        "the role `auditor` lacks the permission `REVIEW`",
    );
    check(
        &with_duties(|duties| duties["assessmentApprover"] = json!(["owner"])),
        "assessmentApprover",
        "the pack has no role `owner`",
    );
    check(
        &with_duties(|duties| duties["accountability"]["NONE"] = json!(["auditor"])),
        "accountability",
        "the pack has no tier `NONE`",
    );
    for (pair, found) in [
        (json!(["executive"]), "1"),
        (json!(["executive", "executive"]), "one role twice"),
        (json!(["executive", "risk_manager", "executive"]), "3"),
    ] {
        let problem = format!("a pair is two different roles, not {found}");
        check(&with_duties(|duties| duties["emergencyPair"] = pair.clone()), "emergencyPair", &problem);
    }
    check(
        &with_duties(|duties| duties["dataSteward"] = json!(["data_steward", "data_steward"])),
        "dataSteward",
        "`data_steward` stands there twice",
    );
}

#[test]
fn an_unknown_role_in_a_workflow() {
    let steps = json!([{"id": "a", "type": "automated"}, {"id": "b", "type": "review", "roles": ["wizard"]}]);
    check(&with_steps(&steps), "steps/1/roles", "the pack has no role `wizard`");
}

#[test]
fn a_reviewer_who_may_not_review() {
    let steps = json!([{"id": "a", "type": "automated"}, {"id": "b", "type": "review", "roles": ["admin"]}]);
    check(&with_steps(&steps), "steps/1/roles", "the role `admin` lacks the permission `REVIEW`");
}

#[test]
fn a_step_that_waits_for_a_later_one_or_for_itself() {
    for after in ["b", "a"] {
        let steps =
            json!([{"id": "a", "type": "automated", "after": [after]}, {"id": "b", "type": "attestation"}]);
        let message = format!("`{after}` is no step written before `a`");
        check(&with_steps(&steps), "steps/0/after", &message);
    }
}

#[test]
fn a_workflow_that_looks_at_no_policy() {
    check(&with_steps(&json!([{"id": "a", "type": "attestation"}])), "steps", "needs an `automated` step");
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
    assert_eq!(places, ["thresholds/0/suite", "thresholds/0/tiers", "rules/0/condition"], "{problems:#?}");
}

/// The risk model of the default pack, changed.
fn with_risk_model(change: impl FnOnce(&mut Value)) -> Value {
    let mut model =
        default_documents().into_iter().map(|(_, value)| value).find(|v| v["kind"] == "RiskModel").unwrap();
    change(&mut model);
    model
}

#[test]
fn a_risk_model_with_holes() {
    let wrong = |place: &str, message: &str, change: fn(&mut Value)| {
        check(&with_risk_model(change), place, message);
    };
    wrong("likelihoods", "the scale has 4 steps, not 5", |model| {
        drop(model["likelihoods"].as_array_mut().unwrap().remove(0));
    });
    wrong("unanswered/impact", "there is no step `HUGE`", |model| {
        model["unanswered"]["impact"] = json!("HUGE");
    });
    wrong("impactRise", "the pack has no tier `HUGE`", |model| {
        model["impactRise"]["HUGE"] = json!(1);
    });
    wrong("nextReview", "the pack has no tier `HUGE`", |model| {
        model["nextReview"]["HUGE"] = json!("1d");
    });
    let falls = "the bounds fall from class to class";
    wrong("classes", falls, |model| {
        model["classes"][1]["atLeast"] = json!(15);
    });
    wrong("classes", falls, |model| {
        model["classes"][3]["atLeast"] = json!(1);
    });
    wrong("bands", "the bound of medium lies below", |model| {
        model["bands"]["medium"] = json!(10);
    });
    wrong("", "`0.12345` is no decimal", |model| {
        model["bands"]["medium"] = json!(0.12345);
    });
}

#[test]
fn tables_of_a_deployment_that_do_not_fit() {
    let wrong = |place: &str, message: &str, change: fn(&mut Value)| {
        check(&with_risk_model(|model| change(&mut model["deployment"])), place, message);
    };
    wrong("deployment/weights", "do not add up to 1", |model| {
        model["weights"]["scope"] = json!(0.1501);
    });
    wrong("deployment/change", "the score 11 is more than 10", |model| {
        model["change"]["other"] = json!(11);
    });
    wrong("deployment/scope", "the score 11 is more than 10", |model| {
        model["scope"]["stages"][0]["many"]["score"] = json!(11);
    });
    wrong("deployment/scope/stages", "the pack has no stage `ORBIT`", |model| {
        model["scope"]["stages"][0]["stage"] = json!("ORBIT");
    });
    wrong("deployment/complexity/above", "fall from step to step", |model| {
        model["complexity"]["above"][0]["number"] = json!(1);
    });
    wrong("deployment/coverage/atLeast", "fall from step to step", |model| {
        model["coverage"]["atLeast"][2]["share"] = json!(0.8);
    });
    wrong("deployment/rollback/atMost", "rise from step to step", |model| {
        model["rollback"]["atMost"][1]["minutes"] = json!(5);
    });
    wrong("deployment/classes", "rise from class to class", |model| {
        model["classes"][1]["atMost"] = json!(3);
    });
    wrong("deployment/classes", "rise from class to class", |model| {
        model["classes"][3]["atMost"] = json!(9);
    });
    wrong("deployment/classes/0/reviews", "lacks the permission `REVIEW`", |model| {
        model["classes"][0]["reviews"] = json!(["auditor"]);
    });
}

#[test]
fn a_template_or_criterion_that_names_what_is_not_there() {
    let template = json!({"kind": "RiskTemplate", "id": "X", "title": "x", "category": "WEATHER"});
    check(&template, "category", "the risk model has no category `WEATHER`");
    let template = json!({"kind": "RiskTemplate", "id": "X", "title": "x", "category": "SECURITY", "when": "model.tier == 'LOW'"});
    check(&template, "when", "model");
    let criterion = |answers: Value| json!({"kind": "TierCriterion", "id": "x", "order": 1, "question": "x", "answers": answers});
    check(&criterion(json!([])), "answers", "at least one answer");
    check(
        &criterion(json!([{"id": "a", "title": "a", "tier": "HUGE"}])),
        "answers",
        "the pack has no tier `HUGE`",
    );
}
