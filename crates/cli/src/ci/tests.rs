//! What holds of every report, whatever a server answers and whatever things are called.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Answered, Asked, Outcome, Standing, junit, markdown, sarif};
use crate::commands::check::{shown, strict};
use crate::problem::Exit;

/// Names and messages as somebody would choose them who wants more than a report.
const HOSTILE: &str = "]]><failure/>\"'&|`@all [x](y) {0} <!-- # *\u{1b}[31m\u{202e}\u{2066}\u{0}\r\n- | a\n## b\u{fffe}\u{200f} ##[add-mask]x ##vso[a]b ###teamcity[a]\n::set-output name=a::b https://a.b www.a.b WWW.a.b #12";

fn asked() -> Asked {
    Asked {
        command: "check",
        model: "credit".to_owned(),
        number: "3".to_owned(),
        version: "0198a5f0-0000-7000-8000-000000000001".to_owned(),
        tier: "HIGH".to_owned(),
        stage: Some("STAGING".to_owned()),
        environment: None,
        strategy: None,
        replicas: None,
        strict: false,
        pack: ["default", "3", "00ff"].map(str::to_owned),
        at: "2026-11-22T09:30:00.5Z".parse().unwrap(),
        seconds: 0.25,
        location: None,
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}(-[a-z]{1,4})?",
        any::<String>(),
        Just(HOSTILE.to_owned()),
        Just(String::new()),
        (1_usize..3_000).prop_map(|times| "é|".repeat(times)),
    ]
}

prop_compose! {
    fn finding()(
        [policy, rule, message, detail] in [word(), word(), word(), word()],
        status in prop::sample::select(vec!["PASSED", "FAILED", "EXCEPTED", "NOT_APPLICABLE", "ERROR"]),
        blocking: bool,
        severity in prop::sample::select(vec!["LOW", "MEDIUM", "HIGH", "CRITICAL"]),
        remedy in prop::option::of(word()),
        control in word(),
    ) -> Value {
        json!({
            "policy": policy, "policyVersion": "1", "policyName": message, "rule": rule, "status": status,
            "category": "QUALITY", "severity": severity, "message": message, "detail": detail,
            "enforcement": if blocking { "BLOCKING" } else { "ADVISORY" },
            "remediation": remedy, "controls": [control, control],
            "exception": (status == "EXCEPTED").then_some("0198a5f0-0000-7000-8000-0000000000ee"),
            "facts": [{"path": message, "value": {"a": detail}}, {"path": "b"}],
        })
    }
}

prop_compose! {
    fn checked()(
        findings in vec(finding(), 0..6),
        status in prop::sample::select(vec!["COMPLIANT", "NON_COMPLIANT", "NOT_ASSESSED"]),
        is_strict: bool,
    ) -> (Answered, Exit, usize) {
        let answer = json!({"compliance": {"status": status, "score": 0.5, "checksExcepted": 0}, "evidence": "00", "findings": findings});
        let blocks = |it: &&Value| it["enforcement"] == "BLOCKING" && (it["status"] == "FAILED" || it["status"] == "ERROR");
        let against = findings.iter().filter(blocks).count();
        let answer = if is_strict { strict(answer) } else { shown(answer) };
        let against = answer.json.pointer("/strict/reasons").map_or(against, |reasons| reasons.as_array().unwrap().len());
        (super::check(asked(), &answer.json, answer.exit == Exit::Done), answer.exit, against)
    }
}

