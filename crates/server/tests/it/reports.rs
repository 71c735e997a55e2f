//! Reports, and that every figure of them is where they say.

use std::collections::BTreeMap;

use assent_server::Options;
use serde_json::{Value, json};

use crate::story::{dataset, evidence, files};
use crate::world::{World, bare, text};

/// What was asked for to follow a report.
struct Follower<'a> {
    world: &'a World,
    token: &'a str,
    answers: BTreeMap<String, Value>,
}

impl Follower<'_> {
    /// The answer at an address; of a list, with the items of all its pages.
    async fn answer(&mut self, href: &str) -> Value {
        if let Some(known) = self.answers.get(href) {
            return known.clone();
        }
        let mut answer = self.world.get(self.token, href).await.expect(200);
        while let Some(cursor) = answer["nextCursor"].as_str().map(str::to_owned) {
            let joint = if href.contains('?') { '&' } else { '?' };
            let next = self.world.get(self.token, &format!("{href}{joint}cursor={cursor}")).await.expect(200);
            let more = next["items"].as_array().unwrap().clone();
            answer["items"].as_array_mut().unwrap().extend(more);
            answer["nextCursor"] = next["nextCursor"].clone();
        }
        self.answers.insert(href.to_owned(), answer.clone());
        answer
    }

    async fn at(&mut self, href: &Value, pointer: &str) -> Value {
        self.answer(&text(href)).await.pointer(pointer).cloned().unwrap_or_default()
    }

    /// Goes the way that a source names.
    async fn find(&mut self, report: &Value, source: &Value) -> Value {
        let number = |id: &Value| figure(report, id.as_str().unwrap())["value"].as_f64().unwrap_or_default();
        let terms = || source["terms"].as_array().unwrap().iter();
        let weight = |term: &Value| term["weight"].as_f64().unwrap();
        match source["how"].as_str().unwrap() {
            "VALUE" => self.at(&source["href"], source["pointer"].as_str().unwrap()).await,
            "COUNT" => {
                let items = self.at(&source["href"], source["pointer"].as_str().unwrap()).await;
                let items = items.as_array().cloned().unwrap_or_default();
                json!(items.iter().filter(|item| matches(source, |at| item.pointer(at))).count())
            }
            "SUM" => {
                let items = self.at(&source["href"], source["pointer"].as_str().unwrap()).await;
                let of = |item: &Value| match item.pointer(source["field"].as_str().unwrap()) {
                    Some(Value::Array(list)) => list.len() as u64,
                    other => other.and_then(Value::as_u64).unwrap_or_default(),
                };
                json!(items.as_array().cloned().unwrap_or_default().iter().map(of).sum::<u64>())
            }
            "ROWS" => {
                let table = table(report, source["table"].as_str().unwrap());
                let cell = |row: &'_ Value, at: &str| column(&table, at).map(|at| row["cells"][at].clone());
                let rows = table["rows"].as_array().unwrap().iter();
                let counts = |row: &&Value| {
                    let cells: BTreeMap<&str, Value> =
                        ats(source).filter_map(|at| Some((at, cell(row, at)?))).collect();
                    matches(source, |at| cells.get(at))
                };
                json!(rows.filter(counts).count())
            }
            "ABOVE" => {
                let (upper, lower) =
                    (table(report, &text(&source["table"])), table(report, &text(&source["than"])));
                let pairs = |table: &Value| -> Vec<(Value, Option<f64>)> {
                    let at = |name: &str| column(table, source[name].as_str().unwrap()).unwrap();
                    let rows = table["rows"].as_array().unwrap().iter();
                    rows.map(|row| (row["cells"][at("key")].clone(), row["cells"][at("column")].as_f64()))
                        .collect()
                };
                let others = pairs(&lower);
                let above = |(key, held): &&(Value, Option<f64>)| {
                    others
                        .iter()
                        .any(|(other, than)| other == key && held.zip(*than).is_some_and(|(a, b)| a > b))
                };
                json!(pairs(&upper).iter().filter(above).count())
            }
            "HELD" => {
                let (held, missing) = (number(&source["held"]), number(&source["missing"]));
                match (number(&source["steps"]), held + missing) {
                    (0.0, _) => Value::Null,
                    (_, 0.0) => json!(1.0),
                    (_, required) => json!(held / required),
                }
            }
            "MEAN" => {
                let all: f64 = terms().map(weight).sum();
                json!(terms().map(|term| weight(term) * number(&term["figure"])).sum::<f64>() / all)
            }
            "ROW_MEAN" => {
                let table = table(report, source["table"].as_str().unwrap());
                let at = |name: &str| column(&table, source[name].as_str().unwrap()).unwrap();
                let weights: BTreeMap<String, f64> = serde_json::from_value(json!(
                    source["weights"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|pair| { (text(&pair[0]), pair[1].clone()) })
                        .collect::<BTreeMap<_, _>>()
                ))
                .unwrap();
                let (mut sum, mut all) = (0.0, 0.0);
                for row in table["rows"].as_array().unwrap() {
                    let weight = weights[row["cells"][at("by")].as_str().unwrap()];
                    sum += weight * row["cells"][at("value")].as_f64().unwrap_or_default();
                    all += weight;
                }
                if all > 0.0 { json!(sum / all) } else { Value::Null }
            }
            "SHARE" => {
                let checks = source["checks"].as_array().unwrap();
                let holds = |check: &&Value| figure(report, &text(&check["figure"]))["value"] == check["is"];
                let (held, all) = (checks.iter().filter(holds).count(), checks.len());
                json!(f64::from(u32::try_from(held).unwrap()) / f64::from(u32::try_from(all).unwrap()))
            }
            "LESS" => {
                let taken =
                    terms().map(|term| weight(term) / 10_000.0 * number(&term["figure"])).sum::<f64>();
                json!((number(&source["from"]) - taken).max(0.0))
            }
            other => panic!("no way `{other}`: {source}"),
        }
    }
}

