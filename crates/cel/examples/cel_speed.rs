//! How fast a three-clause condition is beside the same look-ups written by hand: `cargo run --release -p assent-cel
//! --example cel_speed`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement prints, and may stop")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use assent_cel::{Budget, Env, ObjectType, Program, Type};
use serde_json::{Value as Json, json};

const RULE: &str = "artifact.securityScan.status == 'PASSED' && evaluation.metrics.accuracy.value >= 0.85 \
                    && model.tier in ['HIGH','CRITICAL']";
const CALLS: u32 = 2_000;
const TURNS: u32 = 1_000;

fn main() {
    let facts = facts();
    println!("facts: {} bytes; rule: {RULE}", facts.to_string().len());
    let names = ["artifact", "evaluation", "model"];
    let root = names.into_iter().fold(ObjectType::new("facts"), |root, name| root.field(name, Type::Dyn, ""));
    let program = Program::compile(&Env::new(Arc::new(root)), RULE, Some(&Type::Bool)).unwrap();
    let budget = Budget::default();
    assert!(by_hand(&facts));
    let evaluate = || program.evaluate(black_box(&facts), &budget).unwrap().as_bool();
    assert_eq!(evaluate(), Some(true));
    // In turns, and the best of each: that is the turn which other work on the machine disturbed least.
    let (mut hand, mut ours, mut explained) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    for _ in 0..TURNS {
        hand = hand.min(measure(|| by_hand(black_box(&facts))));
        ours = ours.min(measure(evaluate));
        explained = explained.min(measure(|| program.explain(black_box(&facts), &budget).reads.len()));
    }
    println!("by hand {hand:.0} ns, evaluate {ours:.0} ns ({:.2} x), explain {explained:.0} ns", ours / hand);
}

/// Nanoseconds per call.
fn measure<T>(mut call: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        black_box(call());
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
}

fn by_hand(facts: &Json) -> bool {
    let at = |path: &[&str]| path.iter().try_fold(facts, |value, key| value.get(key));
    at(&["artifact", "securityScan", "status"]).and_then(Json::as_str) == Some("PASSED")
        && at(&["evaluation", "metrics", "accuracy", "value"])
            .and_then(Json::as_f64)
            .is_some_and(|value| value >= 0.85)
        && at(&["model", "tier"])
            .and_then(Json::as_str)
            .is_some_and(|tier| ["HIGH", "CRITICAL"].contains(&tier))
}

/// A document of some 4 KB with the keys that real facts have.
fn facts() -> Json {
    let metrics: serde_json::Map<String, Json> = (0..20)
        .map(|n| {
            (format!("metric{n}"), json!({"value": 0.5 + f64::from(n) / 100.0, "provenance": "MEASURED"}))
        })
        .chain([("accuracy".to_owned(), json!({"value": 0.91, "provenance": "MEASURED"}))])
        .collect();
    let datasets: Vec<Json> = (0..13)
        .map(|n| json!({"name": format!("dataset-{n}"), "digest": "0123456789abcdef".repeat(4), "classification": "CONFIDENTIAL"}))
        .collect();
    json!({
        "approvals": {"byRole": {"compliance_officer": {"by": "ann"}, "security_reviewer": {"by": "bob"}}},
        "artifact": {"digest": "0123456789abcdef".repeat(4), "format": "onnx", "size": 123_456,
            "securityScan": {"status": "PASSED", "findings": {"HIGH": 0, "LOW": 3}}},
        "card": {"present": true, "completeness": 0.93, "missing": []},
        "datasets": datasets,
        "documents": ["MODEL_CARD", "DATASHEET", "DEPLOYMENT_GUIDE", "API_DOCUMENTATION"],
        "evaluation": {"metrics": metrics, "status": "PASSED"},
        "model": {"name": "credit-risk", "tier": "HIGH", "purpose": "scores loan applications ".repeat(20)},
        "monitoring": {"drift": 0.02, "alerts": []},
        "now": "2026-11-21T00:00:00Z",
        "version": {"number": 7, "stage": "STAGING", "createdBy": "carol"}
    })
}