prop_compose! {
    fn gated()(
        findings in vec((finding(), any::<bool>()), 0..5),
        steps in vec((word(), prop::sample::select(vec!["PASSED", "NOT_APPLICABLE", "OPEN", "WAITING", "FAILED"]), any::<bool>()), 0..4),
        others in vec((word(), word()), 0..3),
        emergency: bool,
        location in prop::option::of(word()),
    ) -> (Answered, Exit, usize) {
        let reason = |code: &str, message: String| json!({"code": code, "message": message, "remedy": HOSTILE});
        let text = |value: &Value, at: &str| value[at].as_str().unwrap().to_owned();
        let mut reasons = Vec::new();
        let (mut policies, mut excused_steps) = (Vec::new(), Vec::new());
        for (finding, excused) in &findings {
            let fails = ["FAILED", "ERROR"].contains(&&*text(finding, "status"));
            match (fails && finding["enforcement"] == "BLOCKING", *excused && emergency) {
                (true, true) => policies.push(finding["policy"].clone()),
                (true, false) => {
                    let about = format!("{} {}: x", text(finding, "policy"), text(finding, "rule"));
                    reasons.push(reason("policy-failed", about));
                }
                (false, _) => {}
            }
        }
        for (step, state, excused) in &steps {
            match (["OPEN", "WAITING"].contains(state), *excused && emergency) {
                (true, true) => excused_steps.push(step.clone()),
                (true, false) => reasons.push(reason("approval-missing", format!("the step `{step}` needs {HOSTILE}"))),
                (false, _) => {}
            }
        }
        reasons.extend(others.iter().map(|(code, message)| reason(code, message.clone())));
        let passed = reasons.is_empty();
        let against = reasons.len();
        let answer = json!({
            "stage": "PRODUCTION", "at": "2026-11-22T09:31:00Z", "evidence": "00", "reasons": reasons,
            "compliance": {"status": "COMPLIANT", "score": 1.0},
            "findings": findings.iter().map(|(finding, _)| finding).collect::<Vec<_>>(),
            "steps": steps.iter().map(|(step, state, _)| json!({"step": step, "state": state, "approvals": [{"role": HOSTILE}]})).collect::<Vec<_>>(),
            "exceptionsUsed": [{"policy": HOSTILE, "exception": "e", "endsAt": "2026-12-01T00:00:00Z"}],
            "emergency": emergency.then(|| json!({"state": "READY", "policies": policies, "steps": excused_steps})),
        });
        let facts = json!({"evaluation": {"suites": {"performance": {"failed": [
            {"metric": HOSTILE, "value": 0.5, "operator": ">=", "bound": 0.9}]}}}});
        let asked = Asked { command: "gate", model: HOSTILE.to_owned(), location, ..asked() };
        (super::gate(asked, &answer, &facts, passed), if passed { Exit::Done } else { Exit::No }, against)
    }
}

/// What holds of an answer, and of each of its reports.
fn holds(answered: &Answered, exit: Exit, against: usize) {
    let ids: BTreeSet<String> = answered.lines.iter().map(super::Line::id).collect();
    assert_eq!(ids.len(), answered.lines.len(), "each line has an id of its own");
    assert!(!ids.is_empty());
    assert_eq!(answered.standing(Standing::Against).count(), against, "{:#?}", answered.lines);
    assert_eq!(answered.passed, exit == Exit::Done);
    assert_eq!(answered.passed, against == 0);
    let xml = junit::write(answered);
    assert_eq!(format::junit(&xml), against, "{xml}");
    let log = sarif::write(answered);
    assert_eq!(format::sarif(&log), against, "{log:#}");
    let read = assent_scan::evidence::parse(log.to_string().as_bytes()).unwrap();
    let told = answered.standing(Standing::Against).count() + answered.standing(Standing::Advice).count();
    assert_eq!(read.findings.len(), told, "our own reader finds what is not excused");
    let summary = markdown::write(answered);
    format::markdown(&summary, answered);
    let text = sarif::text(answered);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), log);
    for text in [xml, text, summary] {
        for line in text.lines() {
            let line = line.strip_prefix("## ").unwrap_or(line);
            assert!(!line.contains("##") && !line.trim_start().starts_with("::"), "a command: {line}");
        }
        let steers = |c: char| (c.is_control() && c != '\n') || assent_cards::shown(c) != Some(c);
        assert!(!text.chars().any(steers), "{text:?}");
    }
}

