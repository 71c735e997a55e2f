//! Three versions: two that the gate keeps out, and one that brings what the gate asks for.

use serde_json::{Value, json};

use super::cast::{AMIRA, LENA, SVEN};
use super::figures;
use super::story::{Ask, Story};
use crate::commands::gate;
use crate::embedded;
use crate::names;
use crate::output::Block;
use crate::problem::Problem;
use crate::table::text;

/// The figure that decides.
const DECISIVE: &str = "race.equalizedOddsDifference";

/// The rule that reads it.
const FAIRNESS_RULE: &str = "fairness-within-bounds";

/// What the later chapters need.
pub(super) struct Scene {
    /// Id of the model.
    pub(super) model: String,
    /// Id of the version that gets through.
    pub(super) version: String,
}

/// A version as its builder hands it in.
struct Submitted {
    name: &'static str,
    says: &'static str,
    kind: &'static str,
    files: &'static [(&'static str, &'static str)],
    positive: &'static [&'static str],
}

const VERSIONS: [Submitted; 3] = [
    Submitted {
        name: "v1",
        says: "the vendor's score; Medium and High count as positive",
        kind: "VENDOR",
        files: &[("predictions.csv", "csv")],
        positive: &["Medium", "High"],
    },
    Submitted {
        name: "v2",
        says: "a plain logistic regression",
        kind: "CLASSICAL",
        files: &[("model.joblib", "joblib"), ("model.json", "json"), ("predictions.csv", "csv")],
        positive: &["1"],
    },
    Submitted {
        name: "v3",
        says: "trained under an equalized-odds constraint by race",
        kind: "CLASSICAL",
        files: &[("model.joblib", "joblib"), ("model.json", "json"), ("predictions.csv", "csv")],
        positive: &["1"],
    },
];

/// What is written about the version that gets through.
const DOCUMENTS: [(&str, &str); 4] = [
    ("MODEL_CARD", "v3/model-card.md"),
    ("DATASHEET", "datasheet.md"),
    ("DEPLOYMENT_GUIDE", "v3/deployment-guide.md"),
    ("API_DOCUMENTATION", "v3/api.md"),
];

/// Tells it.
pub(super) fn tell(story: &mut Story) -> Result<Scene, Problem> {
    story.chapter("Data: the steward holds the labels");
    let dataset = register_dataset(story)?;
    story.chapter("The model");
    let model = register_model(story)?;
    let mut version = String::new();
    for submitted in &VERSIONS {
        story.chapter(&format!("Version {}: {}", submitted.name, submitted.says));
        version = one(story, &model, &dataset, submitted)?;
    }
    story.chapter("The price of fairness, shown and not hidden");
    story.show(&[Block::Table(figures::side_by_side(&story.kept("figures")))]);
    Ok(Scene { model, version })
}

fn file(story: &Story, path: &str) -> Result<&'static [u8], Problem> {
    embedded::compas(path).ok_or_else(|| story.broken(path, "the file did not come with this program"))
}

fn register_dataset(story: &mut Story) -> Result<String, Problem> {
    let labels = story.upload(SVEN, "labels.csv", file(story, "labels.csv")?)?;
    let datasheet = story.upload(SVEN, "datasheet.md", file(story, "datasheet.md")?)?;
    let body = json!({
        "name": "compas-held-out",
        "number": 1,
        "sha256": labels,
        "classification": "RESTRICTED",
        "sensitiveAttributes": ["race", "sex", "age_cat"],
        "labels": {"id": "id", "label": "two_year_recid", "positive": ["1"]},
        "designatedFor": ["performance", "bias"],
        "datasheet": datasheet,
    });
    let title = "registers the held-out people and what became of them; the builders never see the labels";
    let answer = story.ask(&Ask::post(SVEN, title, "/api/v1/datasets", body))?;
    names::id("/api/v1/datasets", answer.get("object").unwrap_or(&Value::Null))
}

fn register_model(story: &mut Story) -> Result<String, Problem> {
    let body = json!({
        "name": "recidivism-risk",
        "purpose": "Scores in criminal justice how likely a person who was arrested is to be arrested again within two years",
        "useCases": ["Inform a decision on pre-trial release, never take it"],
    });
    let answer =
        story.ask(&Ask::post(AMIRA, "registers the model `recidivism-risk`", "/api/v1/models", body))?;
    let object = answer.get("object").cloned().unwrap_or_default();
    let rule = text(&object, "/tierRule");
    story.show(&[Block::Line(format!("  its tier is {}, by the rule `{rule}`", text(&object, "/tier")))]);
    names::id("/api/v1/models", &object)
}

