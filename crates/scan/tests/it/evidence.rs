//! Reports of other tools: their published figures, and what is wrong with bad ones.

use assent_scan::Severity;
use assent_scan::evidence::limits::{MAX_BYTES, MAX_METRIC_DEPTH};
use assent_scan::evidence::{Evidence, Format, Interval, parse};
use serde_json::{Value, json};

use crate::read;

fn error(text: &str) -> String {
    let error = parse(text.as_bytes()).unwrap_err();
    assert!(!error.remedy().is_empty());
    format!("{} {error}", error.code())
}

fn parsed(value: &Value) -> Evidence {
    parse(value.to_string().as_bytes()).unwrap()
}

#[test]
fn modelscan_says_what_it_published() {
    let clean = parse(&read("model_scan/benign_model.modelscan.json")).unwrap();
    assert_eq!((clean.format, clean.findings.len(), clean.warnings.len()), (Format::Modelscan, 0, 0));
    let bad = parse(&read("model_scan/malicious_os_system.modelscan.json")).unwrap();
    assert_eq!(bad.tool.as_deref(), Some("modelscan"));
    assert_eq!(bad.tool_version.as_deref(), Some("0.8.8"));
    assert_eq!(bad.subject.as_deref(), Some("malicious_os_system.pkl"));
    let [found] = bad.findings.as_slice() else { panic!("{:?}", bad.findings) };
    assert_eq!((found.severity, found.id.as_str()), (Severity::Critical, "posix.system"));
    assert_eq!(found.title, "Use of unsafe operator 'system' from module 'posix'");
    assert_eq!(found.location.as_deref(), Some("malicious_os_system.pkl"));
}

fn modelscan() -> Value {
    serde_json::from_slice(&read("model_scan/malicious_os_system.modelscan.json")).unwrap()
}

#[test]
fn what_modelscan_did_not_look_at_is_a_warning() {
    let mut report = modelscan();
    report["errors"] =
        json!([{"category": "PICKLE_GENOPS", "description": "cannot parse", "source": "a.pkl"}]);
    report["summary"]["skipped"] = json!({"total_skipped": 1, "skipped_files": [
        {"category": "SCAN_NOT_SUPPORTED", "description": "did not scan file", "source": "b.bin"}]});
    report["summary"]["scanned"]["total_scanned"] = json!(0);
    assert_eq!(
        parsed(&report).warnings,
        [
            "modelscan failed: PICKLE_GENOPS: a.pkl: cannot parse",
            "modelscan skipped a file: SCAN_NOT_SUPPORTED: b.bin: did not scan file",
            "modelscan has looked at no file",
        ]
    );
}

#[test]
fn a_summary_that_contradicts_its_list_is_refused() {
    let mut report = modelscan();
    report["issues"] = json!([]);
    assert_eq!(
        error(&report.to_string()),
        "IMPOSSIBLE_VALUE `summary.total_issues`: 1 issues are counted, and 0 are listed"
    );
    let mut report = modelscan();
    report["issues"][0]["severity"] = json!("LOW");
    assert!(
        error(&report.to_string()).starts_with("IMPOSSIBLE_VALUE `summary.total_issues_by_severity.LOW`")
    );
}

#[test]
fn trivy_names_two_vulnerabilities_of_werkzeug() {
    let report = parse(&read("reports/trivy-pip.json")).unwrap();
    assert_eq!((report.format, report.tool_version.as_deref()), (Format::Trivy, Some("dev")));
    assert_eq!(report.subject.as_deref(), Some("testdata/fixtures/repo/pip"));
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|found| {
            let package = found.package.clone().unwrap();
            (
                found.severity,
                found.id.clone(),
                package.name,
                package.version.unwrap(),
                package.fixed_version.unwrap(),
            )
        })
        .collect();
    let text = |text: &str| text.to_owned();
    assert_eq!(
        found,
        [
            (Severity::High, text("CVE-2019-14806"), text("Werkzeug"), text("0.11"), text("0.15.3")),
            (Severity::Medium, text("CVE-2020-28724"), text("Werkzeug"), text("0.11"), text("0.11.6")),
        ]
    );
    assert_eq!(report.findings[0].location.as_deref(), Some("requirements.txt"));
}