proptest! {
    #[test]
    fn a_report_of_a_check_says_what_the_exit_code_says((answered, exit, against) in checked()) {
        holds(&answered, exit, against);
    }

    #[test]
    fn a_report_of_a_gate_says_what_the_exit_code_says((answered, exit, against) in gated()) {
        holds(&answered, exit, against);
    }

    /// A server that says no without a reason, or yes with one, makes no report that says something else than the exit code.
    #[test]
    fn whatever_is_answered_the_report_is_sound(
        mut keys in vec(word(), 0..8), findings in vec(finding(), 0..3), passed: bool,
    ) {
        keys.extend(["findings", "reasons", "steps", "emergency", "exceptionsUsed"].map(str::to_owned));
        let values = keys.iter().map(|key| (key.clone(), json!([key, {"code": key, "message": key}, 7, null])));
        let mut answer: Value = values.collect::<serde_json::Map<_, _>>().into();
        for finding in &findings {
            answer["findings"].as_array_mut().unwrap().push(finding.clone());
        }
        for answered in [super::check(asked(), &answer, passed), super::gate(asked(), &answer, &answer, passed)] {
            let against = answered.standing(Standing::Against).count();
            prop_assert_eq!(passed, against == 0);
            holds(&answered, if passed { Exit::Done } else { Exit::No }, against);
        }
    }
}

#[test]
fn a_fingerprint_is_that_of_the_finding_and_not_of_its_words() {
    let of = |message: &str, version: &str, stage: &str| {
        let finding = json!({"policy": "p", "rule": "r", "status": "FAILED", "enforcement": "BLOCKING", "message": message});
        let answer =
            json!({"findings": [finding], "compliance": {"status": "NON_COMPLIANT"}, "evidence": message});
        let asked = Asked { version: version.to_owned(), stage: Some(stage.to_owned()), ..asked() };
        let log = sarif::write(&super::check(asked, &answer, false));
        log["runs"][0]["results"][0]["partialFingerprints"]["assentFinding/v1"].as_str().unwrap().to_owned()
    };
    let first = of("a", "v", "STAGING");
    // It is written down in what others have stored: another way of making it takes another name.
    assert_eq!(first, "b23f3f581938d196f5e09a3cbce327637aa4b9a777fe5b67c2ccd1e0ebb657de");
    assert_eq!(first, of("b", "v", "STAGING"));
    assert_ne!(first, of("a", "w", "STAGING"));
    assert_ne!(first, of("a", "v", "PRODUCTION"));
}

/// What tells the reports of a question from those of others: heading, category, class and fingerprint.
fn marks(asked: Asked) -> [String; 4] {
    let finding =
        json!({"policy": "p", "rule": "r", "status": "FAILED", "enforcement": "BLOCKING", "message": "m"});
    let answered = super::check(asked, &json!({"findings": [finding]}), false);
    let log = sarif::write(&answered);
    let run = &log["runs"][0];
    let xml = junit::write(&answered);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let case = document.descendants().find(|node| node.has_tag_name("testcase")).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    [
        markdown::write(&answered).lines().next().unwrap().to_owned(),
        text(&run["automationDetails"]["id"]),
        case.attribute("classname").unwrap().to_owned(),
        text(&run["results"][0]["partialFingerprints"]["assentFinding/v1"]),
    ]
}