fn one(story: &mut Story, model: &str, dataset: &str, submitted: &Submitted) -> Result<String, Problem> {
    let (version, predictions) = register(story, model, submitted)?;
    if submitted.kind != "VENDOR" {
        scan(story, &version, submitted)?;
    }
    if submitted.name == "v3" {
        attach(story, &version)?;
    }
    let passes = evaluate(story, &version, dataset, &predictions, submitted)?;
    ask_gate(story, &version, submitted, passes)?;
    Ok(version)
}

/// Registers a version with its files; gives its id and the digest of its predictions.
fn register(story: &mut Story, model: &str, submitted: &Submitted) -> Result<(String, String), Problem> {
    let mut artifacts = Vec::new();
    let mut predictions = String::new();
    for (name, format) in submitted.files {
        let bytes = file(story, &format!("{}/{name}", submitted.name))?;
        let sha256 = story.upload(AMIRA, name, bytes)?;
        artifacts.push(json!({"name": name, "sha256": sha256, "format": format}));
        if *name == "predictions.csv" {
            predictions = sha256;
        }
    }
    let body = json!({"kind": submitted.kind, "artifacts": artifacts});
    let path = format!("/api/v1/models/{model}/versions");
    let title = format!("registers version {} with its predictions", submitted.name.trim_start_matches('v'));
    let answer = story.ask(&Ask::post(AMIRA, title, path, body))?;
    Ok((names::id("a version", answer.get("object").unwrap_or(&Value::Null))?, predictions))
}

fn scan(story: &mut Story, version: &str, submitted: &Submitted) -> Result<(), Problem> {
    let bytes = file(story, &format!("{}/scan.json", submitted.name))?;
    let report: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let summary = report.get("summary").cloned().unwrap_or_default();
    let clean = summary.get("total_issues") == Some(&json!(0)) && report.get("errors") == Some(&json!([]));
    let sha256 = story.upload(AMIRA, "scan.json", bytes)?;
    let body = json!({
        "tool": "modelscan",
        "toolVersion": text(&summary, "/modelscan_version"),
        "status": if clean { "PASSED" } else { "FAILED" },
        "findings": summary.get("total_issues_by_severity"),
        "report": sha256,
    });
    let path = format!("/api/v1/versions/{version}/scans");
    story.ask(&Ask::post(AMIRA, "records what modelscan says of the files", path, body))?;
    let title = "has the files scanned here as well: a verdict that nobody has to be believed for";
    let path = format!("/api/v1/versions/{version}/artifact-scans");
    let answer = story.ask(&Ask::post(AMIRA, title, path, json!({})))?;
    let report = answer.pointer("/object/report").cloned().unwrap_or_default();
    let line = format!("  MEASURED by {}: {}", text(&report, "/engine"), text(&report, "/status"));
    story.show(&[Block::Line(line)]);
    Ok(())
}

fn attach(story: &mut Story, version: &str) -> Result<(), Problem> {
    for (kind, path) in DOCUMENTS {
        let name = path.rsplit('/').next().unwrap_or(path);
        let sha256 = story.upload(AMIRA, name, file(story, path)?)?;
        let body = json!({"kind": kind, "name": name, "sha256": sha256});
        let path = format!("/api/v1/versions/{version}/documents");
        story.ask(&Ask::post(AMIRA, format!("attaches the {kind}"), path, body))?;
    }
    Ok(())
}

