//! Commands that speak to a server.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Run, Server, assent, copy, repository, run};

/// A client with its state.
pub(crate) struct Client {
    pub(crate) url: String,
    pub(crate) token: String,
    state: PathBuf,
}

impl Client {
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        run(assent()
            .args(arguments)
            .env("ASSENT_URL", &self.url)
            .env("ASSENT_TOKEN", &self.token)
            .env("ASSENT_STATE_DIR", &self.state))
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let done = self.run(&[arguments, &["--output", "json"]].concat());
        assert_eq!(done.code, 0, "{arguments:?}: {done:?}");
        done.json()
    }

    /// The same person at another address.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), token: self.token.clone(), state: self.state.clone() }
    }

    fn with_token(&self, token: &Value) -> Self {
        Self { url: self.url.clone(), token: token.as_str().unwrap().to_owned(), state: self.state.clone() }
    }
}

pub(crate) fn begin() -> (TempDir, PathBuf, Server, Client) {
    begin_in(tempfile::tempdir().unwrap(), &[])
}

/// The same in that folder, with these variables in the environment of the server.
pub(crate) fn begin_in(folder: TempDir, variables: &[(&str, &str)]) -> (TempDir, PathBuf, Server, Client) {
    let data = folder.path().join("data");
    let server = Server::start_with(&data, "127.0.0.1:0", variables);
    let client = Client {
        url: server.url().to_owned(),
        token: server.started["administrator"]["token"].as_str().unwrap().to_owned(),
        state: folder.path().join("state"),
    };
    (folder, data, server, client)
}

pub(crate) fn person(admin: &Client, name: &str, roles: &[&str]) -> Client {
    admin.json(&["admin", "principal", "add", name]);
    for role in roles {
        admin.json(&["admin", "grant", name, role]);
    }
    admin.with_token(&admin.json(&["admin", "token", "issue", name])["object"]["secret"])
}