#[test]
fn reports_of_different_questions_do_not_replace_each_other() {
    let with = |environment: Option<&str>, strategy: Option<&str>, replicas| Asked {
        environment: environment.map(str::to_owned),
        strategy: strategy.map(str::to_owned),
        replicas,
        ..asked()
    };
    let questions = [
        with(None, None, None),
        with(Some("eu"), None, None),
        with(None, Some("eu"), None),
        with(None, Some("CANARY"), None),
        with(None, Some("ROLLING"), None),
        with(None, Some("ROLLING"), Some(3)),
        with(Some("eu"), Some("ROLLING"), Some(3)),
    ];
    let all: Vec<[String; 4]> = questions.iter().cloned().map(marks).collect();
    for at in 0..4 {
        let different: BTreeSet<&String> = all.iter().map(|marks| &marks[at]).collect();
        assert_eq!(different.len(), all.len(), "{all:#?}");
    }
    let [heading, category, class, _] = &all[6];
    assert_eq!(heading, "## ✘ FAILED: credit:3 to STAGING, environment eu, strategy ROLLING, replicas 3");
    assert_eq!(category, "assent/check/credit:3/STAGING/environment=eu/strategy=ROLLING/replicas=3/");
    assert_eq!(class, "assent.check.credit:3.STAGING.environment=eu.strategy=ROLLING.replicas=3.p");

    // What is strict is another report about the same finding.
    let strict = marks(Asked { strict: true, ..asked() });
    assert_eq!(strict[0], "## ✘ FAILED: credit:3 to STAGING, strict");
    assert_eq!(strict[1], "assent/check/credit:3/STAGING/strict/");
    assert_eq!(strict[2], "assent.check.credit:3.STAGING.strict.p");
    assert_eq!(strict[3], all[0][3]);
    // Nothing in a name makes it another's category.
    assert_eq!(
        marks(with(Some("a/strategy=b%"), None, None))[1],
        "assent/check/credit:3/STAGING/environment=a%2Fstrategy=b%25/"
    );
    assert_eq!(marks(Asked { stage: None, ..asked() })[1], "assent/check/credit:3/-/");
}

/// Whoever meets the first of two conditions does not hand its fingerprint to the other.
#[test]
fn what_is_met_hands_its_name_to_nobody() {
    let open = |subjects: &[&str]| -> Vec<String> {
        let reasons: Vec<Value> = subjects
            .iter()
            .map(|subject| json!({"code": "condition-open", "message": "m", "subject": subject}))
            .collect();
        let log = sarif::write(&super::gate(asked(), &json!({ "reasons": reasons }), &Value::Null, false));
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        results.map(|one| one["partialFingerprints"]["assentFinding/v1"].to_string()).collect()
    };
    let both = open(&["legal/one", "legal/two"]);
    assert_eq!(open(&["legal/two"]), both[1..]);
    assert_ne!(both[0], both[1]);
}

#[test]
fn what_the_gate_says_becomes_lines() {
    let finding = |policy: &str, status: &str, enforcement: &str| json!({"policy": policy, "rule": "r", "status": status, "enforcement": enforcement, "message": "m", "remediation": "old"});
    let step =
        |id: &str, state: &str| json!({"step": id, "state": state, "approvals": [{"role": "tech_lead"}]});
    let reason = |code: &str, message: &str| json!({"code": code, "message": message, "remedy": "do it"});
    let condition = |subject: &str| json!({"code": "condition-open", "message": "m", "remedy": "do it", "subject": subject});
    let answer = json!({
        "stage": "PRODUCTION", "at": "2026-11-22T09:31:00Z", "compliance": {"status": "COMPLIANT"}, "evidence": "00",
        "findings": [finding("shut", "FAILED", "BLOCKING"), finding("excused", "FAILED", "BLOCKING"),
            finding("advice", "FAILED", "ADVISORY"), finding("waived", "EXCEPTED", "BLOCKING")],
        "steps": [step("done", "PASSED"), step("open", "OPEN"), step("skipped", "OPEN"), step("shut", "FAILED")],
        "reasons": [reason("policy-failed", "shut r: m"), reason("approval-missing", "the step `open` needs an approval"),
            condition("legal/one"), condition("legal/two"), reason("promotion-over", "x")],
        "emergency": {"state": "READY", "policies": ["excused"], "steps": ["skipped"]},
    });
    let answered = super::gate(asked(), &answer, &Value::Null, false);
    let lines: Vec<_> =
        answered.lines.iter().map(|line| (line.id(), line.outcome, line.standing())).collect();
    let expected = [
        ("shut/r", Outcome::Failed, Standing::Against),
        ("excused/r", Outcome::Excused, Standing::Excused),
        ("advice/r", Outcome::Failed, Standing::Advice),
        ("waived/r", Outcome::Excepted, Standing::Excused),
        ("steps/done", Outcome::Passed, Standing::Holds),
        ("steps/open", Outcome::Failed, Standing::Against),
        ("steps/skipped", Outcome::Excused, Standing::Excused),
        ("gate/condition-open/legal/one", Outcome::Failed, Standing::Against),
        ("gate/condition-open/legal/two", Outcome::Failed, Standing::Against),
        ("gate/promotion-over", Outcome::Failed, Standing::Against),
    ];
    assert_eq!(lines, expected.map(|(id, outcome, standing)| (id.to_owned(), outcome, standing)));
    assert_eq!(answered.lines[0].remedy.as_deref(), Some("do it"));
    assert_eq!(answered.lines[4].told(), "the step `done` is done (approved as tech_lead)");
    assert_eq!(answered.used, ["an emergency, READY"]);
    assert_eq!(answered.asked.stage.as_deref(), Some("PRODUCTION"));

    // A no without a reason is a no.
    let bare = super::gate(asked(), &json!({}), &Value::Null, false);
    assert_eq!((bare.lines.len(), bare.lines[0].standing()), (1, Standing::Against));
}

