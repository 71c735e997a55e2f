//! The rule language: any text may be compiled, and what compiles may be evaluated on any facts.

use std::sync::Arc;

use assent_cel::{Budget, Env, ObjectType, Program, Type};
use serde_json::Value as Json;

/// Compiles `data` as a rule, with types checked and without, and renders what is wrong with it.
pub fn compile(data: &[u8]) {
    let source = String::from_utf8_lossy(data);
    let env = env();
    for result in
        [Program::compile(&env, &source, Some(&Type::Bool)), Program::compile_unchecked(&env, &source)]
    {
        match result {
            Ok(program) => drop(program.paths().iter().map(ToString::to_string).collect::<Vec<_>>()),
            Err(errors) => drop(errors.iter().map(|error| error.render(&source)).collect::<Vec<_>>()),
        }
    }
    let mut env = env;
    // As the body of a helper, and of a signature where it has a line break.
    let (signature, body) = source.split_once('\n').unwrap_or(("helper(x)", &source));
    drop(env.helper(signature, body, ""));
}

/// Evaluates the first line of `data` as a rule on the rest as facts, which are a fixed document if they are no JSON.
///
/// Tracing must not change the answer, and the budget must be kept.
pub fn evaluate(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (source, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let facts = serde_json::from_str(rest).unwrap_or_else(|_| facts());
    let Ok(program) = Program::compile_unchecked(&env(), source) else { return };
    let budget = Budget { steps: 20_000, bytes: 1 << 20, depth: 32 };
    let explanation = program.explain(&facts, &budget);
    assert!(explanation.steps <= budget.steps && explanation.bytes <= budget.bytes, "the budget is exceeded");
    let value = program.evaluate(&facts, &budget);
    let (value, explained) =
        (value.map(|value| value.to_json()), explanation.result.map(|value| value.to_json()));
    assert_eq!(value, explained, "tracing changes the answer");
    drop(explanation.reads.iter().map(|read| read.excerpt(100)).collect::<Vec<_>>());
}

fn env() -> Env {
    let item = ObjectType::new("item").field("at", Type::Timestamp, "").field("value", Type::Double, "");
    let root = ObjectType::new("facts")
        .field("a", Type::Dyn, "")
        .field("items", Type::list(Type::object(item)), "")
        .field("map", Type::map(Type::Duration), "")
        .field("now", Type::Timestamp, "")
        .field("text", Type::String, "");
    let mut env = Env::new(Arc::new(root));
    for (signature, body) in [("twice(x)", "x + x"), ("there(x)", "has(x)")] {
        drop(env.helper(signature, body, ""));
    }
    env
}

fn facts() -> Json {
    serde_json::json!({
        "a": {"b": [1, 2.5, "x", null, true, {"c": 18_446_744_073_709_551_615_u64}]},
        "items": [{"at": "2026-11-21T00:00:00Z", "value": 1}, {"at": "never", "value": "x"}],
        "map": {"long": "7d", "none": ""},
        "now": "2026-11-21T09:30:00.5+02:00",
        "text": "a\u{e9}\u{1f600}"
    })
}
