//! Pages and `JUnit` reports: well formed whatever the names are, with every figure or the reason why there is none.

use assent_eval::drift::{ColumnChoice, Comparison, DriftOptions, compare_files};
use assent_eval::progress::Unwatched;
use assent_eval::{
    DataFile, EvaluationOptions, JudgedThreshold, Report, Task, Verdict, evaluate_files, junit, page,
};
use roxmltree::{Document, Node, ParsingOptions};

/// Names as somebody would choose them who wants more than a group.
const HOSTILE: &str = "</svg><script>alert(1)</script>\"'&]]>\u{1b}[31m\u{202e}";

fn report(task: Task, csv: &str, score: bool, suites: &[&str]) -> Report {
    let options = EvaluationOptions {
        task,
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        score: score.then(|| "s".to_owned()),
        protected: if suites.contains(&"bias") { vec!["g".to_owned()] } else { Vec::new() },
        segments: vec!["g".to_owned()],
        suites: suites.iter().map(|suite| (*suite).to_owned()).collect(),
        min_group_size: 2,
        ..EvaluationOptions::default()
    };
    evaluate_files(&options, &[DataFile::new("val", csv.as_bytes().to_vec())]).expect("sound")
}

fn binary() -> Report {
    let hostile = HOSTILE.replace('"', "\"\"");
    let csv = format!(
        "y,p,s,g\n1,1,0.9,a\n0,1,0.7,a\n0,0,0.2,\"{hostile}\"\n1,0,0.4,\"{hostile}\"\n1,1,0.8,a\n0,0,0.1,small\n"
    );
    report(Task::Binary, &csv, true, &["performance", "bias"])
}

fn verdict() -> Verdict {
    let threshold = |metric: &str, value: Option<f64>, passed| JudgedThreshold {
        suite: "performance".to_owned(),
        metric: metric.to_owned(),
        operator: ">=".to_owned(),
        bound: 0.85,
        value,
        n: value.map(|_| 6),
        passed,
        reason: value.is_none().then(|| format!("no such figure {HOSTILE}")),
    };
    Verdict {
        pack: "default".to_owned(),
        threshold_set: HOSTILE.to_owned(),
        tier: None,
        passed: false,
        thresholds: vec![
            threshold("accuracy", Some(0.66), false),
            threshold("recall", Some(0.9), true),
            threshold(HOSTILE, None, false),
        ],
        suites_not_judged: vec!["bias".to_owned()],
    }
}

/// A page read back as what it is to a browser: elements, and nothing that loads or runs.
fn read(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(page, options).expect("the page is well formed");
    for node in document.descendants().filter(Node::is_element) {
        let tag = node.tag_name().name();
        assert!(!["script", "iframe", "img", "link", "a", "form", "object"].contains(&tag), "{tag}");
        for attribute in node.attributes() {
            let name = attribute.name();
            assert!(!name.starts_with("on") && !["src", "href", "style"].contains(&name), "{name}");
        }
    }
    for svg in tagged(&document, "svg") {
        assert_eq!(svg.attribute("role"), Some("img"));
        for part in ["title", "desc"] {
            let words =
                svg.children().find(|node| node.tag_name().name() == part).and_then(|node| node.text());
            assert!(words.is_some_and(|words| words.len() > 2), "{part}");
        }
        let figure = svg.ancestors().find(|node| node.has_tag_name("figure")).expect("a plot is in a figure");
        let table = figure.descendants().any(|node| node.has_tag_name("table"));
        assert!(table && figure.descendants().any(|node| node.has_tag_name("figcaption")));
        for number in svg.descendants().flat_map(|node| node.attributes()) {
            assert!(!number.value().contains("NaN") && !number.value().contains("inf"), "{number:?}");
        }
    }
    let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "ids are unique");
    document
}

fn tagged<'a>(document: &'a Document<'_>, tag: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    document.descendants().filter(move |node| node.is_element() && node.tag_name().name() == tag)
}