#[test]
fn outcomes_are_told_in_words() {
    let told = |status: &str, enforcement: &str| {
        let finding = json!({"policy": "p", "rule": "r", "status": status, "enforcement": enforcement,
            "message": "it is measured", "detail": "missing fact: a.b", "exception": "e"});
        let answered = super::check(asked(), &json!({"findings": [finding]}), true);
        (answered.lines[0].outcome, answered.lines[0].told(), junit::write(&answered))
    };
    let (outcome, sentence, xml) = told("ERROR", "ADVISORY");
    assert_eq!(sentence, "it is measured (it cannot be judged; missing fact: a.b)");
    assert!(
        outcome == Outcome::Error && xml.contains("<skipped message=\"advice that is not followed: it is"),
        "{xml}"
    );
    let (outcome, sentence, xml) = told("EXCEPTED", "BLOCKING");
    assert_eq!(sentence, "it is measured (missing fact: a.b; waived by the exception e)");
    assert!(outcome == Outcome::Excepted && xml.contains("used: the exception e from the policy p"), "{xml}");
    let (outcome, _, xml) = told("NOT_APPLICABLE", "BLOCKING");
    assert!(outcome == Outcome::NotApplicable && xml.contains("skipped=\"1\""), "{xml}");
}

/// What the schemas of the formats ask for, as far as it concerns what is written here.
mod format {
    use std::collections::BTreeSet;

    use roxmltree::{Document, Node};
    use serde_json::Value;

    use crate::ci::Answered;

