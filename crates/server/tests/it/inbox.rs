//! Inboxes of many requests in many names: what they show, how they end, and what they cost.

use std::time::{Duration, Instant};

use assent_server::Options;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::exceptions::asked;
use crate::story::{dataset, evidence, files};
use crate::world::{World, text};

/// Somebody in whose inbox so many promotions and exceptions wait, not in the own name, but in the place of `persons`. The
/// token.
async fn crowded(world: &World, persons: usize, promotions: usize, exceptions: usize) -> String {
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, steward) = world.person("Stan", &["data_steward"]).await;
    let (delegate, token) = world.person("Dana", &["security_reviewer"]).await;
    let now = world.assent.wiring.now();
    let until = now.checked_add(SignedDuration::from_hours(24)).unwrap();
    for i in 0..persons {
        let roles = ["tech_lead", "compliance_officer"];
        let (_, other) = world.person(&format!("P{i}"), &roles).await;
        let lent =
            json!({"delegate": delegate, "roles": roles, "from": now, "until": until, "reason": "away"});
        world.post(&other, "/api/v1/delegations", lent).await.expect(201);
    }
    let (labels, predictions) = files();
    let data = dataset(world, &steward, &labels).await;
    let predictions = world.upload(&owner, predictions).await;
    for i in 0..promotions {
        let (_, version) = world.version(&owner, &format!("sorter-{i}"), "MEDIUM").await;
        evidence(world, &owner, &version).await;
        let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said",
            "suites": ["performance", "bias"]});
        world.post(&owner, &format!("/api/v1/versions/{version}/evaluations"), body).await.expect(201);
        let body = json!({"version": version, "target": {"stage": "STAGING"}});
        let promotion = world.post(&owner, "/api/v1/promotions", body).await.expect(201);
        assert_eq!(promotion["object"]["state"], "IN_REVIEW");
    }
    for i in 0..exceptions {
        let (_, version) = world.version(&owner, &format!("other-{i}"), "LOW").await;
        world.post(&owner, "/api/v1/exceptions", asked(&version, "data-privacy")).await.expect(201);
    }
    token
}

#[tokio::test]
async fn requests_are_found_beyond_the_rows_that_are_read_at_once_newest_first() {
    let world = World::new().await;
    let token = crowded(&world, 2, 0, 70).await;
    for (limit, shown, truncated) in [(200, 70, false), (70, 70, false), (69, 69, true)] {
        let found = world.get(&token, &format!("/api/v1/inbox/requests?limit={limit}")).await.expect(200);
        let items = found["items"].as_array().unwrap();
        assert_eq!((items.len(), &found["truncated"]), (shown, &json!(truncated)), "{limit}");
        let mut ids: Vec<String> = items.iter().map(|item| text(&item["id"])).collect();
        assert!(ids.iter().rev().is_sorted(), "newest first");
        ids.dedup();
        assert_eq!(ids.len(), shown);
        assert!(items.iter().all(|item| item["onBehalfOf"].as_array().unwrap().len() == 2));
    }
}

/// Who asks on gets on, however little time there is for each page; where there are no pages, the answer says that there is more.
#[tokio::test]
async fn an_inbox_that_takes_too_long_ends_early_and_says_so() {
    let world = World::with(Options { report_timeout: Duration::ZERO, ..Options::default() }).await;
    let token = crowded(&world, 1, 3, 1).await;
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = world.get(&token, &format!("/api/v1/inbox?limit=200{cursor}")).await.expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 1, "{page}");
        found.extend(items.iter().map(|item| text(&item["promotion"]["id"])));
        pages += 1;
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    found.dedup();
    assert!(found.len() == 3 && pages > 3, "{found:?} {pages}");
    let found = world.get(&token, "/api/v1/inbox/requests").await.expect(200);
    assert_eq!(found, json!({"items": [], "truncated": true}));
}

#[tokio::test]
#[ignore = "measures, and says no more than how long it took"]
async fn what_an_inbox_costs_in_the_name_of_fifty_others() {
    let world = World::new().await;
    let (persons, requests) = (50, 150);
    let token = crowded(&world, persons, requests, requests).await;
    for path in ["/api/v1/inbox?limit=200", "/api/v1/inbox/requests?limit=200"] {
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..5 {
            let start = Instant::now();
            let found = world.get(&token, path).await.expect(200);
            times.push(start.elapsed());
            let items = found["items"].as_array().unwrap();
            let others = |item: &Value| item["onBehalfOf"].as_array().unwrap().len();
            assert_eq!((items.len(), others(&items[0])), (requests, persons), "{path}");
        }
        times.sort();
        eprintln!("{path}: {:?}, the median of {times:?}", times[2]);
    }
}
