//! `assent init`: from an empty folder to the gate, and what is never overwritten.

use std::fs;
use std::path::Path;
use std::process::Command;

use assent_domain::ids::Digest;
use serde_json::Value;

use crate::remote::{Client, begin, person};
use crate::support::{Run, assent, assent_with, run};

fn init(folder: &Path, more: &[&str]) -> Run {
    run(assent().args(["init", "--output", "json"]).arg(folder).args(more))
}

/// Runs a script of the repository as a build server does: with a shell, the program and two variables.
fn script(path: &Path, client: &Client, arguments: &[&str]) -> Run {
    run(&mut asked_for(path, client, arguments))
}

fn asked_for(path: &Path, client: &Client, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command
        .arg(path)
        .args(arguments)
        .env("ASSENT", env!("CARGO_BIN_EXE_assent"))
        .env("ASSENT_URL", &client.url)
        .env("ASSENT_TOKEN", &client.token)
        .env("ASSENT_STATE_DIR", path.parent().unwrap().join("state"));
    command
}

#[test]
fn an_empty_folder_becomes_a_governed_version() {
    let (folder, _, server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let deployer = person(&admin, "Cora", &["compliance_officer"]);
    let root = folder.path().join("spam");
    let made = init(&root, &[]);
    assert_eq!((made.code, made.json()["made"].as_array().unwrap().len()), (0, 14), "{made:?}");
    let (gate, layout) = (root.join("ci/gate.sh"), root.join("tests/layout.sh"));

    // The rules as they were made are a pack that is taken.
    let governance = root.join("governance");
    let applied = admin.json(&["apply", "-f", governance.to_str().unwrap()]);
    assert!(applied["object"].get("proposal").is_none(), "{applied}");
    owner.json(&["model", "register", "spam", "--purpose", "prototype of a sorter", "--tier", "LOW"]);
    assert_eq!(script(&layout, &owner, &[]).code, 0);

    // Nobody has evaluated it: shut, however often it is asked, and one version.
    for _ in 0..2 {
        let shut = script(&gate, &owner, &[]);
        assert_eq!(shut.code, 1, "{shut:?}");
        assert!(shut.stdout.contains("NOT ELIGIBLE for STAGING"), "{shut:?}");
    }
    assert_eq!(owner.json(&["version", "list", "spam"])["items"].as_array().unwrap().len(), 1);

    // An exception opens it, and a second version that has none keeps the whole shut.
    let words = ["--justification", "a", "--risk", "b", "--mitigation", "c", "--plan", "d", "--for", "2d"];
    let asked = ["exception", "request", "performance-thresholds", "--version", "spam:1"];
    let exception = owner.json(&[&asked[..], &words[..]].concat())["object"]["id"].clone();
    deployer.json(&["exception", "sign", exception.as_str().unwrap(), "--verdict", "approved"]);
    owner.run(&["promote", "spam:1", "--to", "STAGING"]);
    let open = script(&gate, &owner, &["models/v1"]);
    assert_eq!(open.code, 0, "{open:?}");
    assert!(open.stdout.contains("ELIGIBLE for STAGING"), "{open:?}");
    // Strictly seen an exception is no pass, and the reports say so beside the open gate.
    let strict = run(asked_for(&gate, &owner, &["models/v1"])
        .env("ASSENT_STRICT", "yes")
        .env("ASSENT_REPORTS", "reports"));
    assert_eq!(strict.code, 1, "{strict:?}");
    assert!(
        strict.stdout.contains("strict: PASSED_BY_EXCEPTION: the rule performance-thresholds/"),
        "{strict:?}"
    );
    assert!(strict.stdout.contains("\nELIGIBLE for STAGING"), "{strict:?}");
    let report = |name: &str| fs::read_to_string(root.join("reports").join(name)).unwrap();
    assert!(report("models__v1-check.xml").contains("waived by the exception"));
    assert!(report("models__v1-check.md").starts_with("## ✘ FAILED: spam:1 to STAGING, strict\n"));
    assert!(report("models__v1-gate.xml").contains(" failures=\"0\" errors=\"0\""));
    assert!(report("models__v1-gate.md").starts_with("## ✔ ELIGIBLE: spam:1 to STAGING\n"));
    let sarif: Value = serde_json::from_str(&report("models__v1-check.sarif")).unwrap();
    let place = "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri";
    assert_eq!(sarif.pointer(place).unwrap(), "models/v1/metadata.json");
    drop_old_reports(&root, &gate, &owner);
    let artifact = root.join("models/v2/artifacts/model.json");
    fs::create_dir_all(artifact.parent().unwrap()).unwrap();
    fs::write(&artifact, "{}").unwrap();
    second_version(&root, &Digest::of(b"{}").to_string());
    assert_eq!(script(&gate, &owner, &[]).code, 1);

    // Metadata that lie, a server that is not there, and a stage that nobody knows are no answers of a gate.
    second_version(&root, &"0".repeat(64));
    let lie = script(&gate, &owner, &[]);
    assert_eq!(lie.code, 2, "{lie:?}");
    assert!(lie.stderr.contains("/artifacts/0/sha256"), "{lie:?}");
    assert_eq!(script(&layout, &owner, &[]).code, 2);
    let gone = owner.at("http://127.0.0.1:1");
    assert_eq!(script(&gate, &gone, &["models/v1"]).code, 2);
    server.stop();
}

/// Whatever becomes of a run, no report of an earlier one is left; and no two folders share one.
fn drop_old_reports(root: &Path, gate: &Path, owner: &Client) {
    let names = || {
        let entries = fs::read_dir(root.join("reports")).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let asked = |client: &Client, folders: &[&str]| {
        run(asked_for(gate, client, folders).env("ASSENT_REPORTS", "reports"))
    };
    fs::write(root.join("reports/mine.txt"), "mine").unwrap();
    fs::write(root.join("reports/gone__v7-gate.md"), "of a folder that is gone").unwrap();
    let of_gate = ["mine.txt", "models__v1-gate.md", "models__v1-gate.sarif", "models__v1-gate.xml"];
    // Written otherwise it is the same folder, and no file is hidden. The check was not asked this time.
    let open = asked(owner, &[".//./models/v1//"]);
    assert_eq!((open.code, names()), (0, of_gate.map(str::to_owned).to_vec()), "{open:?}");
    assert!(open.stdout.contains("folder models/v1\n"), "{open:?}");
    // A server that is not there, and a folder that is none: the version is not even registered.
    let gone = owner.at("http://127.0.0.1:1");
    for (client, folders) in [(&gone, ["models/v1"]), (owner, ["models/v9"])] {
        fs::write(root.join("reports/models__v1-check.xml"), "of an earlier run").unwrap();
        let run = asked(client, &folders);
        assert_eq!((run.code, names()), (2, vec!["mine.txt".to_owned()]), "{run:?}");
    }
    let twice = asked(owner, &["models/v1", "./models/v1"]);
    assert!(
        twice.code == 2 && twice.stderr.contains("two folders have reports of the name models__v1-gate"),
        "{twice:?}"
    );
    for name in ["a\n::add-mask::x", "##[add-mask]x", "\u{1b}[31m"] {
        let refused = asked(owner, &[name]);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused:?}");
        assert!(refused.stderr.starts_with("error: the name of a folder"), "{refused:?}");
    }
}

fn second_version(root: &Path, sha256: &str) {
    let first = fs::read(root.join("models/v1/metadata.json")).unwrap();
    let mut metadata: Value = serde_json::from_slice(&first).unwrap();
    metadata["version"] = "v2".into();
    metadata["artifacts"] = serde_json::json!([{"path": "artifacts/model.json", "sha256": sha256}]);
    fs::write(root.join("models/v2/metadata.json"), metadata.to_string()).unwrap();
}

#[test]
fn nothing_that_somebody_wrote_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("README.md"), "mine").unwrap();
    let refused = init(folder.path(), &["--model", "spam"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("there is already: README.md"), "{refused:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a refusal writes nothing");

    let forced = init(folder.path(), &["--model", "spam", "--force"]).json();
    assert_eq!(forced["kept"], serde_json::json!(["README.md"]));
    assert_eq!(fs::read_to_string(folder.path().join("README.md")).unwrap(), "mine");

    // As it was made it is renewed; changed by somebody it is kept.
    let thresholds = folder.path().join("governance/thresholds.yaml");
    fs::write(&thresholds, "kind: ThresholdSet").unwrap();
    let pack = folder.path().join("governance/pack.yaml");
    let again = init(folder.path(), &["--model", "other", "--force"]).json();
    assert_eq!(again["kept"], serde_json::json!(["README.md", "governance/thresholds.yaml"]));
    assert_eq!(fs::read_to_string(&thresholds).unwrap(), "kind: ThresholdSet");
    assert!(fs::read_to_string(&pack).unwrap().contains("id: other"));
    assert_eq!(init(folder.path(), &[]).code, 2);

    let odd = assent_with(&["init", folder.path().join("x").to_str().unwrap(), "--model", "a\nb"]);
    assert_eq!(odd.code, 2, "{odd:?}");
    assert!(!folder.path().join("x").exists());
}

#[cfg(unix)]
#[test]
fn symbolic_links_in_the_folder_are_refused_by_name() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    for (number, link) in ["models", ".assent", "README.md", "governance/pack.yaml"].into_iter().enumerate() {
        let root = folder.path().join(number.to_string());
        let place = root.join(link);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        symlink(&outside, &place).unwrap();
        for more in [&[][..], &["--force"]] {
            let refused = init(&root, more);
            let named = format!("`{}` is a symbolic link", place.display());
            assert!(refused.code == 2 && refused.stderr.contains(&named), "{refused:?}");
        }
        fs::remove_file(&place).unwrap();
        assert_eq!(init(&root, &[]).code, 0);
    }
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0, "nothing was written there");
    // The folder itself may be one.
    symlink(&outside, folder.path().join("linked")).unwrap();
    assert_eq!(init(&folder.path().join("linked"), &[]).code, 0);
}
