//! Who may name a file by its digest: who has its bytes. To others a file that is there is like one that is not.

use futures_util::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore as _, ObjectStoreExt as _};
use serde_json::{Value, json};

use crate::story::{dataset, files};
use crate::world::{World, text};

const NOWHERE: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const REPORT: &str = r#"{"tool": {"name": "better", "version": "1"}, "metrics": {"f1": 0.5}}"#;

/// Every way in which a request names a file: where it is sent, and what, with the place of the digest.
fn ways(version: &str, data: &Value, own: &str, sha256: &str) -> Vec<(String, Value, &'static str)> {
    let of = |what: &str| format!("/api/v1/versions/{version}/{what}");
    let rows = |name: &str, rows: &str, sheet: &str| {
        json!({"name": name, "sha256": rows, "datasheet": sheet, "classification": "INTERNAL",
            "columns": ["a"]})
    };
    let first = |name: &str, weights: &str| {
        json!({"model": {"name": name, "purpose": "x", "tier": "LOW"},
            "version": {"kind": "CLASSICAL", "artifacts": [{"name": "m", "sha256": weights}]}})
    };
    let (mut with_data, mut with_document) = (first("second", own), first("third", own));
    with_data["validationData"] = rows("held out", sha256, own);
    with_document["documents"] = json!([{"kind": "MODEL_CARD", "name": "card.json", "sha256": sha256}]);
    let document = |kind: &str| json!({"kind": kind, "name": "a file", "sha256": sha256});
    let onboarding = || "/api/v1/onboarding".to_owned();
    vec![
        (of("documents"), document("VALIDATION_REPORT"), "/sha256"),
        (of("documents"), document("MODEL_CARD"), "/sha256"),
        (
            of("scans"),
            json!({"tool": "s", "toolVersion": "1", "status": "PASSED", "report": sha256}),
            "/report",
        ),
        (of("evidence"), json!({"sha256": sha256}), "/sha256"),
        (
            of("evaluations"),
            json!({"dataset": data["id"], "predictions": sha256, "prediction": "said", "suites": ["performance"]}),
            "/predictions",
        ),
        (
            "/api/v1/models/mine/versions".to_owned(),
            json!({"kind": "CLASSICAL", "artifacts": [{"name": "own", "sha256": own}, {"name": "m", "sha256": sha256}]}),
            "/artifacts/1/sha256",
        ),
        ("/api/v1/datasets".to_owned(), rows("rows", sha256, own), "/sha256"),
        ("/api/v1/datasets".to_owned(), rows("others", own, sha256), "/datasheet"),
        (
            format!("/api/v1/threads/versions/{version}"),
            json!({"text": "look", "attachments": [{"name": "a", "sha256": sha256}]}),
            "/attachments/0/sha256",
        ),
        (onboarding(), first("first", sha256), "/version/artifacts/0/sha256"),
        (onboarding(), with_data, "/validationData/sha256"),
        (onboarding(), with_document, "/documents/0/sha256"),
    ]
}

/// The refusal without what differs between any two requests.
fn told(problem: &Value, sha256: &str) -> Value {
    let mut told = problem.clone();
    told["requestId"] = Value::Null;
    told["instance"] = Value::Null;
    serde_json::from_str(&told.to_string().replace(sha256, "DIGEST")).unwrap()
}

#[tokio::test]
async fn a_digest_alone_names_nothing() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, steward) = world.person("Stan", &["data_steward"]).await;
    let (_, other) = world.person("Mallory", &["model_owner", "data_steward"]).await;
    let (_, version) = world.version(&other, "mine", "LOW").await;
    let data = dataset(&world, &steward, &files().0).await;
    let own = world.upload(&other, "my own").await;
    // It is there, and nothing refers to it yet.
    let secret = world.upload(&owner, REPORT).await;
    let log = || world.assent.store().read().unwrap().head().unwrap().size;
    let before = log();
    let foreign = ways(&version, &data, &own, &secret);
    for ((path, body, place), (_, missing, _)) in foreign.iter().zip(ways(&version, &data, &own, NOWHERE)) {
        let refused = world.post(&other, path, body.clone()).await.problem(422, "blob-missing");
        assert_eq!(refused["pointer"], *place, "{path} {body}");
        assert!(text(&refused["remedy"]).starts_with("upload the bytes"), "{refused}");
        let missing = world.post(&other, path, missing).await.problem(422, "blob-missing");
        assert_eq!(told(&refused, &secret), told(&missing, NOWHERE), "{path} {body}");
    }
    assert_eq!(log(), before, "a refusal leaves no trace");
    // The rows of a data set are no exception, whoever reads what is known of it.
    let rows = text(&data["sha256"]);
    for (path, body, place) in ways(&version, &data, &own, &rows) {
        let refused = world.post(&other, &path, body).await.problem(422, "blob-missing");
        assert_eq!(refused["pointer"], place, "{path}");
    }
    // Bytes that are there already are shown by sending them once more.
    assert_eq!(world.upload(&other, REPORT).await, secret);
    for (path, body, _) in foreign {
        let answer = world.post(&other, &path, body.clone()).await;
        let refused = answer.status.is_client_error().then(|| text(&answer.json()["code"]));
        // What the bytes say is another matter: they are no predictions.
        assert!(refused.is_none_or(|code| code == "data-invalid"), "{path} {body}: {}", answer.text());
    }
}

