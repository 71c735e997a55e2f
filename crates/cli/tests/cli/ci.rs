//! `assent check` and `assent gate` as continuous integration runs them: exit codes, and reports that say the same.

use std::fs;
use std::path::PathBuf;

use roxmltree::Document;
use serde_json::Value;

use crate::remote::{Client, begin, person};
use crate::support::{Run, assent, repository, run};

/// The places of three reports in a folder.
struct Reports(PathBuf);

impl Reports {
    fn asked(&self, client: &Client, arguments: &[&str]) -> Run {
        let path = |name: &str| self.0.join(name).into_os_string().into_string().unwrap();
        let (xml, sarif, md) = (path("r.xml"), path("r.sarif"), path("r.md"));
        let reports = ["--junit", &*xml, "--sarif", &*sarif, "--markdown", &*md];
        client.run(&[arguments, &reports].concat())
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// The reports of an answer that says yes or no, which all say what the exit code says.
    fn agree(&self, run: &Run, what: &str) -> Value {
        assert_eq!(self.names(), ["r.md", "r.sarif", "r.xml"], "{what}: {run:?}");
        let xml = self.text("r.xml");
        let document = Document::parse(&xml).unwrap();
        let count = |name: &str| document.root_element().attribute(name).unwrap().parse::<i32>().unwrap();
        assert_eq!((count("failures") + count("errors")).min(1), run.code, "{what}: {xml}");
        let sarif: Value = serde_json::from_str(&self.text("r.sarif")).unwrap();
        assert_eq!(sarif["runs"][0]["invocations"][0]["exitCode"], run.code, "{what}");
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        let errors = results.iter().filter(|result| result["level"] == "error").count();
        assert_eq!(i32::try_from(errors).unwrap(), count("failures") + count("errors"), "{what}");
        assert_eq!(self.text("r.md").starts_with("## ✘ "), run.code == 1, "{what}: {}", self.text("r.md"));
        sarif
    }
}

/// A model of that tier with one version.
fn version(owner: &Client, tier: &str) {
    owner.json(&[
        "model",
        "register",
        "credit",
        "--purpose",
        "scores applications for a loan",
        "--tier",
        tier,
    ]);
    let file = repository("examples/compas/v1/predictions.csv");
    owner.json(&["version", "register", "credit", "--artifact", file.to_str().unwrap()]);
}

fn places() -> (tempfile::TempDir, Reports) {
    let folder = tempfile::tempdir().unwrap();
    let reports = Reports(folder.path().join("reports"));
    fs::create_dir(&reports.0).unwrap();
    (folder, reports)
}

#[test]
fn a_report_says_what_the_exit_code_says() {
    let (_folder, _, server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    version(&owner, "HIGH");
    let (_reports, reports) = places();

    let shut = reports.asked(&owner, &["gate", "credit:1", "--to", "PRODUCTION"]);
    assert_eq!(shut.code, 1, "{shut:?}");
    assert!(shut.stdout.starts_with("NOT ELIGIBLE for PRODUCTION\n"), "the table is still there: {shut:?}");
    let sarif = reports.agree(&shut, "gate");
    let json = owner.run(&["gate", "credit:1", "--to", "PRODUCTION", "--output", "json"]).json();
    let reasons = json["reasons"].as_array().unwrap();
    let errors = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(errors.iter().filter(|result| result["level"] == "error").count(), reasons.len());
    let properties = &sarif["runs"][0]["properties"];
    assert_eq!((&properties["evidence"], &properties["model"]), (&json["evidence"], &"credit".into()));
    assert_eq!(properties["versionId"], json["version"]);
    for reason in reasons {
        let remedy = reason["remedy"].as_str().unwrap();
        assert!(
            reports.text("r.xml").contains(&remedy.replace('\'', "&#39;").replace('"', "&quot;")),
            "{remedy}"
        );
    }

    // By its id it is the same, and the fingerprints do not change from run to run.
    let again = reports.asked(&owner, &["gate", json["version"].as_str().unwrap(), "--to", "PRODUCTION"]);
    let fingerprints = |log: &Value| -> Vec<Value> {
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        results.map(|result| result["partialFingerprints"].clone()).collect()
    };
    assert_eq!(fingerprints(&reports.agree(&again, "by its id")), fingerprints(&sarif));

    for (arguments, code, mark) in [
        (&["check", "credit:1", "--to", "PRODUCTION"][..], 1, "✘ FAILED: credit:1 to PRODUCTION"),
        (
            &["check", "credit:1", "--to", "PRODUCTION", "--strict"],
            1,
            "✘ FAILED: credit:1 to PRODUCTION, strict",
        ),
        (
            &["gate", "credit:1", "--to", "PRODUCTION", "--strategy", "CANARY", "--replicas", "3"],
            1,
            "✘ NOT ELIGIBLE: credit:1 to PRODUCTION, strategy CANARY, replicas 3",
        ),
        // Where it stands no policy asks for anything.
        (&["check", "credit:1"], 0, "○ NOT ASSESSED: credit:1"),
        (&["check", "credit:1", "--strict"], 1, "✘ FAILED: credit:1, strict"),
        (&["gate", "credit:1", "--to", "DEVELOPMENT"], 0, " ELIGIBLE: credit:1 to DEVELOPMENT"),
    ] {
        let run = reports.asked(&owner, arguments);
        assert_eq!(run.code, code, "{arguments:?}: {run:?}");
        reports.agree(&run, &arguments.join(" "));
        let summary = reports.text("r.md");
        assert!(summary.lines().next().unwrap().ends_with(mark), "{arguments:?}: {summary}");
    }
    no_answer_no_report(&owner, &reports);
    server.stop();
}

/// What could not be asked leaves no report, and none of an earlier run.
fn no_answer_no_report(owner: &Client, reports: &Reports) {
    let gone = owner.at("http://127.0.0.1:1");
    for (client, arguments) in [
        (&gone, &["gate", "credit:1", "--to", "PRODUCTION", "--no-pin"][..]),
        (&gone, &["check", "credit:1", "--no-pin"]),
        (owner, &["gate", "credit:9", "--to", "PRODUCTION"]),
        (owner, &["gate", "credit:1", "--to", "NOWHERE"]),
    ] {
        for name in ["r.xml", "r.sarif", "r.md"] {
            fs::write(reports.0.join(name), "of an earlier run").unwrap();
        }
        let run = reports.asked(client, arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {run:?}");
        assert_eq!(reports.names(), [""; 0], "{arguments:?}");
    }

    // What cannot be written is told before anything is asked; there will be no answer, and no old one is left either.
    fs::write(reports.0.join("r.xml"), "of an earlier run").unwrap();
    let (there, nowhere) = (reports.0.join("r.xml"), reports.0.join("none/r.md"));
    let paths = [there.to_str().unwrap(), nowhere.to_str().unwrap()];
    let run = gone.run(&["gate", "credit:1", "--no-pin", "--junit", paths[0], "--markdown", paths[1]]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("none/r.md` cannot be written: "), "{}", run.stderr);
    assert!(run.stderr.contains("hint: name a file in a folder that is there"), "{}", run.stderr);
    assert_eq!(reports.names(), [""; 0]);
    for wrong in [
        &["--sarif", paths[0], "--sarif-location", "../a"][..],
        &["--junit", paths[0], "--markdown", paths[0]],
        &["--junit", "-", "--markdown", paths[0], "--output", "json"],
        &["--junit", paths[0], "--markdown", "/dev/fd/1"],
    ] {
        fs::write(&there, "of an earlier run").unwrap();
        let run = owner.run(&[&["gate", "credit:1", "--to", "PRODUCTION"], wrong].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{wrong:?}: {run:?}");
        assert_eq!(reports.names(), [""; 0], "{wrong:?}");
    }

    // One of them may be the standard output.
    let run = owner.run(&["gate", "credit:1", "--to", "PRODUCTION", "--junit", "-", "--markdown", paths[0]]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("<?xml ") && Document::parse(&run.stdout).is_ok(), "{}", run.stdout);
    assert!(reports.text("r.xml").starts_with("## ✘ NOT ELIGIBLE: credit:1 to PRODUCTION\n"));
    for wrong in [&["--junit", "-", "--sarif", "-"][..], &["--junit", "-", "--output", "json"]] {
        let run = owner.run(&[&["gate", "credit:1"], wrong].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(run.stderr.contains("the standard output takes one answer"), "{}", run.stderr);
    }
}

/// A report that is cut short is none, and the files beside it are none either.
#[cfg(target_os = "linux")]
#[test]
fn a_report_that_is_cut_short_is_no_answer() {
    let (_folder, _, server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    version(&owner, "LOW");
    let (_reports, reports) = places();
    let (url, token) = (&*owner.url, &*owner.token);
    for arguments in [&["gate", "credit:1", "--to", "STAGING"][..], &["check", "credit:1"]] {
        let mut command = assent();
        command.args(arguments).args(["--no-pin", "--junit", "-", "--sarif"]).arg(reports.0.join("r.sarif"));
        command.env("ASSENT_URL", url).env("ASSENT_TOKEN", token);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command.stdout(full).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("the standard output cannot be written: "), "{stderr}");
        assert_eq!(reports.names(), [""; 0]);
    }
    server.stop();
}

#[test]
fn under_every_pack_the_reports_agree() {
    for (pack, role, tier) in [
        ("llmops", "model_owner", "HIGH"),
        ("ml-governance", "ml_engineer", "high_risk"),
        ("registry-workflows", "model_owner", "HIGH"),
    ] {
        let (_folder, _, server, admin) = begin();
        let path = repository("packs").join(pack);
        let applied = admin.run(&["apply", "-f", path.to_str().unwrap()]);
        assert_eq!(applied.code, 0, "{pack}: {applied:?}");
        let owner = person(&admin, "Olga", &[role]);
        version(&owner, tier);
        let (_reports, reports) = places();
        for arguments in [&["gate"][..], &["check"], &["check", "--strict"]] {
            let run = reports.asked(&owner, &[arguments, &["credit:1", "--to", "PRODUCTION"]].concat());
            let sarif = reports.agree(&run, &format!("{pack} {arguments:?}"));
            assert_eq!(sarif["runs"][0]["properties"]["pack"], pack);
        }
        server.stop();
    }
}

/// What the guide shows is what is printed, but for ids, times and digests.
#[test]
fn the_guide_shows_what_is_printed() {
    let (_folder, _, server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    version(&owner, "LOW");
    let gate = |option| steady(&owner.run(&["gate", "credit:1", "--to", "STAGING", option, "-"]).stdout);
    let guide = fs::read_to_string(repository("docs/guide/continuous-integration.md")).unwrap();
    let block = |language: &str| {
        let after = guide.split_once(&format!("```{language}\n")).unwrap().1;
        after.split_once("```\n").unwrap().0.to_owned()
    };
    assert_eq!(gate("--markdown"), block("markdown"));
    let (xml, part) = (gate("--junit"), block("xml"));
    assert!(
        part.contains("<testcase ") && xml.contains(&part),
        "the guide shows something else than:\n{xml}"
    );
    server.stop();
}

/// The steps that the guide gives to GitHub and to GitLab register the version and ask, with the token that it says.
#[test]
fn the_jobs_of_the_guide_ask_the_gate() {
    let (folder, _, server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let root = folder.path().join("credit");
    assert_eq!(run(assent().arg("init").arg(&root)).code, 0);
    for form in ["model-card.md", "datasheet.md"] {
        fs::copy(root.join("documentation").join(form), root.join("models/v1").join(form)).unwrap();
    }
    let model =
        owner.json(&["model", "register", "credit", "--purpose", "scores applications", "--tier", "LOW"]);
    let guide = fs::read_to_string(repository("docs/guide/continuous-integration.md")).unwrap();
    let mut secret = None;
    for command in guide.lines().filter(|line| line.starts_with("assent admin ")) {
        let id = model["object"]["id"].as_str().unwrap();
        let command = command.replace("0198a5f0-0000-7000-8000-000000000001", id);
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        secret = Some(admin.json(&words)["object"]["secret"].clone());
    }
    let token = secret.unwrap().as_str().unwrap().to_owned();
    let block = |begin: &str| {
        let block = guide.split_once(begin).unwrap().1;
        block.split_once("```").unwrap().0.to_owned()
    };
    let program = env!("CARGO_BIN_EXE_assent");
    let github = block("      - name: Register the version, and ask the gate\n        run: |\n");
    let github: Vec<&str> = github.lines().map_while(|line| line.strip_prefix("          ")).collect();
    let gitlab = block("    - chmod +x assent\n");
    let gitlab: Vec<&str> = gitlab.lines().map_while(|line| line.strip_prefix("    - ")).collect();
    for (lines, asks) in [(github, "assent gate "), (gitlab, "./assent gate ")] {
        assert!(lines.iter().any(|line| line.starts_with(asks)), "{lines:?}");
        let script = lines.join("\n").replace("./assent ", "assent ");
        let mut command = std::process::Command::new("bash");
        let bin = PathBuf::from(program).parent().unwrap().to_owned();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        command.args(["-e", "-c", &script]).current_dir(&root).env("PATH", path);
        command.env("ASSENT_URL", &owner.url).env("ASSENT_TOKEN", &token);
        let shut = run(command.env("ASSENT_STATE_DIR", folder.path().join("ci-state")));
        assert_eq!(shut.code, 1, "{shut:?}");
        let xml = fs::read_to_string(root.join("reports/gate.xml")).unwrap();
        assert!(xml.contains("assent.gate.credit:1.STAGING"), "{xml}");
        let summary = fs::read_to_string(root.join("reports/gate.md")).unwrap();
        assert!(summary.starts_with("## ✘ NOT ELIGIBLE: credit:1 to STAGING\n"), "{summary}");
    }
    let listed = owner.json(&["version", "list", "credit"]);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    server.stop();
}

/// The text with what differs from run to run replaced.
fn steady(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let words: Vec<String> = line.split_inclusive([' ', '"', '`']).map(word).collect();
        out.push_str(&words.concat());
        out.push('\n');
    }
    out
}

fn word(word: &str) -> String {
    let (bare, end) = match word.char_indices().last() {
        Some((at, ' ' | '"' | '`')) => word.split_at(at),
        _ => (word, ""),
    };
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let steady = if bare.len() == 64 && is_hex(bare) {
        "5e0c…"
    } else if bare.len() == 36 && bare.matches('-').count() == 4 {
        "0198…"
    } else if bare.len() == 19 && bare.starts_with("20") && bare.contains('T') {
        "2026-11-22T09:30:00"
    } else if bare.len() == 10 && bare.starts_with("20") && bare.matches('-').count() == 2 {
        "2026-11-22"
    } else if bare.len() == 8 && bare.matches(':').count() == 2 {
        "09:30:00"
    } else if bare.len() == 5 && bare.starts_with("0.") && bare.parse::<f64>().is_ok() {
        "0.012"
    } else {
        bare
    };
    format!("{steady}{end}")
}