    /// Reads a report as the schemas of Ant and Jenkins have it, and gives how many of its cases are red.
    pub(super) fn junit(xml: &str) -> usize {
        let document = Document::parse(xml).expect("well formed");
        let root = document.root_element();
        only(root, &["name", "tests", "failures", "errors"], &["testsuite"]);
        let suites: Vec<Node<'_, '_>> = root.children().filter(Node::is_element).collect();
        let mut seen = BTreeSet::new();
        let mut red = 0;
        for suite in &suites {
            let attributes = ["name", "tests", "failures", "errors", "skipped", "timestamp", "time"];
            only(*suite, &attributes, &["properties", "testcase", "system-out"]);
            let order: Vec<usize> = suite
                .children()
                .filter(Node::is_element)
                .map(|node| {
                    ["properties", "testcase", "system-out"]
                        .iter()
                        .position(|tag| node.has_tag_name(*tag))
                        .unwrap()
                })
                .collect();
            assert!(order.is_sorted(), "properties, cases, output");
            let at = suite.attribute("timestamp").unwrap();
            assert_eq!(at.len(), "2026-11-22T09:30:00".len(), "{at}");
            assert!(format!("{at}Z").parse::<jiff::Timestamp>().is_ok(), "{at}");
            assert!(suite.attribute("time").unwrap().parse::<f64>().unwrap() >= 0.0);
            let cases: Vec<Node<'_, '_>> =
                suite.children().filter(|node| node.has_tag_name("testcase")).collect();
            for case in &cases {
                only(*case, &["classname", "name", "time"], &["failure", "error", "skipped", "system-out"]);
                assert!(case.children().filter(Node::is_element).count() <= 1, "one outcome");
                let id = (case.attribute("classname").unwrap(), case.attribute("name").unwrap());
                assert!(seen.insert(id), "{id:?} stands there twice");
            }
            let with = |tag: &str| {
                cases.iter().filter(|case| case.children().any(|node| node.has_tag_name(tag))).count()
            };
            for (attribute, count) in [
                ("tests", cases.len()),
                ("failures", with("failure")),
                ("errors", with("error")),
                ("skipped", with("skipped")),
            ] {
                assert_eq!(suite.attribute(attribute), Some(&*count.to_string()), "{attribute}");
            }
            red += with("failure") + with("error");
        }
        let sum = |attribute: &str| -> usize {
            suites.iter().map(|suite| suite.attribute(attribute).unwrap().parse::<usize>().unwrap()).sum()
        };
        for attribute in ["tests", "failures", "errors"] {
            assert_eq!(root.attribute(attribute), Some(&*sum(attribute).to_string()));
        }
        red
    }

    fn only(node: Node<'_, '_>, attributes: &[&str], children: &[&str]) {
        for attribute in node.attributes() {
            assert!(attributes.contains(&attribute.name()), "{}", attribute.name());
        }
        for child in node.children().filter(Node::is_element) {
            assert!(children.contains(&child.tag_name().name()), "{}", child.tag_name().name());
        }
    }

    /// Reads a log as the JSON Schema of SARIF 2.1.0 has it, and gives how many results are errors.
    pub(super) fn sarif(log: &Value) -> usize {
        members(log, &["version", "runs"], &["$schema"]);
        assert_eq!(log["version"], "2.1.0");
        let [run] = log["runs"].as_array().unwrap().as_slice() else { panic!("one run") };
        members(run, &["tool"], &["automationDetails", "invocations", "results", "properties"]);
        members(&run["tool"], &["driver"], &[]);
        let driver = &run["tool"]["driver"];
        members(driver, &["name"], &["fullName", "version", "semanticVersion", "rules"]);
        members(&run["automationDetails"], &["id"], &[]);
        for invocation in run["invocations"].as_array().unwrap() {
            members(invocation, &["executionSuccessful"], &["exitCode", "endTimeUtc"]);
            assert!(invocation["endTimeUtc"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
        }
        let rules = driver["rules"].as_array().unwrap();
        let mut ids = BTreeSet::new();
        for rule in rules {
            let optional =
                ["name", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"];
            members(rule, &["id"], &optional);
            assert!(ids.insert(rule["id"].as_str().unwrap()), "{rule}");
            for text in ["shortDescription", "fullDescription", "help"] {
                is_message(&rule[text]);
            }
            members(&rule["defaultConfiguration"], &["level"], &[]);
            is_level(&rule["defaultConfiguration"]["level"]);
            let tags = rule["properties"]["tags"].as_array().unwrap();
            let different: BTreeSet<&str> = tags.iter().map(|tag| tag.as_str().unwrap()).collect();
            assert_eq!(different.len(), tags.len());
        }
        let results = run["results"].as_array().unwrap();
        for one in results {
            result(one, rules);
        }
        results.iter().filter(|one| one["level"] == "error").count()
    }

    fn result(result: &Value, rules: &[Value]) {
        let optional = [
            "ruleId",
            "ruleIndex",
            "kind",
            "level",
            "locations",
            "partialFingerprints",
            "properties",
            "suppressions",
        ];
        members(result, &["message"], &optional);
        let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[at]["id"], result["ruleId"]);
        assert_eq!(result["kind"], "fail", "with a level there is no other kind");
        is_level(&result["level"]);
        is_message(&result["message"]);
        assert!(result["partialFingerprints"].as_object().unwrap().values().all(Value::is_string));
        for location in result["locations"].as_array().unwrap() {
            members(location, &["logicalLocations"], &["physicalLocation"]);
            for logical in location["logicalLocations"].as_array().unwrap() {
                members(logical, &["name", "fullyQualifiedName", "kind"], &[]);
            }
            let Some(physical) = location.get("physicalLocation") else { continue };
            members(physical, &["artifactLocation", "region"], &[]);
            members(&physical["artifactLocation"], &["uri", "uriBaseId"], &[]);
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            assert!(
                uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)),
                "{uri}"
            );
            assert_eq!(physical["region"]["startLine"], 1);
        }
        for suppression in result.get("suppressions").and_then(Value::as_array).into_iter().flatten() {
            members(suppression, &["kind"], &["status", "justification"]);
            assert_eq!(
                (&suppression["kind"], &suppression["status"]),
                (&"external".into(), &"accepted".into())
            );
            assert_eq!(result["level"], "note");
        }
    }

