//! A model with all that it begins with: all of it, or nothing.

use axum::body::Body;
use serde_json::{Value, json};

use crate::world::{World, bare, text};

const UNKNOWN: &str = "0000000000000000000000000000000000000000000000000000000000000000";

async fn body(world: &World, token: &str) -> Value {
    let weights = world.upload(token, "weights").await;
    let rows = world.upload(token, "id,right,sex\nr1,1,f\nr2,0,m\n").await;
    let card = world.upload(token, "# What it is for").await;
    json!({
        "model": {"name": "support", "purpose": "Automated customer support for common queries",
            "useCases": ["Answer product FAQs"]},
        "version": {"kind": "CLASSICAL", "params": {"depth": "6"}, "reportedMetrics": {"accuracy": 0.93},
            "artifacts": [{"name": "model.json", "sha256": weights, "format": "json"}]},
        "validationData": {"name": "held-out", "sha256": rows, "classification": "INTERNAL",
            "sensitiveAttributes": ["sex"], "labels": {"id": "id", "label": "right"},
            "designatedFor": ["performance"]},
        "documents": [{"kind": "MODEL_CARD", "name": "card.md", "sha256": card}],
    })
}

async fn counted(world: &World) -> [usize; 2] {
    let mut counts = [0; 2];
    for (count, path) in counts.iter_mut().zip(["/api/v1/models", "/api/v1/datasets"]) {
        *count = world.get(&world.admin, path).await.expect(200)["items"].as_array().unwrap().len();
    }
    counts
}

#[tokio::test]
async fn one_call_makes_a_governance_record() {
    let world = World::new().await;
    let (_, olga) = world.person("Olga", &["model_owner", "data_steward"]).await;
    let body = body(&world, &olga).await;
    let send = || async {
        let request = bare("POST", &olga, "/api/v1/onboarding").header("Idempotency-Key", "once");
        world.send(request.body(Body::from(body.to_string())).unwrap()).await.expect(201)
    };
    let made = send().await;
    let record = &made["object"];
    let kinds =
        ["datasetRegistered", "modelRegistered", "versionNumbered", "versionRegistered", "documentAttached"];
    let events = made["receipt"]["events"].as_array().unwrap();
    assert_eq!(events.iter().map(|event| event["type"].as_str().unwrap()).collect::<Vec<_>>(), kinds);
    assert_eq!(record["logIndex"], events[4]["index"]);
    assert_eq!(
        (&record["model"]["tier"], &record["version"]["stage"]),
        (&json!("HIGH"), &json!("DEVELOPMENT"))
    );
    assert!(record["model"]["tierRule"].is_string(), "{record}");
    assert_eq!(record["version"]["reportedMetrics"], json!({"accuracy": 0.93}));
    assert_eq!(record["version"]["datasets"], json!([]), "it was not made with what it is validated on");
    assert_eq!(record["validationData"]["number"], 1);

    // The first check is the one that is asked alone.
    let first = &record["firstCheck"];
    let at = |what| format!("/api/v1/versions/{}/{what}?stage=STAGING", text(&record["version"]["id"]));
    let check = world.get(&olga, &at("check")).await.expect(200);
    let gate = world.get(&olga, &at("gate")).await.expect(200);
    assert_eq!(first["stage"], "STAGING");
    assert_eq!(first["compliance"]["status"], "NON_COMPLIANT");
    for (here, alone) in [
        ("compliance", &check["compliance"]),
        ("findings", &check["findings"]),
        ("missing", &gate["reasons"]),
    ] {
        assert_eq!(&first[here], alone, "{here}");
        assert_ne!(first[here], json!([]), "{here}");
    }

    // Sent again with its key it is the same; without, the name is taken.
    let again = send().await;
    assert_eq!(again["receipt"]["replayed"], true);
    for id in ["/model/id", "/version/id", "/validationData/id"] {
        assert_eq!(again["object"].pointer(id), record.pointer(id), "{id}");
    }
    let taken = world.post(&olga, "/api/v1/onboarding", body.clone()).await.problem(409, "name-taken");
    assert_eq!(taken["pointer"], "/model/name");
    assert_eq!(counted(&world).await, [1, 1], "a refusal leaves nothing behind, the data set neither");
}

#[tokio::test]
async fn each_wrong_field_is_named_and_nothing_is_left_behind() {
    let world = World::new().await;
    let (_, olga) = world.person("Olga", &["model_owner", "data_steward"]).await;
    let right = body(&world, &olga).await;
    let many = json!(vec![right["documents"][0].clone(); 21]);
    for (pointer, value, status) in [
        ("/model/name", json!(""), 400),
        ("/model/purpose", json!("a\u{0}b"), 400),
        ("/model/tier", json!("NONE"), 422),
        ("/model/colour", json!("red"), 400),
        ("/version/kind", json!("NONE"), 400),
        ("/version/artifacts/0/sha256", json!(UNKNOWN), 422),
        ("/version/artifacts/0/name", json!(""), 400),
        ("/version/sourceRun", json!(""), 400),
        ("/version/datasets", json!(["0190aaaa-0000-7000-8000-000000000000"]), 404),
        ("/validationData/sha256", json!(UNKNOWN), 422),
        ("/validationData/number", json!(0), 400),
        ("/validationData/labels/label", json!("wrong"), 400),
        ("/validationData/designatedFor", json!(["nothing"]), 422),
        ("/documents", many, 400),
        ("/documents/0/kind", json!("a card"), 400),
        ("/documents/0/sha256", json!(UNKNOWN), 422),
    ] {
        let mut wrong = right.clone();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        wrong.pointer_mut(parent).unwrap()[field] = value;
        let answer = world.post(&olga, "/api/v1/onboarding", wrong).await;
        let problem = answer.json();
        let named = if pointer == "/version/datasets" { "/version/datasets/0" } else { pointer };
        assert_eq!(problem["pointer"], named, "{problem}");
        assert_eq!(answer.status.as_u16() / 100, 4, "{problem}");
        assert_eq!(answer.status.as_u16(), status, "{problem}");
    }
    assert_eq!(counted(&world).await, [0, 0]);
    world.post(&olga, "/api/v1/onboarding", right).await.expect(201);
}

/// Whoever registers models alone registers no data set along with one, and a steward no model.
#[tokio::test]
async fn each_part_takes_its_own_permission() {
    let world = World::new().await;
    let (_, olga) = world.person("Olga", &["model_owner"]).await;
    let (_, stan) = world.person("Stan", &["data_steward"]).await;
    let mut whole = body(&world, &olga).await;
    let refused =
        world.post(&olga, "/api/v1/onboarding", whole.clone()).await.problem(403, "permission-missing");
    assert_eq!(refused["pointer"], "/validationData");
    world.post(&stan, "/api/v1/onboarding", whole.clone()).await.problem(403, "permission-missing");
    assert_eq!(counted(&world).await, [0, 0]);
    whole.as_object_mut().unwrap().remove("validationData");
    let made = world.post(&olga, "/api/v1/onboarding", whole).await.expect(201);
    assert!(made["object"].get("validationData").is_none());
    assert_eq!(counted(&world).await, [1, 0]);
}
