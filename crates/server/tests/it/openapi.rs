//! The description of the interface, and what it says of every operation.

use axum::body::Body;
use serde_json::{Value, json};

use crate::world::{World, bare};

/// Operations that are open to anyone.
const OPEN: [&str; 10] = [
    "/healthz",
    "/readyz",
    "/metrics",
    "/log/checkpoint",
    "/log/vkey",
    "/log/tile/{path}",
    "/api/v1/auth/log-in",
    "/api/v1/auth/invitations/accept",
    "/auth/oidc/{provider}/start",
    "/auth/oidc/{provider}/callback",
];
/// Writes that are not remembered: streams, and those that bring a password.
const ONCE: [&str; 4] =
    ["/api/v1/blobs", "/api/v1/auth/log-in", "/api/v1/auth/invitations/accept", "/api/v1/me/password"];

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| -> Vec<(String, String, Value)> {
        let item = item.as_object().unwrap().clone();
        item.into_iter().map(|(method, operation)| (method.to_uppercase(), path.clone(), operation)).collect()
    };
    paths.iter().flat_map(of_path).collect()
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref") {
                found.push(target.clone());
            }
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn the_description_is_whole() {
    let world = World::new().await;
    let document = world.get("", "/api/openapi.json").await.expect(200);
    assert_eq!(document, assent_server::openapi());
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100, "{}", found.len());
    for target in found {
        assert!(document.pointer(target.strip_prefix('#').unwrap()).is_some(), "{target}");
    }
    let operations = operations(&document);
    assert_eq!(operations.len(), 167, "{:?}", operations.iter().map(|o| (&o.0, &o.1)).collect::<Vec<_>>());
    let mut ids: Vec<&str> = operations.iter().map(|(_, _, o)| o["operationId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), operations.len());
    for (method, path, operation) in &operations {
        let declared = |name: &str| {
            operation["parameters"].as_array().is_some_and(|all| all.iter().any(|p| p["name"] == name))
        };
        for name in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
            assert!(declared(name), "{method} {path}: {name}");
        }
        let is_write = method != "GET" && !ONCE.contains(&path.as_str());
        assert_eq!(declared("Idempotency-Key"), is_write, "{method} {path}");
        assert!(operation["summary"].is_string(), "{method} {path}");
    }
}

#[tokio::test]
async fn nothing_is_done_without_a_token() {
    let world = World::new().await;
    let document = world.get("", "/api/openapi.json").await.expect(200);
    let mut asked = 0;
    for (method, path, operation) in operations(&document) {
        let open = OPEN.contains(&path.as_str());
        assert_eq!(operation.get("security").is_some(), open, "{path}");
        if open {
            continue;
        }
        let concrete = path.replace("{number}", "1").replace("{index}", "1");
        let concrete = concrete.replace(['{', '}'], "");
        for token in ["", "assent_nonsense"] {
            let request = bare(&method, token, &concrete).body(Body::from("not json")).unwrap();
            let answer = world.send(request).await;
            answer.problem(401, "unauthenticated");
            asked += 1;
        }
    }
    assert_eq!(asked, 314);
    // One record for each route, whatever the number of attempts.
    let entries =
        world.get(&world.admin, "/api/v1/log/entries?type=accessDenied&limit=200").await.expect(200);
    assert_eq!(entries["items"].as_array().unwrap().len(), 157);
    assert_eq!(entries["items"][0]["entry"]["details"]["attempts"], json!(1));
}

#[tokio::test]
async fn answers_carry_their_headers_and_pages_theirs() {
    let world = World::new().await;
    let answer = world.get(&world.admin, "/api/v1/me").await;
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.headers[name], value);
    }
    assert!(answer.headers.contains_key("x-request-id"));
    let page = world.get("", "/api/docs/").await;
    assert!(page.text().contains("swagger-ui"), "{}", page.text());
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
    assert!(!page.text().contains("https://"), "{}", page.text());
    let script = world.get("", "/api/docs/swagger-initializer.js").await;
    assert!(script.text().contains("/api/openapi.json"), "{}", script.text());
    assert_eq!(world.get("", "/api/docs").await.headers["location"], "/api/docs/");
    world.get("", "/api/docs/nothing.js").await.problem(404, "not-found");
}
