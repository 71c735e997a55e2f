//! Whatever a client sends, it gets an answer that says what was wrong.

use axum::body::Body;
use serde_json::json;

use crate::world::{World, bare};

#[tokio::test]
async fn malformed_bodies_are_named() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let deep = format!("{{\"name\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_tag = format!(
        "{{\"documents\": [{{\"file\": \"f\", \"document\": {}{}}}]}}",
        "[".repeat(500),
        "]".repeat(500)
    );
    let cases: [(&str, Vec<u8>, u16, &str, Option<&str>); 14] = [
        ("/api/v1/models", b"{".to_vec(), 400, "malformed-json", None),
        ("/api/v1/models", b"[\"a\", \"b\"]".to_vec(), 400, "invalid-field", Some("")),
        ("/api/v1/models", b"{} x".to_vec(), 400, "invalid-field", Some("")),
        (
            "/api/v1/models",
            b"{\"name\": \"\xff\xfe\", \"purpose\": \"x\"}".to_vec(),
            400,
            "malformed-json",
            None,
        ),
        ("/api/v1/models", b"null".to_vec(), 400, "invalid-field", Some("")),
        (
            "/api/v1/models",
            br#"{"name": "a", "purpose": "b", "colour": 1}"#.to_vec(),
            400,
            "invalid-field",
            Some("/colour"),
        ),
        ("/api/v1/models", br#"{"name": 7, "purpose": "b"}"#.to_vec(), 400, "invalid-field", Some("/name")),
        (
            "/api/v1/models",
            br#"{"name": "a", "purpose": "b", "owner": "me"}"#.to_vec(),
            400,
            "invalid-field",
            Some("/owner"),
        ),
        (
            "/api/v1/models",
            br#"{"name": "a", "purpose": "b", "tags": {"x": [1]}}"#.to_vec(),
            400,
            "invalid-field",
            Some("/tags/x"),
        ),
        ("/api/v1/models", deep.into_bytes(), 400, "invalid-field", Some("/name")),
        ("/api/v1/packs", deep_tag.into_bytes(), 400, "malformed-json", None),
        ("/api/v1/models", vec![b' '; 4 * 1024 * 1024 + 1], 413, "body-too-large", None),
        ("/api/v1/packs", vec![b' '; 16 * 1024 * 1024 + 1], 413, "body-too-large", None),
        (
            "/api/v1/models",
            br#"{"name": "a", "name": "b", "purpose": "c"}"#.to_vec(),
            400,
            "invalid-field",
            Some(""),
        ),
    ];
    for (path, body, status, code, pointer) in cases {
        let start = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = world.send(bare("POST", &owner, path).body(Body::from(body)).unwrap()).await;
        let problem = answer.problem(status, code);
        assert_eq!(problem["pointer"].as_str(), pointer, "{start}: {problem}");
    }
    let problem =
        world.send(bare("POST", &owner, "/api/v1/models").body("{\n \"name\": }".into()).unwrap()).await;
    assert!(problem.problem(400, "malformed-json")["detail"].as_str().unwrap().contains("line 2 column 10"));
    let request =
        axum::http::Request::post("/api/v1/models").header("authorization", format!("Bearer {owner}"));
    let request = request.header("content-type", "text/plain").body("{}".into()).unwrap();
    world.send(request).await.problem(415, "unsupported-media-type");
}

#[tokio::test]
async fn absurd_parameters_are_refused() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner", "data_steward"]).await;
    let (_, version) = world.version(&owner, "sorter", "LOW").await;
    for (path, status) in [
        ("/api/v1/versions/not-an-id", 400),
        ("/api/v1/versions/%00%ff", 400),
        ("/api/v1/models/sorter/versions/-1", 400),
        ("/api/v1/models/sorter/versions/99999999999999999999999", 400),
        ("/api/v1/models/sorter/versions/18446744073709551615", 404),
        ("/api/v1/models?limit=0", 400),
        ("/api/v1/models?limit=201", 400),
        ("/api/v1/models?limit=-5", 400),
        ("/api/v1/models?cursor=x", 400),
        ("/api/v1/models?nome=x", 400),
        ("/api/v1/promotions?state=open", 400),
        ("/api/v1/log/proofs/inclusion?index=18446744073709551615", 404),
        ("/log/tile/0/x999/x999/x999/x999/x999/x999/x999", 404),
        ("/log/tile/9/000", 404),
        ("/log/tile/63/x018/x446/x744/x073/x709/551.p/1", 404),
        ("/log/tile/../../etc", 404),
    ] {
        let answer = world.get(&owner, path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
    let sha256 = world.upload(&owner, "id,label\n").await;
    for number in ["0", "-1", "1.5", "1e300", "18446744073709551615", "\"one\"", "null"] {
        let body = format!(
            r#"{{"name": "d", "number": {number}, "sha256": "{sha256}", "classification": "PUBLIC"}}"#
        );
        let answer = world.send(bare("POST", &owner, "/api/v1/datasets").body(body.into()).unwrap()).await;
        let expected = if number == "null" { 201 } else { 400 };
        assert_eq!(answer.status, expected, "{number}: {}", answer.text());
    }
    let scan = json!({"tool": "s", "toolVersion": "1", "status": "PASSED", "findings": {"LOW": u64::MAX}});
    world
        .post(&owner, &format!("/api/v1/versions/{version}/scans"), scan)
        .await
        .problem(400, "invalid-value");
    let metrics = json!({"kind": "CLASSICAL", "reportedMetrics": {"f1": "NaN"}});
    let problem =
        world.post(&owner, "/api/v1/models/sorter/versions", metrics).await.problem(400, "invalid-field");
    assert_eq!(problem["pointer"], "/reportedMetrics/f1");
    let many: Vec<String> = (0..10_000).map(|i| i.to_string()).collect();
    let many = json!({"name": "many", "purpose": "x", "tier": "LOW", "useCases": many});
    world.post(&owner, "/api/v1/models", many).await.problem(400, "too-many");
}
