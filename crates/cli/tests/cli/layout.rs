//! `assent version register --from-layout`: a folder becomes a version, once, and bad input changes nothing.

use std::fs;
use std::path::Path;

use assent_domain::ids::Digest;
use serde_json::{Value, json};

use crate::remote::{Client, begin, person};
use crate::support::Run;

const MODEL: &[u8] = b"model";
const DATA: &[u8] = b"id,label\n1,1\n";

fn metadata() -> Value {
    json!({
        "schema": "assent.model-metadata/1",
        "model": "spam",
        "version": "v1",
        "kind": "DEEP",
        "artifacts": [{"path": "artifacts/model.json", "sha256": Digest::of(MODEL).to_string(), "licence": "MIT"}],
        "trainingData": [{"dataset": "mails:1", "sha256": Digest::of(DATA).to_string()}],
        "hyperparameters": {"layers": 2},
        "metrics": {"accuracy": 0.75},
        "seeds": {"numpy": 7},
        "run": "run-1",
    })
}

fn write(folder: &Path, metadata: &Value) {
    fs::write(folder.join("metadata.json"), metadata.to_string()).unwrap();
}

/// Metadata that are wrong in one place, which the message names.
fn refused_with_their_place(told: &dyn Fn(&Value, &[&str]) -> Run) {
    let digest = |place: &str, value: &str| {
        let mut wrong = metadata();
        *wrong.pointer_mut(place).unwrap() = value.into();
        wrong
    };
    let other = "0".repeat(64);
    for (place, value) in [
        ("/artifacts/0/sha256", other.as_str()),
        ("/artifacts/0/path", "artifacts/none.json"),
        ("/trainingData/0/sha256", &other),
        ("/trainingData/0/dataset", "mails:2"),
        ("/kind", "FOREST"),
    ] {
        let refused = told(&digest(place, value), &[]);
        assert_eq!(refused.code, 2, "{place}: {refused:?}");
        let named = place.rsplit_once('/').unwrap().0;
        assert!(
            refused.stderr.contains(named) && refused.stderr.contains("\nhint: "),
            "{place}: {refused:?}"
        );
    }
}

/// What differs from what was registered is refused by name, and changes nothing.
fn differences_are_refused(owner: &Client, version: &Path, told: &dyn Fn(&Value, &[&str]) -> Run) {
    let card = fs::read(version.join("model-card.md")).unwrap();
    fs::write(version.join("model-card.md"), "# Model card: spam\n\n## Limitations\n").unwrap();
    let refused = told(&metadata(), &[]);
    assert!(
        refused.code == 2 && refused.stderr.contains("`model-card.json` is registered with"),
        "{refused:?}"
    );
    assert!(refused.stderr.contains("\nhint: a version never changes"), "{refused:?}");
    fs::write(version.join("model-card.md"), card).unwrap();
    let mut by_hand = metadata();
    by_hand["version"] = "by hand".into();
    write(version, &by_hand);
    let bare = owner.json(&[
        "version",
        "register",
        "spam",
        "--artifact",
        version.join("metadata.json").to_str().unwrap(),
    ]);
    assert_eq!(bare["object"]["number"], 2);
    let refused = told(&by_hand, &[]);
    for named in ["`artifacts/model.json` is not registered", "`mails:1` is not registered"] {
        assert!(refused.code == 2 && refused.stderr.contains(named), "{refused:?}");
    }
}

/// No login of the repository goes on the record, and the folder is known again.
fn no_login_goes_on_the_record(told: &dyn Fn(&Value, &[&str]) -> Run) {
    let mut cloned = metadata();
    cloned["code"] = json!({"repository": "https://ada:secret@host/spam?token=1"});
    let first = told(&cloned, &["--output", "json"]).json()["object"].clone();
    assert_eq!(
        (&first["number"], &first["params"]["code.repository"]),
        (&json!(3), &json!("https://host/spam"))
    );
    let kept = serde_json::to_vec_pretty(&{
        cloned["code"]["repository"] = "https://host/spam".into();
        cloned.clone()
    });
    let kept = Digest::of(&kept.unwrap()).to_string();
    assert_eq!(first["artifacts"][1]["sha256"], json!(kept));
    cloned["code"]["repository"] = "https://ada:secret@host/spam?token=1".into();
    assert_eq!(told(&cloned, &["--output", "json"]).json()["object"]["id"], first["id"]);
}

#[test]
fn a_folder_is_one_version_with_what_its_metadata_say() {
    let (folder, _, server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let steward = person(&admin, "Sven", &["data_steward"]);
    let data = folder.path().join("mails.csv");
    fs::write(&data, DATA).unwrap();
    let register =
        ["dataset", "register", "mails", "--number", "1", "--classification", "INTERNAL", "--file"];
    steward.json(&[&register[..], &[data.to_str().unwrap()]].concat());
    owner.json(&["model", "register", "spam", "--purpose", "sorts internal mail"]);
    let version = folder.path().join("v1");
    fs::create_dir_all(version.join("artifacts")).unwrap();
    fs::write(version.join("artifacts/model.json"), MODEL).unwrap();
    fs::write(
        version.join("model-card.md"),
        "# Model card: spam\n\n## Limitations\n\n### Known limitations\n\n- mail\n",
    )
    .unwrap();
    let told = |metadata: &Value, more: &[&str]| {
        write(&version, metadata);
        owner.run(&[&["version", "register", "--from-layout", version.to_str().unwrap()], more].concat())
    };

    // What is wrong is told with its place, and no version comes of it.
    refused_with_their_place(&told);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&data, version.join("artifacts/link")).unwrap();
        let mut linked = metadata();
        linked["artifacts"][0] = json!({"path": "artifacts/link", "sha256": Digest::of(DATA).to_string()});
        let refused = told(&linked, &[]);
        assert!(refused.code == 2 && refused.stderr.contains("no file below the folder"), "{refused:?}");
    }
    assert_eq!(owner.json(&["version", "list", "spam"])["items"], json!([]));
    assert_eq!(told(&metadata(), &["--dry-run"]).code, 0);
    assert_eq!(owner.json(&["version", "list", "spam"])["items"], json!([]));

    let first = told(&metadata(), &["--output", "json"]).json()["object"].clone();
    assert_eq!((&first["kind"], &first["sourceRun"]), (&json!("DEEP"), &json!("run-1")));
    let params = json!({"layers": "2", "layout.version": "v1", "seed.numpy": "7"});
    assert_eq!((&first["params"], &first["reportedMetrics"]), (&params, &json!({"accuracy": 0.75})));
    let files: Vec<&str> =
        first["artifacts"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(files, ["artifacts/model.json", "metadata.json"]);
    assert_eq!(first["datasets"].as_array().unwrap().len(), 1);
    assert_eq!(first["documents"][0]["kind"], "MODEL_CARD");
    assert_eq!(first["suites"], json!({}), "a reported figure measures nothing");

    // Again, it is the same version; a document that came later is attached to it.
    fs::write(version.join("datasheet.md"), "# Datasheet: mails\n").unwrap();
    let again = told(&metadata(), &["--output", "json"]).json()["object"].clone();
    assert_eq!((&again["id"], again["documents"].as_array().unwrap().len()), (&first["id"], 2));
    let third = told(&metadata(), &["--output", "json"]).json()["object"].clone();
    assert_eq!(third["revision"], again["revision"]);
    differences_are_refused(&owner, &version, &told);
    no_login_goes_on_the_record(&told);
    let mut next = metadata();
    next["version"] = "v2".into();
    assert_eq!(told(&next, &["--output", "json"]).json()["object"]["number"], 4);
    server.stop();
}
