//! `assent evaluate --threshold-set`: figures of a file judged without a server, in every format.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Run, assent, repository, run};

fn evaluate(data: &Path, more: &[&str]) -> Run {
    let columns = ["--label", "y", "--prediction", "p", "--protected", "g"];
    run(assent().arg("evaluate").arg("--data").arg(data).args(columns).args(more))
}

/// Ten rows, of which nine are predicted right, in two groups.
fn data(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("val.csv");
    let right = "1,1,a\n1,1,b\n0,0,a\n0,0,b\n1,1,a\n1,1,b\n0,0,a\n0,0,b\n1,1,a\n";
    fs::write(&path, format!("y,p,g\n{right}0,1,b\n")).unwrap();
    path
}

/// A pack that takes over the default one, with a set of these thresholds.
fn pack(folder: &Path, thresholds: &str) -> String {
    let place = folder.join("pack");
    fs::create_dir_all(&place).unwrap();
    let text = format!(
        "kind: Pack\nid: mine\ntitle: Mine\nextends: default\n---\nkind: ThresholdSet\nid: mine\ntitle: Mine\n{thresholds}"
    );
    fs::write(place.join("pack.yaml"), text).unwrap();
    place.to_string_lossy().into_owned()
}

#[test]
fn the_built_in_set_judges_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path());
    let performance = ["--suite", "performance", "--threshold-set", "default"];
    let good = evaluate(&data, &performance);
    assert_eq!(good.code, 0, "{}{}", good.stdout, good.stderr);
    assert!(good.stdout.contains("all 4 thresholds of `default` hold"), "{}", good.stdout);
    assert!(good.stdout.contains("not judged, because it was not asked for: bias"), "{}", good.stdout);
    let bad = evaluate(&data, &["--suite", "performance,bias", "--threshold-set", "default"]);
    assert_eq!(bad.code, 1, "{}{}", bad.stdout, bad.stderr);
    assert!(bad.stdout.contains("thresholds of `default` do not hold"), "{}", bad.stdout);
    let json =
        evaluate(&data, &["--suite", "performance,bias", "--threshold-set", "default", "--output", "json"]);
    let report = json.json();
    assert_eq!((json.code, &report["verdict"]["passed"]), (1, &serde_json::json!(false)));
    let of = |metric: &str| {
        let all = report["verdict"]["thresholds"].as_array().unwrap();
        all.iter().find(|one| one["metric"] == metric).unwrap().clone()
    };
    assert_eq!(of("accuracy")["value"], 0.9);
    assert_eq!(of("accuracy")["passed"], true);
    // One of two negatives in group b is predicted positive, none of two in group a.
    assert_eq!(of("equalizedOddsDifference")["passed"], false);
    assert_eq!(report["metrics"]["accuracy"]["value"], 0.9, "the report stands where it stood");
}

#[test]
fn a_figure_that_is_missing_or_rests_on_too_few_rows_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path());
    let set = "thresholds:\n  - {suite: performance, metric: rocAuc, operator: \">=\", bound: 0.5}\n  \
               - {suite: performance, metric: accuracy, operator: \">\", bound: 0.5, minSample: 11}\n  \
               - {suite: performance, metric: recall, operator: \">=\", bound: 1, tiers: [LOW]}\n";
    let pack = pack(folder.path(), set);
    let of = |more: &[&str]| {
        let set = ["--suite", "performance", "--threshold-set", "mine", "--pack", &pack];
        evaluate(&data, &[&set[..], more].concat())
    };
    let told = of(&[]);
    assert_eq!(told.code, 1, "{told:?}");
    let lines: Vec<String> =
        told.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for expected in [
        "rocAuc >= 0.5 - - missing the evaluation has no such figure",
        "accuracy > 0.5 0.9000 10 failed the figure rests on 10 rows",
        "recall >= 1 1.0000 5 passed",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected}: {}", told.stdout);
    }
    assert!(told.stdout.contains("2 of 3 thresholds of `mine` do not hold"), "{}", told.stdout);
    assert!(of(&["--tier", "HIGH"]).stdout.contains("2 of 2 thresholds"));
    let junit = of(&["--output", "junit"]);
    assert_eq!(junit.code, 1);
    assert!(junit.stdout.contains("tests=\"3\" failures=\"2\" errors=\"0\""), "{}", junit.stdout);
    let html = of(&["--output", "html"]);
    assert!(html.code == 1 && html.stdout.contains("✗\u{a0}missing: the evaluation has no such figure"));
}