fn text(document: &Document<'_>) -> String {
    document.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_page_of_hostile_names_is_well_formed_and_inert() {
    let (report, verdict) = (binary(), verdict());
    let page = page::evaluation(HOSTILE, &report, Some(&verdict));
    let document = read(&page);
    assert_eq!(tagged(&document, "svg").count(), 8, "three of scores, a matrix, four of groups");
    let text = text(&document);
    assert!(text.contains("</svg><script>alert(1)</script>"), "names are shown as they are");
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'), "what steers a terminal is not");
    let policy = tagged(&document, "meta").find_map(|meta| {
        (meta.attribute("http-equiv") == Some("Content-Security-Policy")).then(|| meta.attribute("content"))
    });
    assert!(policy.flatten().expect("it has a policy").starts_with("default-src 'none'"));
}

#[test]
fn a_page_shows_every_figure_or_why_there_is_none() {
    let report = binary();
    let page = page::evaluation("val", &report, Some(&verdict()));
    let shown = text(&read(&page));
    for metric in report.metrics.values() {
        match (metric.value, metric.reason) {
            (Some(value), _) => {
                let forms =
                    [format!("{value:.4}"), format!("{:.2} %", value * 100.0), format!("{value:.5e}")];
                assert!(forms.iter().any(|form| shown.contains(form)), "{forms:?}");
            }
            (None, reason) => assert!(shown.contains(&reason.expect("a reason").to_string())),
        }
    }
    for words in [
        "small *",
        "2 of 3 thresholds",
        "✗\u{a0}missing: no such figure",
        "✓\u{a0}passed",
        "✗\u{a0}failed",
        "few rows",
    ] {
        assert!(shown.contains(words), "{words}");
    }
    assert!(shown.contains("The set also bounds bias, which was not asked for and not judged."));
}

#[test]
fn what_cannot_be_drawn_is_explained() {
    let no_score = page::evaluation(
        "val",
        &report(Task::Binary, "y,p,g\n1,1,a\n0,0,b\n", false, &["performance"]),
        None,
    );
    assert!(text(&read(&no_score)).contains("No column with scores was named"));
    let one_class = report(Task::Binary, "y,p,s,g\n0,0,0.5,a\n0,1,3,b\n", true, &["performance"]);
    let one_class = page::evaluation("val", &one_class, None);
    let shown = text(&read(&one_class));
    for words in [
        "There is no curve, because no row has a positive label.",
        "There is no calibration, because a score lies below 0 or above 1.",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let classes = page::evaluation(
        "val",
        &report(Task::Multiclass, "y,p,g\na,a,1\nb,c,1\n", false, &["performance"]),
        None,
    );
    assert!(text(&read(&classes)).contains("– (never predicted)"));
    let numbers = page::evaluation(
        "val",
        &report(Task::Regression, "y,p,g\n1,2,1\n4,3,1\n", false, &["performance"]),
        None,
    );
    assert_eq!(tagged(&read(&numbers), "svg").count(), 0);
}

fn comparison() -> Comparison {
    let reference = format!("a,\"{}\",gone,e\n1,x,1,1\n2,y,2,2\n3,x,3,3\n", HOSTILE.replace('"', "\"\""));
    let current = format!("a,\"{}\",e\n7,x,\n8,y,\n9,x,\n", HOSTILE.replace('"', "\"\""));
    let [reference, current] = [reference, current].map(|csv| [DataFile::new("t", csv.into_bytes())]);
    let options = DriftOptions { p_value_bound: 0.25, ..DriftOptions::default() };
    compare_files(&reference, &current, &ColumnChoice::default(), &options, &Unwatched).expect("sound")
}

#[test]
fn a_page_of_drift_shows_columns_and_what_was_left_out() {
    let page = page::drift("new against old", &comparison());
    let document = read(&page);
    assert_eq!(tagged(&document, "svg").count(), 3);
    let shown = text(&document);
    for words in [
        "✗\u{a0}drifted",
        "✗\u{a0}not\u{a0}tested",
        "not tested: the current data has no values",
        "gone",
        "few rows",
        "– no values",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

/// The cases of a suite: name, and the message of a failure or an error.
fn cases<'a>(document: &'a Document<'a>, suite: &str) -> Vec<(&'a str, Option<(&'a str, &'a str)>)> {
    let suite = tagged(document, "testsuite").find(|node| node.attribute("name") == Some(suite));
    let suite = suite.expect("the suite is there");
    let cases: Vec<Node<'_, '_>> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
    let count =
        |tag: &str| cases.iter().filter(|case| case.children().any(|node| node.has_tag_name(tag))).count();
    for (attribute, expected) in
        [("tests", cases.len()), ("failures", count("failure")), ("errors", count("error")), ("skipped", 0)]
    {
        assert_eq!(suite.attribute(attribute), Some(expected.to_string().as_str()), "{attribute}");
    }
    cases
        .iter()
        .map(|case| {
            let fault =
                case.children().find(|node| node.has_tag_name("failure") || node.has_tag_name("error"));
            let told =
                fault.map(|node| (node.tag_name().name(), node.attribute("message").unwrap_or_default()));
            (case.attribute("name").unwrap_or_default(), told)
        })
        .collect()
}

#[test]
fn thresholds_are_test_cases() {
    let xml = junit::evaluation(&binary(), Some(&verdict()));
    let document = Document::parse(&xml).expect("well formed");
    let told = cases(&document, "performance");
    assert_eq!(
        told[0],
        ("accuracy >= 0.85", Some(("failure", "accuracy is 0.66 (6 rows); wanted accuracy >= 0.85")))
    );
    assert_eq!(told[1], ("recall >= 0.85", None));
    let (name, fault) = told[2];
    let shown = HOSTILE.replace(['\u{1b}', '\u{202e}'], "\u{fffd}");
    assert_eq!(name, format!("{shown} >= 0.85"));
    assert!(fault.expect("a missing figure fails").1.starts_with("no figure: no such figure </svg>"));
    assert!(cases(&document, "bias").is_empty());
    let root = document.root_element();
    assert_eq!((root.attribute("tests"), root.attribute("failures")), (Some("3"), Some("2")));
}

#[test]
fn without_thresholds_figures_are_test_cases_and_undefined_ones_errors() {
    let report = report(Task::Binary, "y,p,s,g\n0,0,0.5,a\n0,1,0.3,b\n", true, &["performance", "bias"]);
    let xml = junit::evaluation(&report, None);
    let document = Document::parse(&xml).expect("well formed");
    let performance = cases(&document, "performance");
    assert!(performance.contains(&("accuracy", None)));
    let recall = ("recall", Some(("error", "recall is undefined: no row has a positive label")));
    assert!(performance.contains(&recall), "{performance:?}");
    let bias = cases(&document, "bias");
    assert!(bias.iter().any(|(name, _)| *name == "g.disparateImpact"));
    assert_eq!(performance.len() + bias.len(), report.metrics.len());
}

#[test]
fn drifted_columns_fail_and_untested_ones_are_errors() {
    let xml = junit::drift(&comparison());
    let document = Document::parse(&xml).expect("well formed");
    let told = cases(&document, "drift");
    let outcomes: Vec<Option<&str>> = told.iter().map(|(_, fault)| fault.map(|(kind, _)| kind)).collect();
    assert_eq!(outcomes, [Some("failure"), None, Some("error")], "{told:?}");
    assert!(text(&document).contains("not compared: gone (the current data has no such column"));
}