    fn members(object: &Value, required: &[&str], optional: &[&str]) {
        let object = object.as_object().unwrap_or_else(|| panic!("{object} is no object"));
        assert!(required.iter().all(|name| object.contains_key(*name)), "{object:?} has not {required:?}");
        let known = |name: &&String| required.contains(&name.as_str()) || optional.contains(&name.as_str());
        assert!(object.keys().all(|name| known(&name)), "{object:?}");
    }

    fn is_level(level: &Value) {
        assert!(["error", "warning", "note"].contains(&level.as_str().unwrap()), "{level}");
    }

    /// No place for an argument and no link is left.
    fn is_message(message: &Value) {
        members(message, &["text"], &[]);
        let text = message["text"].as_str().unwrap();
        let bare = text.replace("{{", "").replace("}}", "");
        assert!(!bare.contains(['{', '}']) && !text.contains("]("), "{text}");
    }

    /// Reads a summary line by line: what may begin a line is known, and every row of a table has as many cells as its head.
    pub(super) fn markdown(text: &str, answered: &Answered) {
        let marks: &[&str] = if answered.passed { &["✔", "○"] } else { &["✘"] };
        let begins = |mark: &&str| text.starts_with(&format!("## {mark} {}: ", answered.verdict));
        assert!(marks.iter().any(begins), "{text}");
        for after in text.split(['@', '#']).skip(3) {
            assert!(after.starts_with("<!-- -->"), "{after}");
        }
        assert!(!text.contains("://") && !text.to_ascii_lowercase().contains("www."), "{text}");
        let plain = text.replace("@<!-- -->", "").replace("<!-- -->", "");
        for (number, line) in plain.lines().enumerate() {
            let known = ["| ", "- ", "`assent ", "Figures that", "It rests on:", "What holds: "];
            let is_known = line.is_empty() || known.iter().any(|begin| line.starts_with(begin));
            let is_count = line.starts_with(|c: char| c.is_ascii_digit()) || line == "| --- | --- | --- |";
            assert!(number == 0 || is_known || is_count || line.starts_with("| ---"), "{line}");
            assert!(!line.contains('@'), "{line}");
            let bare = unescaped(line);
            assert!(!bare.contains(['<', '>', '*', '_']), "{line}");
            if line.starts_with('|') {
                assert_eq!(bare.matches('|').count(), 4, "{line}");
            }
        }
    }

    /// A line without what is escaped in it, and without code.
    fn unescaped(line: &str) -> String {
        let mut out = String::new();
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            if c == '\\' {
                chars.next();
            } else {
                out.push(c);
            }
        }
        let code: Vec<&str> = out.split('`').step_by(2).collect();
        code.join("")
    }
}