#[test]
fn people_models_versions_and_the_gate() {
    let (folder, _, server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let steward = person(&admin, "Sven", &["data_steward"]);

    let model =
        owner.json(&["model", "register", "spam", "--purpose", "sorts internal mail", "--tag", "team=mail"]);
    assert_eq!(model["object"]["tier"], "MEDIUM");
    let predictions = repository("examples/compas/v1/predictions.csv");
    let predictions = predictions.to_str().unwrap();
    let version =
        owner.json(&["version", "register", "spam", "--artifact", predictions, "--metric", "f1=0.9"]);
    assert_eq!(version["object"]["number"], 1);
    let card = folder.path().join("card.md");
    fs::write(&card, "# Card").unwrap();
    let attached = owner.json(&[
        "version",
        "attach",
        "spam:1",
        "--kind",
        "MODEL_CARD",
        "--file",
        card.to_str().unwrap(),
    ]);
    assert_eq!(attached["object"]["documents"][0]["kind"], "MODEL_CARD");
    let scan = [
        "version",
        "scan",
        "spam:1",
        "--tool",
        "t",
        "--tool-version",
        "1",
        "--status",
        "PASSED",
        "--finding",
        "HIGH=0",
    ];
    assert_eq!(owner.json(&scan)["object"]["scan"]["provenance"], "REPORTED");

    measured_on_the_labels_of_the_steward(&owner, &steward, predictions);
    asked_of_the_gate(&owner);
    let refused = steward.run(&["model", "register", "other", "--purpose", "x"]);
    assert_eq!(refused.code, 3);
    assert!(
        refused.stderr.starts_with("error: this needs the permission `REGISTER_MODEL`"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("\nhint: ask a person who manages access"), "{}", refused.stderr);
    for listed in [
        &["model", "list"][..],
        &["version", "list", "spam"],
        &["dataset", "list"],
        &["model", "show", "spam"],
        &["version", "show", "spam:1"],
        &["dataset", "show", "labels:1"],
        &["admin", "principal", "list"],
    ] {
        let shown = admin.run(listed);
        assert!(shown.code == 0 && !shown.stdout.is_empty(), "{listed:?}: {shown:?}");
    }
    server.stop();
}

fn measured_on_the_labels_of_the_steward(owner: &Client, steward: &Client, predictions: &str) {
    let labels = repository("examples/compas/labels.csv");
    let dataset = [
        &[
            "dataset",
            "register",
            "labels",
            "--file",
            labels.to_str().unwrap(),
            "--classification",
            "RESTRICTED",
        ][..],
        &["--sensitive", "race,sex", "--id-column", "id", "--label", "two_year_recid"],
        &["--label-positive", "1", "--designated-for", "performance,bias", "--number", "1"],
    ];
    assert_eq!(steward.json(&dataset.concat())["object"]["number"], 1);
    let evaluate = [
        "evaluate",
        "--version",
        "spam:1",
        "--dataset",
        "labels:1",
        "--predictions",
        predictions,
        "--prediction",
        "prediction",
        "--positive",
        "Medium,High",
        "--suite",
        "performance,bias",
    ];
    let shown = owner.run(&evaluate);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert!(
        shown.stdout.contains("provenance MEASURED") && shown.stdout.contains("66.10 %"),
        "{}",
        shown.stdout
    );
}

/// Before anything is attested or reviewed.
fn asked_of_the_gate(owner: &Client) {
    let gate = owner.run(&["gate", "spam:1", "--to", "STAGING"]);
    assert_eq!(gate.code, 1, "{gate:?}");
    assert!(gate.stdout.starts_with("NOT ELIGIBLE for STAGING\n"), "{}", gate.stdout);
    assert!(gate.stdout.contains("hint: "), "{}", gate.stdout);
    assert_eq!(owner.run(&["check", "spam:1", "--to", "STAGING"]).code, 1);
    assert_eq!(owner.run(&["gate", "spam:1", "--to", "NOWHERE"]).code, 2, "an unknown stage is no answer");
    assert_eq!(owner.run(&["gate", "spam:9", "--to", "STAGING"]).code, 2);
    let facts = owner.json(&["facts", "spam:1", "--to", "STAGING"]);
    assert_eq!(facts["version"]["number"], 1);

    let promotion = owner.json(&["promote", "spam:1", "--to", "STAGING", "--comment", "try it"]);
    assert_eq!(promotion["object"]["state"], "CHANGES_REQUIRED");
    let id = promotion["object"]["id"].as_str().unwrap();
    assert_eq!(owner.json(&["promote", "show", id])["state"], "CHANGES_REQUIRED");
    assert_eq!(owner.json(&["promote", "list"])["items"].as_array().unwrap().len(), 1);
    assert_eq!(owner.json(&["review", "inbox"])["items"].as_array().unwrap().len(), 0);
    assert_eq!(owner.json(&["promote", "withdraw", id])["object"]["state"], "WITHDRAWN");
}

#[test]
fn packs_log_and_proofs() {
    let (_folder, data, server, admin) = begin();
    let pack = repository("examples/compas/pack");
    let pack = pack.to_str().unwrap();
    let tried = admin.json(&["apply", "-f", pack, "--dry-run"]);
    assert_eq!(tried["dryRun"], true);
    assert!(tried["changes"].as_array().unwrap().iter().any(|change| change["kind"] == "ThresholdSet"));
    admin.json(&["apply", "-f", pack]);
    let log = admin.json(&["audit", "log", "--type", "packApplied"]);
    assert_eq!(log["items"].as_array().unwrap().len(), 2, "the built-in one, and this one");

    admin.json(&["admin", "principal", "add", "Temp"]);
    admin.json(&["admin", "principal", "disable", "Temp"]);
    let table = admin.run(&["audit", "log", "--limit", "3"]);
    assert!(
        table.stdout.contains("principalDisabled") && table.stdout.contains("Administrator"),
        "{}",
        table.stdout
    );

    // Verification works while the server writes.
    let up = run(assent().args(["audit", "verify", "--replay", "--data-dir"]).arg(&data));
    assert_eq!(up.code, 0, "{} {}", up.stdout, up.stderr);
    let other = run(assent().args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data));
    assert_eq!(other.code, 2);
    assert!(other.stderr.contains("another process writes to"), "{}", other.stderr);

    // Who ends a server has it sign what came last.
    let address = server.url().trim_start_matches("http://").to_owned();
    server.stop();
    let server = Server::start(&data, &address);
    let vkey = server.started["vkey"].as_str().unwrap().to_owned();
    let proven = admin.json(&["audit", "prove", "0", "--vkey", &vkey]);
    assert_eq!((&proven["verified"], &proven["signatureChecked"]), (&true.into(), &true.into()));
    let wrong_key = assent_log::SigningKey::from_seed("other", [7; 32]).unwrap().vkey();
    assert_eq!(admin.run(&["audit", "prove", "0", "--vkey", &wrong_key]).code, 3);
    assert_eq!(admin.run(&["audit", "prove", "999999"]).code, 2);
    server.stop();
}

#[test]
fn a_server_whose_log_was_rolled_back_is_refused() {
    let (folder, data, server, mut admin) = begin();
    let address = server.url().trim_start_matches("http://").to_owned();
    server.stop();
    let old = folder.path().join("old");
    copy(&data, &old);

    let server = Server::start(&data, &address);
    admin.json(&["admin", "principal", "add", "Late"]);
    server.stop();
    let server = Server::start(&data, &address);
    admin.json(&["model", "list"]);
    server.stop();

    fs::remove_dir_all(&data).unwrap();
    copy(&old, &data);
    let server = Server::start(&data, &address);
    let refused = admin.run(&["model", "list"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (3, ""), "{refused:?}");
    assert!(refused.stderr.contains("was rolled back"), "{}", refused.stderr);
    assert_eq!(admin.run(&["gate", "x:1", "--to", "STAGING"]).code, 2, "for a gate that is no answer");

    // Grown again over the old end, it is another log: the fork is seen as well.
    for name in ["A", "B", "C"] {
        assert_eq!(admin.run(&["admin", "principal", "add", name, "--no-pin"]).code, 0);
    }
    server.stop();
    let server = Server::start(&data, &address);
    let forked = admin.run(&["model", "list"]);
    assert_eq!(forked.code, 3, "{forked:?}");
    assert!(forked.stderr.contains("was changed behind what was seen before"), "{}", forked.stderr);
    admin.state = folder.path().join("another-state");
    assert_eq!(admin.run(&["model", "list"]).code, 0, "who never saw it cannot know");
    server.stop();
}

#[test]
fn a_log_that_another_key_signs_is_refused() {
    let (folder, _, server, admin) = begin();
    let address = server.url().trim_start_matches("http://").to_owned();
    admin.json(&["model", "list"]);
    server.stop();

    // Somebody else at the same address.
    let server = Server::start(&folder.path().join("other"), &address);
    let refused = admin.run(&["model", "list"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (3, ""), "{refused:?}");
    assert!(refused.stderr.contains("is not signed by"), "{}", refused.stderr);
    server.stop();
}

#[test]
fn what_is_missing_is_not_made_anew() {
    let (folder, data, server, _) = begin();
    server.stop();
    let keys = folder.path().join("data-keys");
    for (lost, named) in [
        (keys.join("signing.seed"), "signing.seed"),
        (keys.join("subjects.sqlite"), "subjects.sqlite"),
        (data.join("log.sqlite"), "log.sqlite"),
        (data.join("origin"), "origin"),
    ] {
        let aside = folder.path().join("aside");
        fs::rename(&lost, &aside).unwrap();
        refused(&data, named, "it is missing, and this installation was started before");
        assert!(!lost.exists(), "{named} was made anew");
        fs::rename(&aside, &lost).unwrap();
    }
    let seed = keys.join("signing.seed");
    let kept = fs::read(&seed).unwrap();
    fs::write(&seed, [1; 32]).unwrap();
    refused(&data, "log.vkey", "is not the public half of the signing key");
    fs::write(&seed, [1; 31]).unwrap();
    refused(&data, "signing.seed", "it has the length of no key");
    fs::write(&seed, kept).unwrap();
    Server::start(&data, "127.0.0.1:0").stop();
}

fn refused(data: &Path, named: &str, message: &str) {
    let refused = run(assent().args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data));
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{named}");
    assert!(
        refused.stderr.contains(named) && refused.stderr.contains(message),
        "{named}: {}",
        refused.stderr
    );
    assert!(refused.stderr.contains("\nhint: "), "{}", refused.stderr);
}

#[cfg(unix)]
#[test]
fn secrets_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, _, server, _) = begin();
    let keys = folder.path().join("data-keys");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&keys), mode(&keys.join("signing.seed")), mode(&keys.join("subjects.sqlite"))),
        (0o700, 0o600, 0o600)
    );
    server.stop();
}