/// The places that the conditions of a source are about.
fn ats(source: &Value) -> impl Iterator<Item = &str> {
    source["matching"].as_array().into_iter().flatten().map(|matching| matching["at"].as_str().unwrap())
}

fn matches<'v>(source: &Value, held: impl Fn(&str) -> Option<&'v Value>) -> bool {
    source["matching"].as_array().into_iter().flatten().all(|matching| {
        held(matching["at"].as_str().unwrap()).is_some_and(|held| {
            let text = |held: &Value| json!(held.as_str().map_or_else(|| held.to_string(), str::to_owned));
            let any = matching["any"].as_array().unwrap();
            match held.as_array() {
                Some(items) => items.iter().any(|item| any.contains(&text(item))),
                None => any.contains(&text(held)),
            }
        })
    })
}

pub(crate) fn figure(report: &Value, id: &str) -> Value {
    let sections = report["sections"].as_array().unwrap().iter();
    let mut figures = sections.flat_map(|section| section["figures"].as_array().unwrap());
    figures.find(|figure| figure["id"] == id).unwrap_or_else(|| panic!("no figure `{id}`: {report}")).clone()
}

fn table(report: &Value, id: &str) -> Value {
    let sections = report["sections"].as_array().unwrap().iter();
    let mut tables = sections.flat_map(|section| section["tables"].as_array().unwrap());
    tables.find(|table| table["id"] == id).unwrap_or_else(|| panic!("no table `{id}`")).clone()
}

fn column(table: &Value, id: &str) -> Option<usize> {
    table["columns"].as_array().unwrap().iter().position(|column| column["id"] == id)
}

fn same(found: &Value, said: &Value) -> bool {
    match (found.as_f64(), said.as_f64()) {
        (Some(found), Some(said)) => (found - said).abs() < 1e-12,
        _ => found == said,
    }
}

