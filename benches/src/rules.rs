//! `rules`: one condition of three clauses on a document of facts of 4 KB, by four engines that agree on the answer.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use assent_cel::{Budget, Env, ObjectType, Program, Type};
use serde_json::{Value, json};

use crate::stats::{Bar, bar, figure, rate, say};

const SPAN: Duration = Duration::from_secs(3);

/// Two look-ups with comparisons, and a search of a list.
const CONDITION: &str = "evaluation.accuracy >= 0.85 && model.tier in ['HIGH', 'CRITICAL'] && \
                         documents.exists(d, d.kind == 'DATASHEET' && d.ageDays < 365)";

/// The same in Rego.
const REGO: &str = r#"
package bench
import rego.v1
default allow := false
allow if {
    input.evaluation.accuracy >= 0.85
    input.model.tier in ["HIGH", "CRITICAL"]
    some d in input.documents
    d.kind == "DATASHEET"
    d.ageDays < 365
}
"#;

/// Runs the benchmark.
pub(crate) fn run() -> Result<()> {
    let facts = facts();
    let size = facts.to_string().len();
    say(&format!("\nrules: {size} bytes of facts\n  {CONDITION}"));
    let program = Program::compile(&env(), CONDITION, Some(&Type::Bool));
    let program = program.map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    let budget = Budget::default();
    let ours =
        || program.evaluate(black_box(&facts), &budget).is_ok_and(|value| value.as_bool() == Some(true));
    ensure!(ours() && by_hand(&facts) && by_pointer(&facts), "the condition holds on the facts");
    let evaluate = rate(SPAN, ours);
    let explain = rate(SPAN, || program.explain(black_box(&facts), &budget));
    let hand = rate(SPAN, || by_hand(black_box(&facts)));
    let pointers = rate(SPAN, || by_pointer(black_box(&facts)));
    let regorus = regorus(&facts)?;
    let (shared, fresh) = peer_cel(&facts)?;
    figure("ours, evaluate", evaluate, "/s");
    figure("ours, explain (with the facts that were read)", explain, "/s");
    figure("look-ups written by hand in serde_json", hand, "/s");
    figure("look-ups by JSON pointer in serde_json", pointers, "/s");
    figure("regorus, compiled, input shared", regorus, "/s");
    figure("crate cel, context shared", shared, "/s");
    figure("crate cel, context made from the facts each time", fresh, "/s");
    bar("evaluate, against regorus", evaluate / regorus, "x", Bar::AtLeast(3.0));
    bar("look-ups by hand, against evaluate", hand / evaluate, "x", Bar::AtMost(1.5));
    figure("look-ups by JSON pointer, against evaluate", pointers / evaluate, "x");
    Ok(())
}

fn env() -> Env {
    let evaluation =
        ObjectType::new("evaluation").field("accuracy", Type::Double, "").field("f1", Type::Double, "");
    let model = ObjectType::new("model").field("name", Type::String, "").field("tier", Type::String, "");
    let document =
        ObjectType::new("document").field("kind", Type::String, "").field("ageDays", Type::Int, "");
    let root = ObjectType::new("facts")
        .field("evaluation", Type::object(evaluation), "")
        .field("model", Type::object(model), "")
        .field("documents", Type::list(Type::object(document)), "");
    Env::new(Arc::new(root))
}

/// Facts of about 4 KB, as a version of some age has them.
fn facts() -> Value {
    let kinds =
        ["MODEL_CARD", "API_DOCUMENTATION", "DEPLOYMENT_GUIDE", "DATASHEET", "USER_GUIDE", "RISK_ASSESSMENT"];
    let documents: Vec<Value> = kinds
        .iter()
        .enumerate()
        .map(|(i, kind)| json!({"kind": kind, "name": format!("{kind}.md"), "ageDays": 30 * i, "sha256": "a1".repeat(32)}))
        .collect();
    let metrics: serde_json::Map<String, Value> = (0..45)
        .map(|i| (format!("metric{i}"), json!({"value": 0.5, "provenance": "MEASURED", "rows": 10_000})))
        .collect();
    json!({
        "model": {"name": "scoring", "tier": "HIGH", "purpose": "decide on credit", "useCases": ["loans", "cards"]},
        "version": {"number": 7, "kind": "CLASSICAL", "params": {"depth": "3", "rounds": "200"}},
        "evaluation": {"accuracy": 0.91, "f1": 0.88, "metrics": metrics},
        "documents": documents,
        "scan": {"tool": "modelscan", "findings": [], "sha256": "b2".repeat(32)},
    })
}

