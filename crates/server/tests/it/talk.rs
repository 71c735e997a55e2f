//! What reviewers are told: reminders, escalations and assignments.

use std::sync::Arc;
use std::time::Duration;

use assent_app::{Command, Request};
use assent_domain::ids::PromotionId;
use assent_server::Options;
use assent_store::MemoryStore;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::story::{dataset, evidence, files};
use crate::world::{World, text};

const DAY: i64 = 24 * 60 * 60;

/// A promotion to staging that waits for a technical review.
pub(crate) struct Waiting {
    pub(crate) owner: String,
    pub(crate) promotion: String,
}

pub(crate) async fn waiting(world: &World) -> Waiting {
    let owner = lasting(world, "Olga", "model_owner").await;
    let (_, steward) = world.person("Stan", &["data_steward"]).await;
    let (_, version) = world.version(&owner, "sorter", "MEDIUM").await;
    let (labels, predictions) = files();
    let data = dataset(world, &steward, &labels).await;
    evidence(world, &owner, &version).await;
    let predictions = world.upload(&owner, predictions).await;
    let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said",
        "suites": ["performance", "bias"]});
    world.post(&owner, &format!("/api/v1/versions/{version}/evaluations"), body).await.expect(201);
    let body = json!({"version": version, "target": {"stage": "STAGING"}});
    let asked = world.post(&owner, "/api/v1/promotions", body).await.expect(201);
    assert_eq!(asked["object"]["state"], "IN_REVIEW");
    Waiting { owner, promotion: text(&asked["object"]["id"]) }
}

/// A person whose token holds for weeks.
async fn lasting(world: &World, name: &str, role: &str) -> String {
    let (id, _) = world.person(name, &[role]).await;
    let path = format!("/api/v1/principals/{id}/tokens");
    let issued = world.post(&world.admin, &path, json!({"life": "60d"})).await;
    text(&issued.json()["object"]["secret"])
}

async fn notify(world: &World, promotion: &str) -> usize {
    let command = Command::Notify(PromotionId(promotion.parse().unwrap()));
    let request = Request::of_system(world.assent.wiring.id(), command);
    world.assent.ledger.execute(request).await.unwrap().events.len()
}

async fn inbox(world: &World, token: &str) -> Value {
    world.get(token, "/api/v1/inbox").await.expect(200)["items"].clone()
}

#[tokio::test]
async fn an_escalated_review_stands_in_the_inbox_of_the_next_role_which_cannot_decide_it() {
    let world = World::new().await;
    let risk = lasting(&world, "Rita", "risk_manager").await;
    let lead = lasting(&world, "Lena", "tech_lead").await;
    let cora = lasting(&world, "Cora", "compliance_officer").await;
    let me = world.get(&cora, "/api/v1/me").await.expect(200)["principal"]["id"].clone();
    let until = world.assent.wiring.now() + jiff::SignedDuration::from_hours(24 * 20);
    let lent = json!({"delegate": me, "roles": ["risk_manager"], "from": world.assent.wiring.now(),
        "until": until, "reason": "away"});
    world.post(&risk, "/api/v1/delegations", lent).await.expect(201);
    let Waiting { owner, promotion } = waiting(&world).await;
    let path = format!("/api/v1/promotions/{promotion}");
    let shown = world.get(&owner, &path).await.expect(200);
    assert_eq!(notify(&world, &promotion).await, 0);
    assert_eq!(inbox(&world, &risk).await, json!([]));

    // The path of a technical review: the owner, who asked for it, and then the risk manager.
    world.clock.advance(14 * DAY);
    assert_eq!(notify(&world, &promotion).await, 2);
    let held = inbox(&world, &risk).await;
    assert_eq!(
        (&held[0]["promotion"]["id"], &held[0]["steps"], &held[0]["escalated"]),
        (&json!(promotion), &json!([]), &json!(["technical"]))
    );
    let lent = inbox(&world, &cora).await;
    let behalf = &lent[0]["onBehalfOf"][0];
    assert_eq!(
        (&behalf["person"]["name"], &behalf["steps"], &behalf["escalated"], &lent[0]["escalated"]),
        (&json!("Rita"), &json!([]), &json!(["technical"]), &json!([]))
    );
    let notices = &held[0]["promotion"]["rounds"][0]["notices"];
    let roles: Vec<&Value> = notices.as_array().unwrap().iter().map(|notice| &notice["role"]).collect();
    assert_eq!(roles, [&json!("model_owner"), &json!("risk_manager")]);
    let review = json!({"step": "technical", "decision": "APPROVED", "evidence": shown["now"]["evidence"]});
    world.post(&risk, &format!("{path}/reviews"), review.clone()).await.problem(403, "reviewer-lacks-role");

    // Once it is decided, nobody is escalated to.
    world.post(&lead, &format!("{path}/reviews"), review).await.expect(200);
    assert_eq!(inbox(&world, &risk).await, json!([]));
    assert_eq!(inbox(&world, &cora).await, json!([]));
    assert_eq!(notify(&world, &promotion).await, 0);
}

