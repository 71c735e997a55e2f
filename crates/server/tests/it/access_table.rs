//! The table of who may do what (`access_table.txt`), walked against the server: each operation, on one's own, a foreign and
//! a missing object, as each role.

mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use axum::body::Body;
use serde_json::Value;

use self::stage::Stage;
use crate::world::{Answer, World, bare};

const TABLE: &str = include_str!("access_table.txt");
const MISSING: &str = "01931e2c-5b1a-7cc3-98c4-000000000000";
/// The codes by which the case itself says no.
const RULES: [&str; 14] = [
    "wrong-state",
    "not-the-requester",
    "reviewer-lacks-role",
    "gate-shut",
    "condition-not-open",
    "not-the-steward",
    "still-active",
    "no-session",
    "log-in-refused",
    "invitation-void",
    "not-the-proposer",
    "not-the-system-owner",
    "role-not-delegable",
    "not-the-delegator",
];

struct Row {
    operation: &'static str,
    object: &'static str,
    /// What is expected, by column.
    cells: Vec<&'static str>,
}

/// Rows, and the columns: no token, no grant, and the roles.
fn table() -> (Vec<Row>, Vec<&'static str>) {
    let mut roles: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut columns, mut rows) = (Vec::new(), Vec::new());
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&'static str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            ["=", short, role] => assert_eq!(roles.insert(short, role), None, "{short}"),
            ["NO", "GU", shorts @ ..] => {
                columns = vec!["nobody", "guest"];
                columns.extend(shorts.iter().map(|short| roles[short]));
            }
            [operation, object, cells @ ..] => {
                assert_eq!(cells.len(), columns.len(), "{line}");
                rows.push(Row { operation, object, cells: cells.to_vec() });
            }
            [_] => panic!("a line with one word: {line}"),
        }
    }
    (rows, columns)
}

/// Every operation stands in the table with every object that it can be tried on, and every role has a column.
#[tokio::test]
async fn nothing_is_left_out_of_the_table() {
    let world = World::new().await;
    let (rows, columns) = table();
    let mut listed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in &rows {
        listed.entry(row.operation).or_default().push(row.object);
        for cell in &row.cells {
            assert!(
                ["yes", "no", "404", "401", "rule"].contains(cell),
                "{} {}: {cell}",
                row.operation,
                row.object
            );
        }
    }
    let document = world.get("", "/api/openapi.json").await.expect(200);
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            let objects: &[&str] = match (path.as_str(), operation.get("security")) {
                ("/log/tile/{path}", _) => &["all", "bundle"],
                (_, Some(_)) => &["all"],
                // The version is named in the body.
                ("/api/v1/promotions" | "/api/v1/changes", None) if id.starts_with("request") => {
                    &["own", "foreign", "missing", "all"]
                }
                ("/api/v1/exceptions", None) if id == "requestException" => {
                    &["own", "foreign", "missing", "all"]
                }
                // The model is.
                (_, None)
                    if ["startAssessment", "requestTierChange", "openPeriodicReview"]
                        .contains(&id.as_str()) =>
                {
                    &["own", "foreign", "missing", "all"]
                }
                ("/api/v1/log/entries/{index}", None) => &["scoped", "all"],
                (path, None) if path.contains('{') => &["own", "foreign", "missing", "all"],
                (_, None) => &["scoped", "all"],
            };
            assert_eq!(listed.get(id.as_str()).map(Vec::as_slice), Some(objects), "{id} ({path})");
            operations.insert(id);
        }
    }
    let unknown: Vec<_> = listed.keys().filter(|id| !operations.contains(**id)).collect();
    assert!(unknown.is_empty(), "there is no operation {unknown:?}");

    let pack = world.get(&world.admin, "/api/v1/packs/current").await.expect(200);
    let documents = pack["documents"].as_array().unwrap().iter().map(|document| &document["document"]);
    let roles: BTreeSet<&str> = documents
        .filter(|document| document["kind"] == "Role")
        .map(|role| role["id"].as_str().unwrap())
        .collect();
    assert_eq!(columns[2..].iter().copied().collect::<BTreeSet<_>>(), roles);
    assert_eq!(columns.len(), roles.len() + 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_does_what_the_table_says() {
    let (_, columns) = table();
    let walks: Vec<_> = (0..columns.len()).map(|column| tokio::spawn(walk(column))).collect();
    let mut wrong = String::new();
    for walk in walks {
        wrong += &walk.await.unwrap();
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What is not as one column says.
async fn walk(column: usize) -> String {
    let (rows, columns) = table();
    let stage = Stage::new(columns[column]).await;
    let mut wrong = String::new();
    for row in &rows {
        let (role, expected) = (columns[column], row.cells[column]);
        let (method, path, body) = stage.request(row.operation, row.object).await;
        let token = stage.token(row.object);
        let answer = stage.world.send(bare(method, token, &path).body(Body::from(body)).unwrap()).await;
        let said = said(&answer);
        if said != expected {
            let (operation, object) = (row.operation, row.object);
            let body: String = answer.text().chars().take(200).collect();
            writeln!(wrong, "{operation} {object} as {role}: expected {expected}, got {said}: {body}")
                .unwrap();
        }
        if row.object == "scoped" {
            for id in &stage.foreign.ids() {
                assert!(!answer.text().contains(id.as_str()), "{} as {role} tells of {id}", row.operation);
            }
        }
    }
    wrong
}

fn said(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    let code = if answer.status.is_success() { Value::Null } else { answer.json()["code"].clone() };
    match (status, code.as_str().unwrap_or_default()) {
        (200..300, _) => "yes".to_owned(),
        (401, "unauthenticated") => "401".to_owned(),
        (403, "permission-missing") => "no".to_owned(),
        (404, "not-found") => "404".to_owned(),
        (401 | 403 | 409 | 422, code) if RULES.contains(&code) => "rule".to_owned(),
        (status, code) => format!("{status} {code}"),
    }
}
