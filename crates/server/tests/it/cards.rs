//! Model cards and datasheets as records.

use serde_json::{Value, json};

use crate::story::files;
use crate::world::{World, text};

/// A version that was measured on the data of a steward: who owns it, and its id.
async fn measured(world: &World) -> (String, String) {
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, steward) = world.person("Stan", &["data_steward"]).await;
    let (_, version) = world.version(&owner, "sorter", "MEDIUM").await;
    let (labels, predictions) = files();
    let labels = world.upload(&steward, labels).await;
    let sheet = json!({"schema": "assent.datasheet/1", "motivation": {"name": "loans", "purpose": "todo"}});
    let sheet = world.upload(&steward, sheet.to_string()).await;
    let body = json!({"name": "loans", "sha256": labels, "classification": "RESTRICTED", "datasheet": sheet,
        "sensitiveAttributes": ["sex"], "labels": {"id": "id", "label": "approved"}, "designatedFor": ["performance", "bias"]});
    let data = world.post(&steward, "/api/v1/datasets", body).await.expect(201)["object"].clone();
    let motivation = &data["datasheetCard"]["sections"][0];
    assert_eq!((&motivation["section"], &motivation["answered"]), (&json!("motivation"), &json!(1)));
    let predictions = world.upload(&owner, predictions).await;
    let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said", "suites": ["performance", "bias"]});
    world.post(&owner, &format!("/api/v1/versions/{version}/evaluations"), body).await.expect(201);
    (owner, version)
}

async fn draft(world: &World, token: &str, version: &str) -> Value {
    world.get(token, &format!("/api/v1/versions/{version}/card/draft")).await.expect(200)
}

async fn attached(
    world: &World,
    token: &str,
    version: &str,
    kind: &str,
    document: &Value,
) -> crate::world::Answer {
    let sha256 = world.upload(token, document.to_string()).await;
    let body = json!({"kind": kind, "name": "card.json", "sha256": sha256});
    world.post(token, &format!("/api/v1/versions/{version}/documents"), body).await
}

#[tokio::test]
async fn a_draft_has_what_is_known_and_is_taken_as_it_is() {
    let world = World::new().await;
    let (owner, version) = measured(&world).await;
    let drafted = draft(&world, &owner, &version).await;
    let card = &drafted["card"];
    assert_eq!((&card["details"]["name"], &card["details"]["contact"]), (&json!("sorter"), &json!("Olga")));
    assert!(
        card["details"].get("licence").is_none() && card.get("limitations").is_none(),
        "gaps stay gaps: {card}"
    );
    let figures = card["metrics"]["figures"].as_array().unwrap();
    let accuracy = figures.iter().find(|figure| figure["metric"] == "accuracy").unwrap();
    assert_eq!((&accuracy["value"], &accuracy["n"]), (&json!(0.9875), &json!(80)));
    assert!(text(&accuracy["source"]).starts_with("evaluation:"));
    assert_eq!(accuracy["dataset"], "loans 1");
    assert_eq!(figures.iter().filter(|figure| figure["attribute"] == "sex").count(), 8);

    let before = drafted["completeness"]["completeness"].as_f64().unwrap();
    let answer = attached(&world, &owner, &version, "MODEL_CARD", card).await.expect(200);
    assert_eq!(answer["object"]["documents"][0]["card"]["completeness"], json!(before));
    let facts = world.get(&owner, &format!("/api/v1/versions/{version}/facts")).await.expect(200);
    assert_eq!((&facts["card"]["present"], &facts["card"]["completeness"]), (&json!(true), &json!(before)));
    assert_eq!(
        (&facts["card"]["upToDate"], &facts["card"]["form"]),
        (&json!(true), &json!("assent.model-card/1"))
    );
    assert!(facts["card"]["missing"].as_array().unwrap().contains(&json!("limitations")));
}

#[tokio::test]
async fn a_card_that_says_something_else_is_refused() {
    let world = World::new().await;
    let (owner, version) = measured(&world).await;
    let drafted = draft(&world, &owner, &version).await["card"].clone();
    let place = drafted["metrics"]["figures"]
        .as_array()
        .unwrap()
        .iter()
        .position(|figure| figure["metric"] == "accuracy");
    let place = place.unwrap();
    let mut rounded = drafted.clone();
    rounded["metrics"]["figures"][place]["value"] = json!(0.99);
    let refused = attached(&world, &owner, &version, "MODEL_CARD", &rounded).await;
    let detail = text(&refused.problem(422, "data-invalid")["detail"]);
    assert!(detail.contains("the card says 0.99 for `accuracy`, and the evaluation says 0.9875"), "{detail}");
    // The same figures are those of no other version.
    let (_, other) = world.version(&owner, "other", "MEDIUM").await;
    let refused = attached(&world, &owner, &other, "MODEL_CARD", &drafted).await;
    assert!(
        text(&refused.problem(422, "data-invalid")["detail"])
            .contains("not the latest evaluation of this version")
    );
    for (document, kind, part) in [
        (
            json!({"schema": "assent.model-card/1", "details": {"nam": "x"}}),
            "MODEL_CARD",
            "`/details/nam`: unknown field",
        ),
        (json!({"schema": "assent.model-card/7"}), "MODEL_CARD", "is not known"),
        (json!({"schema": "assent.datasheet/1"}), "MODEL_CARD", "attach it with the kind DATASHEET"),
        (json!({"schema": "assent.model-card/1"}), "DATASHEET", "attach it with the kind MODEL_CARD"),
    ] {
        let refused = attached(&world, &owner, &version, kind, &document).await;
        let detail = text(&refused.problem(422, "data-invalid")["detail"]);
        assert!(detail.contains(part), "{detail}");
    }
    assert_eq!(
        world.get(&owner, &format!("/api/v1/versions/{version}")).await.expect(200)["documents"],
        json!([])
    );
}

#[tokio::test]
async fn a_document_of_no_form_is_taken_as_it_is() {
    let world = World::new().await;
    let (owner, version) = measured(&world).await;
    for (kind, document) in [
        ("MODEL_CARD", json!("# My card")),
        ("MODEL_CARD", json!({"model_name": "mine"})),
        ("API_DOCUMENTATION", json!({"schema": "assent.model-card/1", "unknown": 1})),
    ] {
        let answer = attached(&world, &owner, &version, kind, &document).await.expect(200);
        assert!(
            answer["object"]["documents"]
                .as_array()
                .unwrap()
                .iter()
                .all(|document| document.get("card").is_none())
        );
    }
    let facts = world.get(&owner, &format!("/api/v1/versions/{version}/facts")).await.expect(200);
    assert_eq!(facts["card"], json!({"present": true}));
}
