//! `assent lineage` with the tools themselves: DVC makes the files, and the client of `OpenLineage` sends the events.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::remote::{Client, begin, person};
use crate::support::run;

/// Where `cargo xtask` puts the interpreter that has both.
const VARIABLE: &str = "ASSENT_LINEAGE_PYTHON";

fn python() -> PathBuf {
    let python = std::env::var_os(VARIABLE);
    let python = python.unwrap_or_else(|| {
        panic!("{VARIABLE} is not set: run `cargo xtask lineage cargo nextest run -p assent`")
    });
    PathBuf::from(python)
}

fn dvc(folder: &Path, arguments: &[&str]) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let programs = python().parent().unwrap().to_owned();
    let path = std::env::join_paths([programs].into_iter().chain(std::env::split_paths(&path))).unwrap();
    let mut command = Command::new(python());
    command.args(["-m", "dvc"]).args(arguments).current_dir(folder);
    command.env("PATH", path).env("DVC_NO_ANALYTICS", "1").env("DVC_SITE_CACHE_DIR", folder.join("site"));
    let done = run(command.env("HOME", folder).env("XDG_CONFIG_HOME", folder.join("config")));
    assert_eq!(done.code, 0, "{arguments:?} {done:?}");
}

const PIPELINE: &str = "\
stages:
  prepare:
    cmd: cp raw.csv clean.csv && mkdir -p parts && cp raw.csv parts/a.csv
    deps: [raw.csv]
    outs: [clean.csv, parts]
  train:
    cmd: cp clean.csv model.bin && echo trained >> model.bin
    deps: [clean.csv]
    params: [depth]
    outs: [model.bin]
";

fn names(found: &Value) -> Vec<String> {
    let name =
        |node: &Value| format!("{} {}", node["kind"].as_str().unwrap(), node["name"].as_str().unwrap());
    found["nodes"].as_array().unwrap().iter().map(name).collect()
}

fn key(found: &Value, name: &str) -> String {
    let node = found["nodes"].as_array().unwrap().iter().find(|node| node["name"] == name).unwrap();
    node["key"].as_str().unwrap().to_owned()
}

/// The file with these bytes.
fn find(folder: &Path, bytes: &[u8]) -> Option<PathBuf> {
    fs::read_dir(folder).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() { find(&path, bytes) } else { (fs::read(&path).unwrap() == bytes).then_some(path) }
    })
}

fn registers(owner: &Client, model: &str, file: &Path) {
    owner.json(&["model", "register", model, "--purpose", "prototype of a sorter", "--tier", "LOW"]);
    owner.json(&["version", "register", model, "--artifact", file.to_str().unwrap()]);
}

/// What was said is taken back, and is no part of the graph until it is said again.
fn is_taken_back(owner: &Client, up: &Value, import: &[&str]) {
    let weights = key(&up["upstream"], "model.bin");
    let edges = owner.json(&["lineage", "edges", &weights]);
    let edge = edges["items"][0]["edge"]["id"].as_str().unwrap().to_owned();
    let none = owner.run(&["lineage", "edges", &weights, "--limit", "0"]);
    assert!(none.code == 0 && none.stdout.contains("there are more"), "{none:?}");
    let retract = ["lineage", "retract", &edge, "--reason", "the wrong pipeline"];
    let retracted = owner.run(&retract);
    assert!(retracted.code == 0 && retracted.stdout.contains("nobody says"), "{retracted:?}");
    let refused = owner.run(&retract);
    assert!(
        refused.code == 3 && refused.stderr.contains("cannot be retracted; it can be recorded"),
        "{refused:?}"
    );
    let shown = owner.run(&["lineage", "edges", &weights, "--retracted"]);
    let line = shown.stdout.lines().find(|line| line.contains(&edge)).unwrap_or_default();
    assert!(
        shown.stdout.starts_with("from ") && line.split_whitespace().any(|word| word == "yes"),
        "{shown:?}"
    );
    let cut = names(&owner.json(&["lineage", "spam:1", "--up"])["upstream"]);
    assert_eq!(cut, ["VERSION spam:1", "FILE model.bin"]);
    assert_eq!(owner.json(import)["recorded"], 1);
}

/// Bytes in the cache that are others than their name says, folders that are too deep, and lock files of DVC 1.
fn is_said(owner: &Client, root: &Path, import: &[&str]) {
    let weights = fs::read(root.join("model.bin")).unwrap();
    let cached = find(&root.join(".dvc/cache"), &weights).expect("the weights in the cache");
    fs::remove_file(&cached).unwrap();
    fs::write(&cached, vec![b'x'; weights.len()]).unwrap();
    let other = owner.json(import)["missing"].to_string();
    assert!(other.contains("for `model.bin` are not the bytes with the MD5"), "{other}");
    let deep = (0..26).fold(root.to_owned(), |folder, _| folder.join("d"));
    fs::create_dir_all(&deep).unwrap();
    fs::create_dir(root.join("old")).unwrap();
    fs::write(root.join("old/dvc.lock"), "train:\n  cmd: make\n  outs: []\n").unwrap();
    let said = owner.json(import)["missing"].to_string();
    assert!(said.contains("folders deep: it is not looked into"), "{said}");
    assert!(said.contains("`old/dvc.lock` was written by DVC 1"), "{said}");
}