#[test]
fn what_cannot_be_judged_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path());
    let small = pack(
        folder.path(),
        "minGroupSize: 5\nthresholds:\n  - {suite: bias, metric: disparateImpact, operator: \">=\", bound: 0.8}\n",
    );
    let broken = folder.path().join("broken");
    fs::create_dir(&broken).unwrap();
    fs::write(broken.join("p.yaml"), "kind: Pack\nid: p\ntitle: P\nextends: none\n").unwrap();
    let broken = broken.to_string_lossy().into_owned();
    for (options, message) in [
        (&["--threshold-set", "defualt"][..], "the pack has no threshold set `defualt`"),
        (&["--threshold-set", "default", "--tier", "NONE"], "the pack has no tier `NONE`"),
        (&["--threshold-set", "mine", "--pack", &small], "bounds no suite that was asked for"),
        (
            &["--threshold-set", "mine", "--pack", &small, "--min-group-size", "3"],
            "is for groups of at least 5 rows, and --min-group-size says 3",
        ),
        (&["--threshold-set", "mine", "--pack", &broken], "there is no built-in pack `none` to extend"),
    ] {
        let told = evaluate(&data, &[&["--suite", "performance"], options].concat());
        assert_eq!((told.code, told.stdout.as_str()), (2, ""), "{told:?}");
        assert!(told.stderr.contains(message) && told.stderr.contains("\nhint: "), "{}", told.stderr);
    }
    let judged = evaluate(
        &data,
        &["--suite", "bias", "--threshold-set", "mine", "--pack", &small, "--output", "json"],
    );
    assert_eq!(judged.json()["options"]["minGroupSize"], 5, "the set says which groups are compared");
}

#[test]
fn the_example_of_the_demo_is_judged_by_its_own_set() {
    let data = repository("examples/compas/data/compas_two_years.csv");
    let pack = repository("examples/compas/pack");
    let told = run(assent()
        .arg("evaluate")
        .arg("--data")
        .arg(data)
        .args([
            "--label",
            "two_year_recid",
            "--prediction",
            "score_text",
            "--positive",
            "Medium,High",
            "--protected",
            "race",
            "--suite",
            "performance,bias",
            "--threshold-set",
            "compas-demo",
            "--output",
            "json",
            "--pack",
        ])
        .arg(pack));
    assert_eq!(told.code, 1, "{}", told.stderr);
    let json = told.json();
    let failed =
        json["verdict"]["thresholds"].as_array().unwrap().iter().filter(|one| one["passed"] == false);
    let failed: Vec<&str> = failed.map(|one| one["metric"].as_str().unwrap()).collect();
    assert_eq!(failed, ["race.equalizedOddsDifference"]);
}

#[test]
fn a_terminal_sees_a_progress_bar_and_nobody_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("many.csv");
    fs::write(&data, format!("y,p,g\n{}", "1,1,a\n0,1,b\n".repeat(30_000))).unwrap();
    assert_eq!(evaluate(&data, &["--suite", "performance"]).stderr, "");
    let on_a_terminal = |more: &str| {
        let program = env!("CARGO_BIN_EXE_assent");
        let options = "--label y --prediction p --suite performance --output json";
        let line = format!(
            "{program} evaluate --data {} {options} {more} > {}/out.json",
            data.display(),
            folder.path().display()
        );
        let told = Command::new("script")
            .args(["--quiet", "--return", "--command", &line, "/dev/null"])
            .output()
            .unwrap();
        assert!(told.status.success(), "{told:?}");
        let report = fs::read_to_string(folder.path().join("out.json")).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&report).unwrap()["rows"], 60_000);
        String::from_utf8_lossy(&told.stdout).into_owned()
    };
    let seen = on_a_terminal("");
    assert!(seen.contains(" rows, ") && seen.contains("rows/s") && seen.contains(" left"), "{seen:?}");
    assert!(!on_a_terminal("--quiet").contains("rows"));
}