/// Follows every link of a report: how many figures and cells were found where it says, and none elsewhere.
pub(crate) async fn follow(world: &World, token: &str, report: &Value) -> (usize, usize) {
    let mut follower = Follower { world, token, answers: BTreeMap::new() };
    let (mut figures, mut cells) = (0, 0);
    let mut ids = std::collections::BTreeSet::new();
    for section in report["sections"].as_array().unwrap() {
        for figure in section["figures"].as_array().unwrap() {
            assert!(ids.insert(text(&figure["id"])), "the figure {} twice", figure["id"]);
            if figure["source"]["how"] == "FOUND" {
                continue;
            }
            let found = follower.find(report, &figure["source"]).await;
            assert!(same(&found, &figure["value"]), "found {found}, and the report says {figure}");
            figures += 1;
        }
        for table in section["tables"].as_array().unwrap() {
            assert!(ids.insert(text(&table["id"])), "the table {} twice", table["id"]);
            for row in table["rows"].as_array().unwrap() {
                for (column, said) in
                    table["columns"].as_array().unwrap().iter().zip(row["cells"].as_array().unwrap())
                {
                    let pointer = text(&column["pointer"]);
                    let place = match pointer.strip_prefix('^') {
                        Some(pointer) => pointer.to_owned(),
                        None => format!("{}{pointer}", text(&row["at"])),
                    };
                    let found = follower.at(&row["href"], &place).await;
                    assert!(same(&found, said), "found {found} at {place} of {}, not {said}", row["href"]);
                    cells += 1;
                }
            }
        }
    }
    (figures, cells)
}

/// A version that waits for its condition on the way to STAGING: the world, its owner, its id, and that of its model.
pub(crate) struct Waiting {
    pub(crate) world: World,
    pub(crate) owner: String,
    pub(crate) model: String,
    pub(crate) version: String,
    pub(crate) promotion: String,
}

pub(crate) async fn waiting() -> Waiting {
    let world = World::new().await;
    let (owner_id, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, steward) = world.person("Stan", &["data_steward"]).await;
    let (_, lead) = world.person("Lena", &["tech_lead"]).await;
    let (model, version) = world.version(&owner, "sorter", "MEDIUM").await;
    let (labels, predictions) = files();
    let data = dataset(&world, &steward, &labels).await;
    evidence(&world, &owner, &version).await;
    let predictions = world.upload(&owner, predictions).await;
    let body = json!({"dataset": data["id"], "predictions": predictions, "prediction": "said",
        "suites": ["performance", "bias"]});
    world.post(&owner, &format!("/api/v1/versions/{version}/evaluations"), body).await.expect(201);
    let body = json!({"version": version, "target": {"stage": "STAGING"}});
    let asked = world.post(&owner, "/api/v1/promotions", body).await.expect(201)["object"].clone();
    let promotion = text(&asked["id"]);
    let condition = json!({"text": "write the *runbook*", "owner": owner_id, "when": "BEFORE_DEPLOYMENT"});
    let review = json!({"step": "technical", "decision": "CONDITIONAL", "comment": "nearly",
        "conditions": [condition], "evidence": asked["now"]["evidence"]});
    let path = format!("/api/v1/promotions/{promotion}/reviews");
    world.post(&lead, &path, review).await.expect(200);
    Waiting { world, owner, model, version, promotion }
}

async fn governance(world: &World, token: &str, version: &str, query: &str) -> Value {
    world.get(token, &format!("/api/v1/versions/{version}/governance-report{query}")).await.expect(200)
}