#[test]
fn trivy_ratings_are_kept_and_secrets_are_not() {
    let report =
        parsed(&json!({"SchemaVersion": 2, "Trivy": {"Version": "1"}, "ArtifactName": "x", "Results": [
        {"Target": "t", "Vulnerabilities": [
            {"VulnerabilityID": "CVE-1", "PkgName": "p", "Severity": "UNKNOWN"},
            {"VulnerabilityID": "CVE-2", "PkgName": "p", "Severity": "CRITICAL", "FixedVersion": ""}]},
        {"Target": "d", "Misconfigurations": [
            {"ID": "DS-1", "Title": "root", "Severity": "HIGH", "Status": "FAIL"},
            {"ID": "DS-2", "Title": "fine", "Severity": "HIGH", "Status": "PASS"}]},
        {"Target": "k", "Secrets": [
            {"RuleID": "key", "Title": "a key", "Severity": "CRITICAL", "StartLine": 3, "Match": "hunter2"}]},
        {"Target": "l", "Licenses": [{"Name": "GPL-3.0", "PkgName": "p", "FilePath": "", "Severity": "LOW"}]},
        {"Target": "empty", "Vulnerabilities": null}]}));
    let found: Vec<_> = report.findings.iter().map(|found| (found.severity, found.id.as_str())).collect();
    assert_eq!(
        found,
        [
            (Severity::Unrated, "CVE-1"),
            (Severity::Critical, "CVE-2"),
            (Severity::High, "DS-1"),
            (Severity::Critical, "key"),
            (Severity::Low, "GPL-3.0"),
        ]
    );
    assert_eq!(report.findings[3].location.as_deref(), Some("k:3"));
    assert!(!serde_json::to_string(&report).unwrap().contains("hunter2"));
    assert_eq!(
        error(
            r#"{"SchemaVersion": 2, "Results": [{"Target": "t", "Vulnerabilities": [{"VulnerabilityID": "C", "PkgName": "p", "Severity": "BAD"}]}]}"#
        ),
        "WRONG_FIELD line 1, `Results[0].Vulnerabilities[0].Severity`: unknown variant `BAD`, expected one of `UNKNOWN`, `LOW`, `MEDIUM`, `HIGH`, `CRITICAL`"
    );
    assert!(error(r#"{"SchemaVersion": 1}"#).starts_with("UNKNOWN_VERSION `SchemaVersion`"));
}

#[test]
fn garak_figures_are_those_of_its_eval_lines() {
    for (name, version, path, passed) in [
        ("garak-quack", "0.14.0.pre1", "garak.lmrc.QuackMedicine.lmrc.QuackMedicine.passRate", 1),
        ("garak-report_test", "0.13.3.pre1", "garak.test.Test.always.Pass.passRate", 8),
    ] {
        let report = parse(&read(&format!("reports/{name}.report.jsonl"))).unwrap();
        assert_eq!((report.format, report.tool_version.as_deref()), (Format::Garak, Some(version)));
        let metric = &report.metrics[path];
        assert!((metric.value - 1.0).abs() < f64::EPSILON);
        assert_eq!((metric.n, metric.interval), (Some(passed), None));
        assert_eq!(report.metrics["garak.passRate"].n, Some(passed));
        assert_eq!((report.findings.len(), report.warnings.as_slice()), (0, &[] as &[String]), "{name}");
    }
}

fn garak(eval: &str) -> String {
    format!(
        "{{\"entry_type\":\"init\",\"garak_version\":\"1\"}}\n{eval}\n{{\"entry_type\":\"completion\"}}\n"
    )
}

#[test]
fn an_interval_of_failures_becomes_one_of_passes() {
    let report = parse(
        garak(r#"{"entry_type":"eval","probe":"dan.Dan","detector":"d.D","passed":30,"fails":10,"nones":2,"total_evaluated":40,"total_processed":42,"confidence_method":"bootstrap","confidence":"0.95","confidence_lower":0.125,"confidence_upper":0.375}"#).as_bytes(),
    )
    .unwrap();
    let metric = &report.metrics["garak.dan.Dan.d.D.passRate"];
    assert!((metric.value - 0.75).abs() < 1e-12);
    assert_eq!(metric.interval, Some(Interval { lower: 0.625, upper: 0.875, level: Some(0.95) }));
    let interval = metric.interval.unwrap();
    assert!(interval.lower <= metric.value && metric.value <= interval.upper);
    let [found] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
    assert_eq!((found.severity, found.title.as_str()), (Severity::Unrated, "10 of 40 answers failed"));
    assert_eq!(report.warnings, ["2 answers could not be judged and are in no figure"]);
}

#[test]
fn garak_reports_that_cannot_be_are_refused_with_their_line() {
    let eval = |rest: &str| garak(&format!(r#"{{"entry_type":"eval","probe":"p","detector":"d",{rest}}}"#));
    assert_eq!(
        error(&eval(r#""passed":3,"fails":3,"total_evaluated":5"#)),
        "IMPOSSIBLE_VALUE line 2, `total_evaluated`: 3 passed and 3 failed of 5"
    );
    assert_eq!(
        error(&eval(r#""passed":6,"total":5"#)),
        "IMPOSSIBLE_VALUE line 2, `total`: 6 passed and 0 failed of 5"
    );
    assert_eq!(
        error(&eval(r#""passed":5,"total":5,"confidence_lower":5,"confidence_upper":20"#)),
        "IMPOSSIBLE_VALUE line 2, `confidence_lower`: no interval of a share: 5 to 20"
    );
    assert!(error(&eval(r#""passed":-1,"total":5"#)).starts_with("WRONG_FIELD line 2"));
    assert!(error(&garak("{\"entry_type\":")).starts_with("NOT_JSON line 2"));
    let cut = parse(b"{\"entry_type\":\"init\",\"garak_version\":\"1\"}\n").unwrap();
    assert_eq!(
        cut.warnings,
        ["the report has no evaluations", "the report has no completion: the run did not come to its end"]
    );
    let nothing = parse(eval(r#""passed":0,"fails":0,"total_evaluated":0"#).as_bytes()).unwrap();
    assert_eq!(
        (nothing.metrics.len(), nothing.warnings.as_slice()),
        (0, &["`p` with `d` evaluated nothing".to_owned()][..])
    );
}

fn sarif(rules: &Value, results: &Value) -> Value {
    json!({"version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": "checker", "version": "3.1", "rules": rules}}, "results": results}]})
}

fn severities(report: &Evidence) -> Vec<Severity> {
    report.findings.iter().map(|found| found.severity).collect()
}

#[test]
fn sarif_levels_and_scores_become_severities() {
    let message = json!({"text": "found"});
    let rules = json!([
        {"id": "scored", "properties": {"security-severity": "9.8"}},
        {"id": "noted", "defaultConfiguration": {"level": "note"}, "shortDescription": {"text": "a note"},
         "messageStrings": {"m": {"text": "by its id"}}},
        {"id": "plain"}]);
    let report = parsed(&sarif(
        &rules,
        &json!([
            {"ruleId": "scored", "level": "note", "message": message},
            {"ruleIndex": 1, "message": {"id": "m"}},
            {"ruleId": "plain", "message": message},
            {"rule": {"id": "plain"}, "level": "error", "message": message,
             "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.py"}, "region": {"startLine": 7}}}]},
            {"ruleId": "plain", "message": message, "properties": {"security-severity": 5.0}},
            {"ruleId": "plain", "level": "none", "message": message},
            {"ruleId": "plain", "kind": "review", "message": message}
        ]),
    ));
    assert_eq!(
        severities(&report),
        [
            Severity::Critical,
            Severity::Low,
            Severity::Medium,
            Severity::High,
            Severity::Medium,
            Severity::Info,
            Severity::Unrated
        ]
    );
    assert_eq!((report.findings[1].id.as_str(), report.findings[1].title.as_str()), ("noted", "by its id"));
    assert_eq!(report.findings[3].location.as_deref(), Some("a.py:7"));
    assert_eq!((report.tool.as_deref(), report.tool_version.as_deref()), (Some("checker"), Some("3.1")));
    assert_eq!(report.warnings, Vec::<String>::new());
}

#[test]
fn what_sarif_leaves_out_is_said() {
    let message = json!({"text": "found"});
    let mut log = sarif(
        &json!([]),
        &json!([
            {"ruleId": "a", "kind": "pass", "message": message},
            {"ruleId": "a", "message": message, "suppressions": [{"kind": "external"}]},
            {"ruleId": "a", "message": message, "suppressions": [{"kind": "external", "status": "underReview"}]},
            {"ruleId": "a", "message": message, "suppressions": []},
            {"ruleId": "a", "message": message, "baselineState": "absent"}
        ]),
    );
    log["runs"][0]["invocations"] = json!([{"executionSuccessful": false}]);
    log["runs"].as_array_mut().unwrap().push(json!({"tool": {"driver": {"name": "checker"}}}));
    let report = parsed(&log);
    assert_eq!(report.findings.len(), 2);
    assert_eq!(
        report.warnings,
        [
            "the tool says that it did not run to its end",
            "1 results are suppressed in the log and are not among the findings",
            "a run has no list of results: the tool did not look, or did not come that far",
            "the report does not say which version of the tool made it",
        ]
    );
    log["runs"][1]["tool"]["driver"]["name"] = json!("other");
    assert_eq!(
        error(&log.to_string()),
        "SEVERAL_TOOLS `runs[1].tool.driver.name`: results of `checker` and of `other` in one report"
    );
    assert!(
        error(r#"{"version": "2.0.0", "runs": []}"#)
            .starts_with("UNKNOWN_VERSION `version`: version `2.0.0`")
    );
    assert_eq!(
        error("{\"version\": \"2.1.0\",\n \"runs\": [{\"tool\": {\"driver\": {}}}]}"),
        "WRONG_FIELD line 2, `runs[0].tool.driver`: missing field `name`"
    );
}

#[test]
fn figures_come_by_path() {
    let report = parsed(&json!({"tool": {"name": "mine", "version": "2"}, "subject": "model 7", "metrics": {
        "accuracy": 0.91, "by": {"group": {"f1": {"value": 0.5, "n": 20, "interval": {"lower": 0.4, "upper": 0.6, "level": 0.95}}}},
        "missing": null}}));
    assert_eq!((report.format, report.subject.as_deref()), (Format::Metrics, Some("model 7")));
    assert!((report.metrics["accuracy"].value - 0.91).abs() < 1e-12);
    let nested = &report.metrics["by.group.f1"];
    assert_eq!((nested.n, nested.interval.map(|interval| interval.level)), (Some(20), Some(Some(0.95))));
    assert_eq!(report.warnings, ["`metrics.missing` is not given"]);
    let bare = parsed(&json!({"accuracy": 1}));
    assert_eq!(bare.warnings, ["the report does not say which tool made it"]);
}

#[test]
fn what_is_no_report_is_refused_with_its_place() {
    assert!(error("").starts_with("EMPTY_REPORT"));
    assert!(error(" \n\n").starts_with("EMPTY_REPORT"));
    assert!(error("{").starts_with("NOT_JSON line 1"));
    assert_eq!(error("[1]"), "WRONG_FIELD line 1: invalid length 1, expected an object");
    assert!(error("{}").starts_with("NOTHING_TO_READ"));
    assert_eq!(error(r#"{"a": {"b": "0.9"}}"#), "WRONG_FIELD `a.b`: a text where a number is needed");
    assert_eq!(
        error(r#"{"metrics": {"b": [1]}}"#),
        "WRONG_FIELD `metrics.b`: a list where a number is needed"
    );
    assert!(
        error(r#"{"a": {"value": 1, "interval": {"lower": 2, "upper": 1}}}"#)
            .starts_with("IMPOSSIBLE_VALUE `a.interval`")
    );
    assert!(error(r#"{"a": {"value": 1, "m": 2}}"#).starts_with("WRONG_FIELD"));
    let deep = format!("{}1{}", "{\"a\":".repeat(MAX_METRIC_DEPTH + 1), "}".repeat(MAX_METRIC_DEPTH + 1));
    assert!(error(&deep).starts_with("TOO_DEEP"));
    assert!(error(&" ".repeat(MAX_BYTES + 1)).starts_with("REPORT_TOO_LARGE"));
    assert!(
        error(&"[".repeat(100_000)).starts_with("NOT_JSON")
            || error(&"[".repeat(100_000)).starts_with("WRONG_FIELD")
    );
}

#[test]
fn evidence_is_written_and_read_back() {
    let report = parse(&read("reports/trivy-pip.json")).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["toolVersion"], "dev");
    assert_eq!(json["findings"][0]["package"]["fixedVersion"], "0.15.3");
    assert_eq!(serde_json::from_value::<Evidence>(json).unwrap(), report);
}