/// Has the version measured; gives whether the decisive figure is within the bound, as the rules will see it.
fn evaluate(
    story: &mut Story,
    version: &str,
    dataset: &str,
    predictions: &str,
    submitted: &Submitted,
) -> Result<bool, Problem> {
    let body = json!({
        "dataset": dataset,
        "predictions": predictions,
        "prediction": "prediction",
        "positive": submitted.positive,
        "score": "score",
        "suites": ["performance", "bias"],
    });
    // Neither who built it, nor who holds the labels.
    let title = "has it evaluated: Amira's predictions, Sven's labels, joined by the engine";
    let path = format!("/api/v1/versions/{version}/evaluations");
    let answer = story.ask(&Ask::post(LENA, title, path, body))?;
    let evaluation = answer.get("object").cloned().unwrap_or_default();
    let provenance = text(&evaluation, "/provenance");
    if provenance != "MEASURED" {
        return Err(story.broken(title, &format!("the provenance is {provenance}, not MEASURED")));
    }
    let figures = figures::of(&evaluation);
    let line = format!(
        "  {provenance} on {} people: accuracy {}, equalized odds difference by race {}",
        text(&figures, "/rows"),
        gate::percent(&figures, "/accuracy"),
        gate::figure(&figures, "/equalizedOddsDifferenceByRace")
    );
    story.show(&[Block::Line(line)]);
    if submitted.name == "v3" {
        // Of the others the gate itself shows the groups.
        story.show(&[Block::Table(figures::groups(&figures))]);
    }
    let mut all = story.kept("figures");
    if all.is_null() {
        all = json!({});
    }
    crate::pairs::put(&mut all, submitted.name, Some(&figures));
    story.keep("figures", all);
    Ok(submitted.name == "v3")
}

/// Asks the gate for PRODUCTION. Whether fairness stands in the way is for the rules to say; the story only expects it.
fn ask_gate(story: &mut Story, version: &str, submitted: &Submitted, passes: bool) -> Result<(), Problem> {
    let title = format!("asks whether {} may go into production", submitted.name);
    let answer =
        story.ask(&Ask::get(AMIRA, &title, format!("/api/v1/versions/{version}/gate?stage=PRODUCTION")))?;
    let facts = story.ask(&Ask::get(
        AMIRA,
        format!("reads the facts that the rules judge {} by", submitted.name),
        format!("/api/v1/versions/{version}/facts?stage=PRODUCTION"),
    ))?;
    let failed: Vec<Value> = gate::failed_thresholds(&facts).into_iter().cloned().collect();
    let unfair = failed.iter().any(|threshold| text(threshold, "/metric") == DECISIVE);
    let named = fairness_findings(&answer);
    if unfair == passes || (named > 0) == passes {
        let what = format!("fairness was expected to be {passes}, and {named} findings speak against it");
        return Err(story.broken(&title, &what));
    }
    show_gate(story, &answer, &facts, passes);
    keep_gate(story, submitted.name, &answer, &failed);
    Ok(())
}

/// How many rules on fairness bounds failed.
fn fairness_findings(gate: &Value) -> usize {
    let findings = gate.get("findings").and_then(Value::as_array);
    let is_named =
        |finding: &&Value| text(finding, "/rule") == FAIRNESS_RULE && text(finding, "/status") == "FAILED";
    findings.into_iter().flatten().filter(is_named).count()
}

fn show_gate(story: &Story, answer: &Value, facts: &Value, passes: bool) {
    let verdict = text(answer, "/verdict");
    let mut blocks = vec![Block::Bad(format!("  the gate: {verdict}"))];
    if passes {
        blocks.push(Block::Good(
            "  no figure stands in the way any more; what is missing is the way there".to_owned(),
        ));
    }
    let reasons: Vec<String> = answer
        .get("reasons")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|r| text(r, "/message"))
        .collect();
    let (fairness, others): (Vec<&String>, Vec<&String>) =
        reasons.iter().partition(|text| text.contains(FAIRNESS_RULE));
    blocks.extend(fairness.iter().map(|text| Block::Bad(format!("  {text}"))));
    for threshold in gate::failed_thresholds(facts) {
        blocks.push(Block::Bad(format!(
            "  {} is {}, and has to be {} {}:",
            text(threshold, "/metric"),
            gate::figure(threshold, "/value"),
            text(threshold, "/operator"),
            text(threshold, "/bound")
        )));
        blocks.extend(gate::groups(threshold).map(Block::Table));
    }
    blocks.push(Block::Line(format!("  {} other reasons: {}", others.len(), short(&others))));
    story.show(&blocks);
}

/// The beginning of each, in a line.
fn short(reasons: &[&String]) -> String {
    let starts =
        reasons.iter().map(|reason| reason.split(':').next().unwrap_or_default().trim_start_matches("the "));
    starts.collect::<Vec<_>>().join("; ")
}

/// Keeps the answer of a gate.
pub(super) fn keep_gate(story: &mut Story, version: &str, answer: &Value, failed: &[Value]) {
    story.keep_in(
        "gates",
        json!({
            "version": version,
            "stage": answer.get("stage"),
            "verdict": answer.get("verdict"),
            "reasons": answer.get("reasons"),
            "failedThresholds": failed,
        }),
    );
}