#[tokio::test]
async fn every_figure_of_a_governance_report_is_where_it_says() {
    let Waiting { world, owner, version, .. } = waiting().await;
    for query in ["", "?stage=STAGING", "?stage=PRODUCTION"] {
        let report = governance(&world, &owner, &version, query).await;
        let (figures, cells) = follow(&world, &owner, &report).await;
        assert!(figures >= 40 && cells > 60, "{query}: {figures} figures, {cells} cells");
    }
    let report = governance(&world, &owner, &version, "?stage=STAGING").await;
    let value = |id: &str| figure(&report, id)["value"].clone();
    assert_eq!((value("approvalsHeld"), value("approvalsMissing")), (json!(1), json!(0)));
    assert_eq!((value("approvalsRequired"), value("approvalShare")), (json!(1), json!(1.0)));
    assert_eq!((value("scan"), value("verdict")), (json!("PASSED"), json!("NOT_ELIGIBLE")));
    assert_eq!(value("conditionsOpen"), 1);
    assert_eq!(figure(&report, "complianceScore")["exact"], "1/1");
    // A card that is text is there and cannot be counted; readiness: the scan, and no review that is overdue.
    assert!(text(&figure(&report, "modelCard")["gap"]).contains("no form"));
    assert_eq!(figure(&report, "readinessShare")["exact"], "2/5");
    assert_eq!(figure(&report, "governanceScore")["exact"], "71/100");
}

#[tokio::test]
async fn a_version_that_is_bought_is_asked_for_no_scan_of_files() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let body = json!({"name": "bought", "purpose": "Sorts letters", "tier": "LOW"});
    world.post(&owner, "/api/v1/models", body).await.expect(201);
    let mut shares = Vec::new();
    for body in [json!({"kind": "VENDOR"}), json!({"kind": "PROMPT"})] {
        let made = world.post(&owner, "/api/v1/models/bought/versions", body).await.expect(201);
        let report = governance(&world, &owner, &text(&made["object"]["id"]), "").await;
        follow(&world, &owner, &report).await;
        shares.push((figure(&report, "readinessShare")["exact"].clone(), figure(&report, "scan")));
    }
    let [(bought, aside), (own, asked)] = &shares[..] else { panic!("{shares:?}") };
    assert_eq!((bought, own), (&json!("1/4"), &json!("1/5")), "of no scan, one check less");
    assert!(text(&aside["gap"]).contains("no files") && asked.get("gap").is_none(), "{aside} {asked}");
}

#[tokio::test]
async fn a_report_that_takes_too_long_is_given_up_with_a_word() {
    let hurried = Options { report_timeout: std::time::Duration::ZERO, ..Options::default() };
    let world = World::with(hurried).await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    world.version(&owner, "sorter", "LOW").await;
    for report in ["compliance", "governance-audit", "risk"] {
        let path = format!("/api/v1/reports/{report}");
        let problem = world.get(&owner, &path).await.problem(503, "report-too-long");
        assert!(text(&problem["remedy"]).contains("`model`"), "{problem}");
        world.get(&owner, &format!("{path}?model=sorter")).await.expect(200);
    }
    let (_, auditor) = world.person("Aud", &["auditor"]).await;
    let problem = world.get(&auditor, "/api/v1/reports/audit").await.problem(503, "report-too-long");
    assert!(text(&problem["remedy"]).contains("`from`"), "{problem}");
}

#[tokio::test]
async fn a_report_is_markdown_for_who_asks_for_that() {
    let Waiting { world, owner, version, .. } = waiting().await;
    let path = format!("/api/v1/versions/{version}/governance-report?stage=STAGING");
    let request = bare("GET", &owner, &path).header("accept", "text/markdown, application/json;q=0.5");
    let by_header = world.send(request.body("".into()).unwrap()).await;
    let by_query = world.get(&owner, &format!("{path}&format=markdown")).await;
    assert_eq!(by_header.headers["content-type"], "text/markdown; charset=utf-8");
    let rest =
        |text: String| text.lines().filter(|line| !line.starts_with("At ")).collect::<Vec<_>>().join("\n");
    assert_eq!(rest(by_header.text()), rest(by_query.text()), "the same state gives the same bytes");
    let markdown = by_query.text();
    assert!(markdown.starts_with("# Governance report of sorter version 1\n"), "{markdown}");
    assert!(markdown.contains("| governance score | 0.7100 (71/100) |"), "{markdown}");
    assert!(markdown.contains("write the \\*runbook\\*"), "{markdown}");
    world.get(&owner, &format!("{path}&format=pdf")).await.problem(400, "invalid-value");
    world
        .get(&owner, &format!("/api/v1/versions/{version}/governance-report?stage=MOON"))
        .await
        .problem(422, "unknown-stage");
}

