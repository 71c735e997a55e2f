//! Evaluations as jobs: they go on without who asked, end once, and are taken up where a server left them.

use assent_app::command::Ran;
use assent_app::{Command, Request};
use assent_domain::ids::EvaluationId;
use assent_server::Options;
use serde_json::{Value, json};

use crate::story::{dataset, files};
use crate::world::{World, text};

/// A version, a data set, and predictions: who asks, the path to ask at, and what to send.
struct Case {
    world: World,
    owner: String,
    version: String,
    path: String,
    body: Value,
}

impl Case {
    async fn new(options: Options) -> Self {
        let (labels, predictions) = files();
        Self::of(options, &labels, predictions).await
    }

    async fn of(options: Options, labels: &str, predictions: String) -> Self {
        let world = World::with(options).await;
        let (_, owner) = world.person("Olga", &["model_owner"]).await;
        let (_, steward) = world.person("Stan", &["data_steward"]).await;
        let (_, version) = world.version(&owner, "sorter", "MEDIUM").await;
        let data = dataset(&world, &steward, labels).await;
        let predictions = world.upload(&owner, predictions).await;
        let path = format!("/api/v1/versions/{version}/evaluations");
        let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said",
            "suites": ["performance"]});
        Self { world, owner, version, path, body }
    }

    /// Asks and does not wait; the id.
    async fn asked(&self) -> String {
        let path = format!("{}?wait=0", self.path);
        let answer = self.world.post(&self.owner, &path, self.body.clone()).await;
        assert!([201, 202].contains(&answer.status.as_u16()), "{}", answer.text());
        text(&answer.json()["object"]["id"])
    }

    async fn shown(&self, id: &str) -> Value {
        self.world.get(&self.owner, &format!("/api/v1/evaluations/{id}")).await.expect(200)
    }

    /// The evaluation once it has ended.
    async fn ended(&self, id: &str) -> Value {
        for _ in 0..600 {
            let shown = self.shown(id).await;
            if !["QUEUED", "RUNNING"].contains(&shown["state"].as_str().unwrap()) {
                return shown;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("it does not end: {}", self.shown(id).await)
    }

    async fn cancel(&self, id: &str) -> crate::world::Answer {
        self.world.post(&self.owner, &format!("/api/v1/evaluations/{id}/cancel"), json!({})).await
    }

    async fn attempts(&self) -> Value {
        let version =
            self.world.get(&self.owner, &format!("/api/v1/versions/{}", self.version)).await.expect(200);
        version["suites"]["performance"]["attempts"].clone()
    }

    /// A server begins to compute it, and dies.
    async fn left_behind(&self, id: &str) {
        let command = Command::RanEvaluation(EvaluationId(id.parse().unwrap()), Ran::Started);
        let request = Request::of_system(self.world.assent.wiring.id(), command);
        self.world.assent.ledger.execute(request).await.unwrap();
    }
}

fn without_places() -> Options {
    Options { max_evaluations: 0, ..Options::default() }
}

#[tokio::test]
async fn it_goes_on_without_who_asked() {
    let case = Case::new(Options::default()).await;
    let id = case.asked().await;
    let ended = case.ended(&id).await;
    assert_eq!((&ended["state"], &ended["provenance"]), (&json!("FINISHED"), &json!("MEASURED")));
    assert_eq!((&ended["runs"], &ended["attempts"]["performance"]), (&json!(1), &json!(1)));
    assert_eq!(ended["report"]["rows"], 80);
    assert_eq!(ended["requested"]["by"]["name"], "Olga");
    let query = format!("/api/v1/log/entries?subjectId={id}");
    let entries = case.world.get(&case.world.admin, &query).await.expect(200)["items"].clone();
    let types: Vec<&str> =
        entries.as_array().unwrap().iter().map(|entry| entry["entry"]["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["evaluationFinished", "evaluationStarted", "evaluationRequested"]);
    let listed = case
        .world
        .get(&case.owner, &format!("/api/v1/evaluations?version={}", case.version))
        .await
        .expect(200);
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["report"]), (&json!(id), &Value::Null));
    let none = case.world.get(&case.owner, "/api/v1/evaluations?state=FAILED").await.expect(200);
    assert_eq!(none["items"], json!([]));
}

#[tokio::test]
async fn what_waits_is_taken_up_in_order_after_a_restart() {
    let case = Case::new(without_places()).await;
    let (first, second) = (case.asked().await, case.asked().await);
    assert_eq!(case.shown(&second).await["state"], "QUEUED");
    case.left_behind(&first).await;
    assert_eq!(case.shown(&first).await["state"], "RUNNING");
    let case = Case { world: case.world.restarted(), ..case };
    let third =
        case.world.post(&case.owner, &case.path, case.body.clone()).await.expect(201)["object"].clone();
    assert_eq!(third["attempts"]["performance"], 3, "the third is computed last: {third}");
    let (first, second) = (case.ended(&first).await, case.ended(&second).await);
    assert_eq!((&first["state"], &first["runs"]), (&json!("FINISHED"), &json!(2)));
    assert_eq!((&second["state"], &second["runs"]), (&json!("FINISHED"), &json!(1)));
    let at = |job: &Value| job["endedAt"].as_str().unwrap().to_owned();
    assert!(at(&first) <= at(&second) && at(&second) <= at(&third));
}

#[tokio::test]
async fn servers_do_not_die_over_it_for_ever() {
    let case = Case::new(without_places()).await;
    let id = case.asked().await;
    for _ in 0..3 {
        case.left_behind(&id).await;
    }
    let case = Case { world: case.world.restarted(), ..case };
    let next = case.asked().await;
    let given_up = case.ended(&id).await;
    assert_eq!((&given_up["state"], &given_up["problem"]["code"]), (&json!("FAILED"), &json!("given-up")));
    assert_eq!(case.ended(&next).await["attempts"]["performance"], 1, "only figures are an attempt");
}

#[tokio::test]
async fn data_that_cannot_be_evaluated_is_told_now_or_later() {
    let (labels, _) = files();
    let case = Case::of(Options::default(), &labels, "id,said\n1,maybe\n".to_owned()).await;
    let refused =
        case.world.post(&case.owner, &case.path, case.body.clone()).await.problem(422, "data-invalid");
    let ended = case.ended(&case.asked().await).await;
    assert_eq!((&ended["state"], &ended["problem"]["code"]), (&json!("FAILED"), &json!("data-invalid")));
    assert_eq!(ended["problem"]["detail"]["text"], refused["detail"]);
    assert_eq!(case.attempts().await, Value::Null);
    case.cancel(&text(&ended["id"])).await.problem(409, "wrong-state");
}

#[tokio::test]
async fn what_is_cancelled_is_no_attempt() {
    let case = Case::new(without_places()).await;
    let id = case.asked().await;
    let cancelled = case.cancel(&id).await.expect(200)["object"].clone();
    assert_eq!(
        (&cancelled["state"], &cancelled["cancelled"]["by"]["name"]),
        (&json!("CANCELLED"), &json!("Olga"))
    );
    case.cancel(&id).await.problem(409, "wrong-state");
    assert_eq!(case.attempts().await, Value::Null);
}

/// Enough rows that it takes a while, also where the code is optimised.
#[tokio::test]
async fn what_is_cancelled_while_it_runs_stops() {
    let (mut labels, mut predictions) = ("id,approved,sex\n".to_owned(), "id,said\n".to_owned());
    for row in 0..60_000 {
        labels.push_str(&format!("{row},{},f\n", row % 2));
        predictions.push_str(&format!("{row},{}\n", row % 3 % 2));
    }
    let case = Case::of(Options { max_evaluations: 1, ..Options::default() }, &labels, predictions).await;
    let id = case.asked().await;
    for _ in 0..2_000 {
        if case.shown(&id).await["progress"].as_f64().is_some_and(|share| share > 0.0) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    assert_eq!(case.cancel(&id).await.expect(200)["object"]["state"], "CANCELLED");
    assert_eq!(case.attempts().await, Value::Null);
    // Its place is free again, and it stays cancelled.
    let next = case.ended(&case.asked().await).await;
    assert_eq!((&next["state"], &next["attempts"]["performance"]), (&json!("FINISHED"), &json!(1)));
    assert_eq!(case.shown(&id).await["state"], "CANCELLED");
}

#[tokio::test]
async fn nobody_fills_the_queue() {
    let case = Case::new(without_places()).await;
    for _ in 0..50 {
        case.asked().await;
    }
    let path = format!("{}?wait=0", case.path);
    case.world.post(&case.owner, &path, case.body.clone()).await.problem(409, "too-many-open");
    let long = format!("{}?wait=301", case.path);
    case.world.post(&case.owner, &long, case.body.clone()).await.problem(400, "invalid-value");
}

/// Labels of a task and predictions of them: the labels as CSV, the predictions as JSON lines.
async fn of_task(task: &str, value: impl Fn(usize) -> Value) -> Value {
    let (mut labels, mut predictions) = ("id,approved,sex\n".to_owned(), String::new());
    for row in 0..90 {
        let said = value(if row == 4 { row + 1 } else { row });
        labels += &format!("{row},{},f\n", value(row).to_string().trim_matches('"'));
        predictions += &format!("{}\n", json!({"id": row, "said": said}));
    }
    let case = Case::of(Options::default(), "id,approved,sex\n0,1,f\n", predictions.clone()).await;
    let (_, steward) = case.world.person("Sara", &["data_steward"]).await;
    let sha256 = case.world.upload(&steward, labels).await;
    let mut body = json!({"name": "others", "sha256": sha256, "classification": "RESTRICTED",
        "sensitiveAttributes": ["sex"], "designatedFor": ["performance"],
        "labels": {"id": "id", "label": "approved", "task": task}});
    let data =
        case.world.post(&steward, "/api/v1/datasets", body.clone()).await.expect(201)["object"].clone();
    assert_eq!(data["labels"]["task"], task);
    body["labels"]["positive"] = json!(["1"]);
    case.world.post(&steward, "/api/v1/datasets", body).await.problem(400, "invalid-value");
    let mut asked = case.body.clone();
    asked["dataset"] = data["id"].clone();
    let evaluated = case.world.post(&case.owner, &case.path, asked).await.expect(201)["object"].clone();
    let facts =
        case.world.get(&case.owner, &format!("/api/v1/versions/{}/facts", case.version)).await.expect(200);
    assert_eq!(facts["evaluation"]["suites"]["performance"]["provenance"], "MEASURED");
    assert_eq!(
        (&evaluated["report"]["rows"], &evaluated["report"]["options"]["task"]),
        (&json!(90), &json!(task.to_lowercase()))
    );
    evaluated["report"].clone()
}

#[tokio::test]
async fn classes_are_judged_as_the_steward_says() {
    let report = of_task("MULTICLASS", |row| json!(["cat", "dog", "newt"][row % 3])).await;
    assert_eq!(report["metrics"]["accuracy"]["value"], json!(89.0 / 90.0));
    assert_eq!(report["metrics"]["macroRecall"]["value"], json!(0.988));
    assert_eq!(
        (&report["classes"][0]["labelled"], &report["classes"][0]["predictions"]),
        (&json!(30), &json!([]))
    );
}

#[tokio::test]
async fn numbers_are_judged_as_the_steward_says() {
    let report = of_task("REGRESSION", |row| json!(f64::from(u8::try_from(row).unwrap()) / 4.0)).await;
    // One row of ninety is off by a quarter: cut to three digits, upwards.
    assert_eq!(report["metrics"]["meanAbsoluteError"]["value"], json!(0.00278));
    assert_eq!(report["metrics"].get("largestError"), None);
}