#[test]
fn what_dvc_knows_leads_from_a_version_to_its_data() {
    let (folder, _, server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let root = folder.path().join("repository");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("raw.csv"), "id\n1\n").unwrap();
    fs::write(root.join("params.yaml"), "depth: 3\n").unwrap();
    dvc(&root, &["init", "--no-scm", "--quiet"]);
    dvc(&root, &["add", "raw.csv", "--quiet"]);
    fs::write(
        root.join("dvc.yaml"),
        PIPELINE.to_owned() + "  later:\n    cmd: 'true'\n    deps: [model.bin]\n",
    )
    .unwrap();
    dvc(&root, &["repro", "train", "--quiet"]);
    registers(&owner, "spam", &root.join("model.bin"));

    let import = ["lineage", "import", "--dvc", root.to_str().unwrap()];
    let taken = owner.json(&import);
    assert_eq!((&taken["recorded"], &taken["known"]), (&json!(5), &json!(0)), "{taken}");
    let missing = taken["missing"].to_string();
    assert!(missing.contains("the stage `later` has not run yet"), "{missing}");
    assert!(missing.contains("the folder `parts` is one node"), "{missing}");
    assert!(!missing.contains("MD5 alone"), "{missing}");
    let again = owner.json(&import);
    assert_eq!((&again["recorded"], &again["known"]), (&json!(0), &json!(5)));

    let up = owner.json(&["lineage", "spam:1", "--up"]);
    let found = names(&up["upstream"]);
    for wanted in ["VERSION spam:1", "FILE model.bin", "RUN train", "FILE clean.csv", "RUN prepare"] {
        assert!(found.contains(&wanted.to_owned()), "{wanted}: {found:?}");
    }
    // The raw data and the clean data are the same bytes here, so they are one file.
    let shown = owner.run(&["lineage", "spam:1"]);
    assert!(
        shown.code == 0 && shown.stdout.contains("RUN prepare") && shown.stdout.contains("Used for"),
        "{shown:?}"
    );

    is_taken_back(&owner, &up, &import);
    // Another depth is another run; without the cache bytes are known by their MD5.
    fs::write(root.join("params.yaml"), "depth: 4\n").unwrap();
    dvc(&root, &["repro", "train", "--quiet"]);
    assert_eq!(owner.json(&import)["recorded"], 2);
    is_said(&owner, &root, &import);
    fs::remove_dir_all(root.join(".dvc/cache")).unwrap();
    assert!(owner.json(&import)["missing"].to_string().contains("`model.bin` are not in the cache of DVC"));

    // What is no file of DVC is said, and changes nothing.
    fs::write(root.join("dvc.lock"), "stages: [1, 2]\n").unwrap();
    let broken = owner.run(&import);
    assert!(broken.code == 2 && broken.stderr.contains("`dvc.lock` is not what DVC writes"), "{broken:?}");
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    assert_eq!(owner.run(&["lineage", "import", "--dvc", empty.to_str().unwrap()]).code, 2);
    server.stop();
}

#[test]
fn the_client_of_open_lineage_sends_to_the_server() {
    let (folder, _, server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let model = folder.path().join("model.bin");
    fs::write(&model, "weights").unwrap();
    registers(&owner, "spam", &model);
    let program = folder.path().join("emit.py");
    fs::write(&program, include_str!("emit.py")).unwrap();
    let emitted = |transport: &[(&str, &str)]| {
        let mut command = Command::new(python());
        command.arg("-B").arg(&program).arg(&model).envs(transport.iter().copied());
        let done = run(&mut command);
        assert_eq!(done.code, 0, "{done:?}");
    };
    emitted(&[
        ("OPENLINEAGE_URL", &owner.url),
        ("OPENLINEAGE_ENDPOINT", "api/v1/lineage/openlineage"),
        ("OPENLINEAGE_API_KEY", &owner.token),
    ]);
    let up = owner.json(&["lineage", "spam:1", "--up"]);
    assert_eq!(
        names(&up["upstream"]),
        ["VERSION spam:1", "FILE model.bin", "RUN train", "DATA mails"],
        "{up}"
    );

    // The same events from its file transport, one a line: the run has the same id, and nothing is new.
    let log = folder.path().join("events.jsonl");
    emitted(&[
        ("OPENLINEAGE__TRANSPORT__TYPE", "file"),
        ("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", log.to_str().unwrap()),
        ("OPENLINEAGE__TRANSPORT__APPEND", "true"),
    ]);
    let import = ["lineage", "import", "--openlineage", log.to_str().unwrap()];
    let taken = owner.json(&import);
    assert_eq!((&taken["recorded"], &taken["known"]), (&json!(0), &json!(3)), "{taken}");
    fs::write(&log, "{}\nno event\n").unwrap();
    let broken = owner.run(&import);
    assert!(broken.code == 2 && broken.stderr.contains("line 2"), "{broken:?}");
    server.stop();
}