#[tokio::test]
async fn what_one_reads_one_may_name() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, version) = world.version(&owner, "read", "LOW").await;
    let weights = world.get(&owner, &format!("/api/v1/versions/{version}")).await.expect(200);
    let weights = text(&weights["artifacts"][0]["sha256"]);
    let at = |what: &str| format!("/api/v1/versions/{version}/{what}");
    let document = |name: &str, sha256: &str| json!({"kind": "MODEL_CARD", "name": name, "sha256": sha256});
    let mut cards = Vec::new();
    for name in ["old.md", "new.md"] {
        cards.push(world.upload(&owner, format!("a card: {name}")).await);
        world.post(&owner, &at("documents"), document(name, cards.last().unwrap())).await.expect(200);
    }
    let report = world.upload(&owner, REPORT).await;
    world.post(&owner, &at("evidence"), json!({"sha256": report})).await.expect(201);
    let said = world.upload(&owner, "what a scanner said").await;
    let scan = json!({"tool": "s", "toolVersion": "1", "status": "PASSED", "report": said});
    world.post(&owner, &at("scans"), scan.clone()).await.expect(200);

    let (model, _) = world.version(&owner, "mine", "LOW").await;
    let (_, reader) = world.person("Rita", &["model_owner"]).await;
    let narrow = json!({"role": "model_owner", "scope": {"models": [model]}});
    let (_, stranger) = world.person_with("Sven", &[narrow]).await;
    let path = "/api/v1/models/mine/versions";
    let named = |sha256: &str| json!({"kind": "CLASSICAL", "artifacts": [{"name": "m", "sha256": sha256}]});
    for sha256 in [&weights, &cards[1], &report] {
        world.post(&stranger, path, named(sha256)).await.problem(422, "blob-missing");
        let made = world.post(&reader, path, named(sha256)).await.expect(201);
        // And from then on so may who reads that.
        assert_eq!(made["object"]["artifacts"][0]["sha256"], **sha256);
        world.post(&stranger, path, named(sha256)).await.expect(201);
    }
    // What is handed out to nobody is read by nobody: a document that another took the place of, and a scanner's own report.
    for sha256 in [&cards[0], &said] {
        world.post(&reader, path, named(sha256)).await.problem(422, "blob-missing");
    }
    // Nor is such a document brought back by who knows its digest; who sent it may do so.
    let (old, new) = (document("old.md", &cards[0]), document("again.md", &cards[1]));
    world.post(&stranger, &at("documents"), new.clone()).await.problem(404, "not-found");
    world.post(&reader, &at("documents"), old.clone()).await.problem(422, "blob-missing");
    world.post(&reader, &at("scans"), scan).await.expect(200);
    world.post(&reader, &at("documents"), new).await.expect(200);
    world.post(&owner, &at("documents"), old).await.expect(200);
    world.post(&reader, path, named(&cards[0])).await.expect(201);
}

#[tokio::test]
async fn who_answers_for_a_service_account_may_name_what_it_sent() {
    let world = World::new().await;
    let (id, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, other) = world.person("Rolf", &["model_owner"]).await;
    let service = json!({"kind": "SERVICE", "name": "ci", "responsible": id});
    let made = world.post(&world.admin, "/api/v1/principals", service).await.expect(201);
    let account = format!("/api/v1/principals/{}", text(&made["object"]["id"]));
    let grant = json!({"role": "model_owner"});
    world.post(&world.admin, &format!("{account}/grants"), grant).await.expect(200);
    let issued = world.post(&world.admin, &format!("{account}/tokens"), json!({"life": "12h"})).await;
    let ci = text(&issued.expect(201)["object"]["secret"]);
    world.version(&owner, "mine", "LOW").await;
    let (built, written) = (world.upload(&ci, "built").await, world.upload(&owner, "written").await);
    let named = |sha256: &str| json!({"kind": "CLASSICAL", "artifacts": [{"name": "m", "sha256": sha256}]});
    let path = "/api/v1/models/mine/versions";
    for (token, sha256, may) in
        [(&ci, &written, false), (&other, &built, false), (&owner, &built, true), (&ci, &built, true)]
    {
        let answer = world.post(token, path, named(sha256)).await;
        if may {
            answer.expect(201);
        } else {
            answer.problem(422, "blob-missing");
        }
    }
}