#[tokio::test]
async fn an_audit_report_counts_what_the_log_says() {
    let Waiting { world, owner, model, promotion, .. } = waiting().await;
    let (_, auditor) = world.person("Aud", &["auditor"]).await;
    world.assent.signer.sign_head(&world.assent.ledger).unwrap();
    let get = async |query: String| world.get(&auditor, &format!("/api/v1/reports/audit{query}")).await;
    let report = get(format!("?model={model}")).await.expect(200);
    let (figures, cells) = follow(&world, &auditor, &report).await;
    assert!(figures > 12 && cells > 70, "{figures} figures, {cells} cells");
    let value = |id: &str| figure(&report, id)["value"].clone();
    assert_eq!((value("type.modelRegistered"), value("type.reviewDecided")), (json!(1), json!(1)));
    assert_eq!((value("integrity"), value("outcome.FAILURE")), (json!("HOLDS"), json!(0)));
    assert_eq!(value("checkpoint"), value("logSize"));
    assert!(
        text(&figure(&report, &format!("actor.{}", text(&owner_id(&world, &owner).await)))["label"])
            .starts_with("Olga (")
    );
    let all: u64 = report["sections"][2]["figures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["value"].as_u64().unwrap())
        .sum();
    assert_eq!(value("entries"), all);

    // A promotion alone, in a time in which nothing happened, and everything.
    let of_promotion = get(format!("?subjectKind=PROMOTION&subjectId={promotion}")).await.expect(200);
    follow(&world, &auditor, &of_promotion).await;
    assert!(figure(&of_promotion, "entries")["value"].as_u64() < value("entries").as_u64());
    let before = get(format!("?model={model}&until=2020-01-01T00:00:00Z")).await.expect(200);
    assert_eq!(figure(&before, "entries")["value"], 0);
    follow(&world, &auditor, &get(String::new()).await.expect(200)).await;

    get(format!("?subjectId={promotion}")).await.problem(400, "invalid-value");
    get("?subjectKind=MOON".to_owned()).await.problem(400, "invalid-value");
    world
        .get(&owner, &format!("/api/v1/reports/audit?model={model}"))
        .await
        .problem(403, "permission-missing");
    let markdown = get(format!("?model={model}&format=markdown")).await.text();
    assert!(markdown.contains("| the log | HOLDS | the root recomputed"), "{markdown}");
}

async fn owner_id(world: &World, token: &str) -> Value {
    world.get(token, "/api/v1/me").await.expect(200)["principal"]["id"].clone()
}

/// Assesses a model by these ratings, and lets somebody else approve that.
async fn assess(
    world: &World,
    assessor: &str,
    signer: &str,
    model: &str,
    ratings: &[(&str, u8, u8, &str)],
) -> String {
    let done = async |token: &str, path: &str, body: Value| {
        let answer = world.post(token, path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
        answer.json()["object"].clone()
    };
    let begun = done(assessor, "/api/v1/assessments", json!({"model": model})).await;
    let id = text(&begun["id"]);
    let at = |verb: &str| format!("/api/v1/assessments/{id}/{verb}");
    for (risk, likelihood, impact, effectiveness) in ratings {
        let body = json!({"risk": risk, "likelihood": likelihood, "impact": impact,
            "effectiveness": effectiveness, "controls": ["a guard | rail"]});
        done(assessor, &at("risks"), body).await;
    }
    done(assessor, &at("submit"), json!({})).await;
    done(signer, &at("signatures"), json!({"verdict": "APPROVED"})).await;
    id
}

#[tokio::test]
async fn a_risk_report_has_matrix_trend_and_what_is_accepted() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, assessor) = world.person("Ann", &["risk_manager"]).await;
    let (_, signer) = world.person("Rolf", &["risk_manager"]).await;
    let (model, _) = world.version(&owner, "sorter", "MEDIUM").await;
    let (other, _) = world.version(&owner, "ranker", "LOW").await;
    assess(&world, &assessor, &signer, &model, &[("MQ-001", 1, 1, "0.5")]).await;
    let high =
        assess(&world, &assessor, &signer, &model, &[("MQ-001", 5, 4, "0"), ("SEC-001", 5, 5, "0.1")]).await;
    let until = world.assent.wiring.now().checked_add(jiff::SignedDuration::from_hours(24)).unwrap();
    let accepted = json!({"risk": "SEC-001", "rationale": "for *now*", "expiresAt": until});
    let path = format!("/api/v1/assessments/{high}/acceptances");
    let answer = world.post(&signer, &path, accepted).await;
    assert!(answer.status.is_success(), "{}", answer.text());

    let report = world.get(&owner, "/api/v1/reports/risk").await.expect(200);
    assert_eq!(report["limits"], json!([]));
    let (figures, cells) = follow(&world, &owner, &report).await;
    assert!(figures > 45 && cells > 90, "{figures} figures, {cells} cells");
    let value = |id: &str| figure(&report, id)["value"].clone();
    assert_eq!((value("modelCount"), value("assessedCount")), (json!(2), json!(1)));
    assert_eq!(figure(&report, "assessedCount")["gap"], "1 without an assessment that counts");
    assert_eq!((value("cell.5.4"), value("cell.5.5"), value("cell.1.1")), (json!(1), json!(1), json!(0)));
    assert_eq!((value("trendingUp"), value("trendingDown")), (json!(1), json!(0)));
    assert_eq!((value("unmitigatedCount"), value("acceptedCount")), (json!(1), json!(1)));
    let inside: u64 = (1..=5)
        .flat_map(|l| (1..=5).map(move |i| (l, i)))
        .map(|(l, i)| value(&format!("cell.{l}.{i}")).as_u64().unwrap())
        .sum();
    assert_eq!(value("riskCount"), inside);
    let markdown = world.get(&owner, "/api/v1/reports/risk?format=markdown").await.text();
    assert!(markdown.contains("| likelihood \\\\ impact | 1 | 2 | 3 | 4 | 5 |"), "{markdown}");
    assert!(markdown.contains("for \\*now\\*"), "{markdown}");

    // One model alone, and a reader who sees a part.
    let alone = world.get(&owner, "/api/v1/reports/risk?model=ranker").await.expect(200);
    assert_eq!(
        (figure(&alone, "modelCount")["value"].clone(), alone["title"].clone()),
        (json!(1), json!("Risk report of ranker"))
    );
    let grant = json!({"role": "auditor", "scope": {"models": [other]}});
    let (_, scoped) = world.person_with("Rita", &[grant]).await;
    let part = world.get(&scoped, "/api/v1/reports/risk").await.expect(200);
    assert_eq!(figure(&part, "modelCount")["value"], 1);
    assert!(text(&part["limits"][0]).contains("of a part"), "{part}");
    follow(&world, &scoped, &part).await;
    world.get(&scoped, &format!("/api/v1/reports/risk?model={model}")).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_compliance_report_shows_gaps_as_gaps() {
    let Waiting { world, owner, version, promotion, .. } = waiting().await;
    let met = world.get(&owner, &format!("/api/v1/promotions/{promotion}")).await.expect(200);
    let condition = text(&met["reviews"][0]["conditions"][0]["id"]);
    let at = |verb: String| format!("/api/v1/promotions/{promotion}/{verb}");
    world.post(&owner, &at(format!("conditions/{condition}/met")), json!({})).await.expect(200);
    let (_, deployer) = world.person("Dana", &["deployer"]).await;
    world.post(&deployer, &at("complete".to_owned()), json!({})).await.expect(200);

    let report = world.get(&owner, "/api/v1/reports/compliance").await.expect(200);
    let (figures, cells) = follow(&world, &owner, &report).await;
    assert!(figures > 20 && cells > 20, "{figures} figures, {cells} cells");
    assert_eq!(figure(&report, "versionCount")["value"], 1);
    assert_eq!(figure(&report, "status.COMPLIANT")["value"], 1);
    // Bias is known in STAGING; that it is within the bounds is asked in PRODUCTION alone, and so was judged for nobody.
    let findings = table(&report, "findings");
    let controls = column(&findings, "controls").unwrap();
    let named = findings["rows"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row["cells"][controls].as_array().unwrap());
    let named: std::collections::BTreeSet<String> = named.map(text).collect();
    let unjudged =
        report["sections"].as_array().unwrap().iter().flat_map(|it| it["notes"].as_array().unwrap());
    let unjudged: Vec<&str> =
        unjudged.filter_map(Value::as_str).filter(|note| note.contains("for no version")).collect();
    assert!(!unjudged.is_empty() && named.len() > 3, "{unjudged:?} {named:?}");
    for control in &named {
        assert!(
            unjudged.iter().all(|note| !note.contains(&format!("{control} was"))),
            "{control} {unjudged:?}"
        );
    }

    let one =
        world.get(&owner, "/api/v1/reports/compliance?framework=eu_ai_act&model=sorter").await.expect(200);
    follow(&world, &owner, &one).await;
    assert!(one["sections"].as_array().unwrap().len() < report["sections"].as_array().unwrap().len());
    world.get(&owner, "/api/v1/reports/compliance?framework=moon").await.problem(400, "invalid-value");
    let shown = governance(&world, &owner, &version, "").await;
    assert_eq!(figure(&shown, "stage")["value"], "STAGING");
}

#[tokio::test]
async fn a_governance_audit_weighs_by_tier_and_takes_penalties() {
    let Waiting { world, owner, version, model, .. } = waiting().await;
    world.version(&owner, "ranker", "LOW").await;
    world
        .post(&owner, "/api/v1/models", json!({"name": "idea", "purpose": "nothing yet", "tier": "LOW"}))
        .await
        .expect(201);
    let report = world.get(&owner, "/api/v1/reports/governance-audit").await.expect(200);
    let (figures, cells) = follow(&world, &owner, &report).await;
    assert!(figures > 12 && cells >= 32, "{figures} figures, {cells} cells");
    let value = |id: &str| figure(&report, id)["value"].clone();
    assert_eq!(
        (value("versionCount"), value("notJudged")),
        (json!(2), json!(2)),
        "both stand where nothing is asked"
    );
    let mut scores = Vec::new();
    for (id, weight) in [(version.clone(), 2.0), (text(&version_of(&world, &owner, "ranker").await), 1.0)] {
        let shown = governance(&world, &owner, &id, "").await;
        scores.push((figure(&shown, "governanceScore")["value"].as_f64().unwrap(), weight));
    }
    let mean = scores.iter().map(|(score, weight)| score * weight).sum::<f64>() / 3.0;
    assert!((value("meanScore").as_f64().unwrap() - mean).abs() < 1e-12, "{report}");
    assert!(text(&report["limits"][0]).contains("1 models have no version"), "{report}");

    // A reader of one model sees a part; one that may read nothing of it finds no model.
    let grant = json!({"role": "auditor", "scope": {"models": [model]}});
    let (_, scoped) = world.person_with("Rita", &[grant]).await;
    let part = world.get(&scoped, "/api/v1/reports/governance-audit").await.expect(200);
    assert_eq!(figure(&part, "versionCount")["value"], 1);
    assert!(text(&part["limits"][0]).contains("of a part"), "{part}");
    follow(&world, &scoped, &part).await;
    world.get(&scoped, "/api/v1/reports/governance-audit?model=ranker").await.problem(404, "not-found");
}

async fn version_of(world: &World, token: &str, model: &str) -> Value {
    world.get(token, &format!("/api/v1/models/{model}/versions/1")).await.expect(200)["id"].clone()
}