#[tokio::test]
async fn a_server_gives_what_is_due_when_it_starts() {
    let world = World::on(Arc::new(MemoryStore::new()), Options::default()).await;
    let Waiting { owner, promotion } = waiting(&world).await;
    world.clock.advance(14 * DAY);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move { drop(stopped.await) };
    let server =
        tokio::spawn(assent_server::serve(world.assent.clone(), listener, Options::default(), shutdown));
    let path = format!("/api/v1/promotions/{promotion}");
    let given = async {
        loop {
            let held = world.get(&owner, &path).await.expect(200);
            let notices = held["rounds"][0]["notices"].as_array().unwrap().clone();
            if !notices.is_empty() {
                return notices;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let given = tokio::time::timeout(Duration::from_mins(1), given).await.unwrap();
    assert_eq!(given.len(), 2, "{given:?}");
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_assigned_step_comes_first_and_others_may_still_decide_it() {
    let world = World::new().await;
    let (first_id, first) = world.person("Lena", &["tech_lead"]).await;
    let (second_id, second) = world.person("Leo", &["tech_lead"]).await;
    let (risk_id, risk) = world.person("Rita", &["risk_manager"]).await;
    let Waiting { owner, promotion } = waiting(&world).await;
    let path = format!("/api/v1/promotions/{promotion}");
    let assign = async |token: &str, to: Value| {
        world.post(token, &format!("{path}/assign"), json!({"step": "technical", "to": to})).await
    };
    let assigned = assign(&owner, json!(first_id)).await.expect(200);
    assert_eq!(assigned["object"]["assignments"][0]["to"]["name"], "Lena");
    assert_eq!(inbox(&world, &first).await[0]["assigned"], json!(["technical"]));
    assert_eq!(inbox(&world, &second).await[0]["assigned"], json!([]));
    let mine = async |token: &str| {
        let found = world.get(token, "/api/v1/inbox?assigned=true").await.expect(200);
        found["items"].as_array().unwrap().len()
    };
    assert_eq!((mine(&first).await, mine(&second).await), (1, 0));

    assign(&owner, json!(first_id)).await.problem(409, "wrong-state");
    assign(&owner, json!(risk_id)).await.problem(403, "reviewer-lacks-role");
    assign(&risk, json!(first_id)).await.problem(403, "permission-missing");
    assign(&owner, json!(promotion)).await.problem(404, "not-found");
    assign(&second, json!(second_id)).await.expect(200);
    assert_eq!((mine(&first).await, mine(&second).await), (0, 1));
    let unknown = json!({"step": "astrology", "to": first_id});
    world.post(&owner, &format!("{path}/assign"), unknown).await.problem(422, "unknown-step");

    let shown = world.get(&owner, &path).await.expect(200);
    let review = json!({"step": "technical", "decision": "APPROVED", "evidence": shown["now"]["evidence"]});
    world.post(&first, &format!("{path}/reviews"), review).await.expect(200);
    assert_eq!((mine(&first).await, mine(&second).await), (0, 0));
    assign(&owner, Value::Null).await.problem(409, "wrong-state");
}