/// Files of comments are small; those of versions are not.
#[tokio::test]
async fn a_large_file_is_its_senders_too() {
    // Encryption takes its time in a build for tests.
    let world = World::plain().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, version) = world.version(&owner, "mine", "LOW").await;
    let large = world.upload(&owner, vec![b'x'; (64 << 20) + 1]).await;
    let comment = json!({"text": "look", "attachments": [{"name": "a", "sha256": large}]});
    let refused = world.post(&owner, &format!("/api/v1/threads/versions/{version}"), comment).await;
    assert!(text(&refused.problem(400, "invalid-value")["detail"]).contains("attach it to the version"));
    let named = json!({"kind": "CLASSICAL", "artifacts": [{"name": "m", "sha256": large}]});
    world.post(&owner, "/api/v1/models/mine/versions", named).await.expect(201);
}

#[tokio::test]
async fn without_marks_what_is_attached_is_still_read_and_the_rest_is_sent_again() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, steward) = world.person("Stan", &["data_steward"]).await;
    let (_, version) = world.version(&owner, "mine", "LOW").await;
    let data = dataset(&world, &steward, &files().0).await;
    let loose = world.upload(&owner, "not attached yet").await;
    let marks = Path::from("uploads");
    let marks: Vec<_> = world.blobs.list(Some(&marks)).try_collect().await.unwrap();
    assert!(marks.len() >= 4, "{marks:?}");
    for mark in marks {
        world.blobs.delete(&mark.location).await.unwrap();
    }
    let held = world.get(&owner, &format!("/api/v1/versions/{version}")).await.expect(200);
    let named = |sha256: &Value| json!({"kind": "CLASSICAL", "artifacts": [{"name": "m", "sha256": sha256}]});
    let path = "/api/v1/models/mine/versions";
    world.post(&owner, path, named(&held["artifacts"][0]["sha256"])).await.expect(201);
    world.post(&owner, path, named(&json!(loose))).await.problem(422, "blob-missing");
    assert_eq!(world.upload(&owner, "not attached yet").await, loose);
    world.post(&owner, path, named(&json!(loose))).await.expect(201);
    // The rows of a data set are its steward's to name, and the datasheet, which nobody is given, is sent again.
    let again = |sheet: &Value| json!({"name": "again", "sha256": data["sha256"], "datasheet": sheet, "classification": "INTERNAL"});
    assert!(data["datasheet"].is_string(), "{data}");
    let refused = world.post(&steward, "/api/v1/datasets", again(&data["datasheet"])).await;
    assert_eq!(refused.problem(422, "blob-missing")["pointer"], "/datasheet");
    world.post(&steward, "/api/v1/datasets", again(&Value::Null)).await.expect(201);
}

#[tokio::test]
async fn few_files_of_others_are_looked_for_at_a_time() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, reader) = world.person("Rita", &["model_owner"]).await;
    world.version(&owner, "mine", "LOW").await;
    let mut artifacts = Vec::new();
    for number in 0..101 {
        let sha256 = world.upload(&owner, format!("part {number}")).await;
        artifacts.push(json!({"name": format!("part-{number}"), "sha256": sha256}));
    }
    let path = "/api/v1/models/mine/versions";
    let body = |count: usize| json!({"kind": "CLASSICAL", "artifacts": artifacts[..count]});
    let made = world.post(&owner, path, body(101)).await.expect(201);
    // What a version holds is not looked for.
    let scan = format!("/api/v1/versions/{}/artifact-scans", text(&made["object"]["id"]));
    world.post(&reader, &scan, json!({})).await.expect(201);
    let refused = world.post(&reader, path, body(101)).await.problem(400, "too-many");
    assert_eq!(refused["pointer"], "/artifacts/100/sha256");
    world.post(&reader, path, body(100)).await.expect(201);
}