/// What a programmer would write for this one condition.
fn by_hand(facts: &Value) -> bool {
    let accuracy = facts.get("evaluation").and_then(|e| e.get("accuracy")).and_then(Value::as_f64);
    let tier = facts.get("model").and_then(|m| m.get("tier")).and_then(Value::as_str);
    accuracy.is_some_and(|accuracy| accuracy >= 0.85)
        && tier.is_some_and(|tier| ["HIGH", "CRITICAL"].contains(&tier))
        && facts.get("documents").and_then(Value::as_array).is_some_and(|documents| {
            documents.iter().any(|d| {
                d.get("kind").and_then(Value::as_str) == Some("DATASHEET")
                    && d.get("ageDays").and_then(Value::as_i64).is_some_and(|days| days < 365)
            })
        })
}

/// The same by JSON pointers, as one would write it for places that are data.
fn by_pointer(facts: &Value) -> bool {
    let accuracy = facts.pointer("/evaluation/accuracy").and_then(Value::as_f64);
    let tier = facts.pointer("/model/tier").and_then(Value::as_str);
    accuracy.is_some_and(|accuracy| accuracy >= 0.85)
        && tier.is_some_and(|tier| ["HIGH", "CRITICAL"].contains(&tier))
        && facts.pointer("/documents").and_then(Value::as_array).is_some_and(|documents| {
            documents.iter().any(|d| {
                d.pointer("/kind").and_then(Value::as_str) == Some("DATASHEET")
                    && d.pointer("/ageDays").and_then(Value::as_i64).is_some_and(|days| days < 365)
            })
        })
}

fn regorus(facts: &Value) -> Result<f64> {
    let mut engine = regorus::Engine::new();
    engine
        .add_policy("bench.rego".to_owned(), REGO.to_owned())
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    let compiled = engine.compile_with_entrypoint(&"data.bench.allow".into());
    let compiled = compiled.map_err(|error| anyhow::anyhow!("{error}"))?;
    let input =
        regorus::Value::from_json_str(&facts.to_string()).map_err(|error| anyhow::anyhow!("{error}"))?;
    let allowed =
        || compiled.eval_with_input(black_box(input.clone())).is_ok_and(|value| value == true.into());
    ensure!(allowed(), "regorus disagrees");
    Ok(rate(SPAN, allowed))
}

/// The crate `cel`, with the context made once, and made each time.
fn peer_cel(facts: &Value) -> Result<(f64, f64)> {
    let program = cel::Program::compile(CONDITION).map_err(|error| anyhow::anyhow!("{error}"))?;
    let holds =
        |context: &cel::Context<'_, '_>| matches!(program.execute(context), Ok(cel::Value::Bool(true)));
    let context = cel_context(facts)?;
    ensure!(holds(&context), "the crate cel disagrees");
    let shared = rate(SPAN, || holds(&context));
    let fresh = rate(SPAN, || cel_context(black_box(facts)).is_ok_and(|context| holds(&context)));
    Ok((shared, fresh))
}

fn cel_context(facts: &Value) -> Result<cel::Context<'static, 'static>> {
    let mut context = cel::Context::default();
    for (name, value) in facts.as_object().into_iter().flatten() {
        context.add_variable(name.clone(), value).map_err(|error| anyhow::anyhow!("{error}"))?;
    }
    Ok(context)
}