/// With a second administrator a role that approves takes both; each is told what to type.
#[test]
fn a_role_that_approves_takes_two_persons() {
    let (_folder, _, server, ada) = begin();
    ada.json(&["admin", "principal", "add", "Bea"]);
    let bea = ada.with_token(&ada.json(&["admin", "token", "issue", "Bea"])["object"]["secret"]);
    let first = ada.json(&["admin", "grant", "Bea", "admin"]);
    assert_eq!(first["object"]["grants"][0]["grantedAlone"], true);
    ada.json(&["admin", "principal", "add", "Olga"]);
    let told = ada.run(&["admin", "grant", "Olga", "compliance_officer"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.stdout.contains("nothing is changed yet: this takes two persons"), "{}", told.stdout);
    let words: Vec<&str> = told.stdout.split('`').collect();
    let command = words.iter().find(|text| text.starts_with("assent admin confirm ")).unwrap();
    let command: Vec<&str> = command.split_whitespace().skip(1).collect();
    assert_ne!(ada.run(&command).code, 0);
    let waiting = bea.json(&["admin", "proposals", "--confirmable"]);
    assert_eq!(waiting["items"][0]["principal"]["name"], "Olga");
    assert_eq!(bea.json(&command)["object"]["state"], "CONFIRMED");
    let olga = ada.json(&["admin", "principal", "list"]);
    let olga = olga["items"].as_array().unwrap().iter().find(|held| held["name"] == "Olga").unwrap();
    assert_eq!(olga["grants"][0]["role"], "compliance_officer");

    let made = ada.json(&["admin", "grant", "Olga", "tech_lead"]);
    let id = made["object"]["id"].as_str().unwrap();
    assert_eq!(
        bea.json(&["admin", "decline", id, "--reason", "one is enough"])["object"]["state"],
        "DECLINED"
    );
    let made = ada.json(&["admin", "grant", "Olga", "executive"]);
    let id = made["object"]["id"].as_str().unwrap();
    assert_eq!(ada.json(&["admin", "withdraw", id])["object"]["state"], "WITHDRAWN");
    let linked = ada.json(&["admin", "link", "Olga", "Bea"]);
    assert_eq!(linked["object"]["samePersonAs"]["name"], "Bea");
    assert_eq!(ada.json(&["admin", "unlink", "Olga"])["receipt"]["kind"], "PROPOSAL");
    server.stop();
}
