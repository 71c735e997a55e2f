//! Rules as authors write them: facts with declared types, missing facts, helpers, traces, advice.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use assent_cel::{Budget, Env, EvalError, ObjectType, Program, Type};
use serde_json::{Value as Json, json};

fn object(name: &str, fields: &[(&str, Type)]) -> Type {
    let start = ObjectType::new(name);
    Type::object(fields.iter().fold(start, |object, (name, ty)| object.field(*name, ty.clone(), "")))
}

fn env() -> Env {
    let metric = object("metric", &[("value", Type::Double), ("provenance", Type::String)]);
    let dataset = object("dataset", &[("name", Type::String), ("hasDatasheet", Type::Bool)]);
    let root = ObjectType::new("facts")
        .field("model", object("model", &[("tier", Type::String), ("tags", Type::map(Type::String))]), "")
        .field("version", object("version", &[("createdAt", Type::Timestamp), ("number", Type::Int)]), "")
        .field(
            "evaluation",
            object("evaluation", &[("metrics", Type::map(metric)), ("age", Type::Duration)]),
            "",
        )
        .field(
            "approvals",
            object("approvals", &[("byRole", Type::map(Type::Dyn)), ("times", Type::list(Type::Timestamp))]),
            "",
        )
        .field("datasets", Type::list(dataset), "")
        .field("documents", Type::list(Type::String), "")
        .field("now", Type::Timestamp, "");
    let mut env = Env::new(Arc::new(root));
    let helpers = [
        ("present(place)", "has(place)"),
        ("metric(name)", "evaluation.metrics[name].value"),
        ("atLeast(name, bound)", "metric(name) >= bound"),
        ("approvedBy(role)", "has(approvals.byRole) && role in approvals.byRole"),
        ("square(x)", "x * x"),
        ("anyOver(limit)", "evaluation.metrics.exists(m, evaluation.metrics[m].value > limit)"),
    ];
    for (signature, body) in helpers {
        env.helper(signature, body, "").unwrap_or_else(|error| panic!("{signature}: {error}"));
    }
    env
}

fn facts() -> Json {
    json!({
        "model": {"tier": "HIGH", "tags": {"team": "credit"}},
        "version": {"createdAt": "2026-11-01T12:00:00Z", "number": 3},
        "evaluation": {
            "age": "26h",
            "metrics": {
                "accuracy": {"value": 1, "provenance": "MEASURED"},
                "race.equalizedOddsDifference": {"value": 0.04, "provenance": "COMPUTED"}
            }
        },
        "approvals": {"byRole": {"compliance_officer": {}}, "times": ["2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"]},
        "datasets": [{"name": "train", "hasDatasheet": true}, {"name": "test", "hasDatasheet": false}],
        "documents": ["MODEL_CARD"],
        "now": "2026-11-21T00:00:00Z"
    })
}

fn rule(source: &str) -> Program {
    Program::compile(&env(), source, None).unwrap_or_else(|errors| panic!("{source}: {errors:?}"))
}

fn check(source: &str, expected: Json) {
    let facts = facts();
    let program = rule(source);
    let value =
        program.evaluate(&facts, &Budget::default()).unwrap_or_else(|error| panic!("{source}: {error}"));
    assert_eq!(value.to_json(), Some(expected), "{source}");
}

fn error(source: &str) -> String {
    let facts = facts();
    rule(source).evaluate(&facts, &Budget::default()).expect_err("there is a value").to_string()
}

fn diagnostics(source: &str) -> Vec<String> {
    let errors = Program::compile(&env(), source, Some(&Type::Bool)).expect_err("the rule is accepted");
    errors.iter().map(ToString::to_string).collect()
}

fn reads(source: &str) -> Vec<String> {
    let facts = facts();
    let program = rule(source);
    let reads = program.explain(&facts, &Budget::default()).reads;
    reads
        .iter()
        .map(|read| format!("{} = {}", read.path, read.value.map_or("absent".into(), ToString::to_string)))
        .collect()
}

fn paths(source: &str) -> Vec<String> {
    rule(source).paths().iter().map(ToString::to_string).collect()
}

#[test]
fn facts_have_their_declared_types() {
    check("version.createdAt < now - duration('24h')", json!(true));
    check("version.createdAt.getFullYear() == 2026", json!(true));
    check("evaluation.metrics.accuracy.value + 0.5", json!(1.5));
    check("evaluation.metrics.exists(m, evaluation.metrics[m].value * 2.0 == 2.0)", json!(true));
    check("evaluation.age > duration('1d') && evaluation.age < duration('1d3h')", json!(true));
    check("approvals.times[1] - approvals.times[0] == duration('24h')", json!(true));
    check("approvals.times.all(t, t < now)", json!(true));
    check(
        "approvals.times.filter(t, t > timestamp('2026-11-02T12:00:00Z'))",
        json!(["2026-11-03T00:00:00Z"]),
    );
    check("now in [version.createdAt, now]", json!(true));
    check("version.number + 1 == 4 && type(version.number) == int", json!(true));
    check("dyn(version).createdAt == version.createdAt", json!(true));
}

#[test]
fn a_fact_of_another_type_is_said_to_be_so() {
    let facts = json!({"now": "yesterday"});
    let program = rule("now > timestamp('2026-01-01T00:00:00Z')");
    let error = program.evaluate(&facts, &Budget::default()).expect_err("there is a value");
    assert_eq!(
        error.to_string(),
        "the fact is `yesterday`, which is not an RFC 3339 time (line 1, column 1)"
    );
}

#[test]
fn missing_facts_are_named() {
    assert_eq!(error("evaluation.metrics.f1.value > 0.8"), "missing fact: evaluation.metrics.f1.value");
    assert_eq!(error("datasets[7].name == 'x'"), "missing fact: datasets[7].name");
    assert_eq!(
        error("['f1', 'auc'].all(m, evaluation.metrics[m].value > 0.8)"),
        "missing fact: evaluation.metrics.f1.value"
    );
    assert_eq!(error("datasets.map(d, d.name + model.tags[d.name])"), "missing fact: model.tags.train");
    assert_eq!(error("atLeast('f1', 0.8)"), "missing fact: evaluation.metrics.f1.value");
    assert_eq!(error("{'a': 1}['b'] == 1"), "no such key: `b` (line 1, column 1)");
    let facts = facts();
    let program = rule("true &&\n  evaluation.metrics.f1.value > 0.8");
    let missing = program.evaluate(&facts, &Budget::default()).expect_err("there is a value");
    let EvalError::MissingFact { path, absent, position } = missing else { panic!("{missing:?}") };
    assert_eq!(path.to_string(), "evaluation.metrics.f1.value");
    assert_eq!(absent.to_string(), "evaluation.metrics.f1");
    assert_eq!((position.line, position.column), (2, 3));
}

#[test]
fn has_guards_every_link() {
    check("has(model.tier)", json!(true));
    check("has(evaluation.metrics.f1)", json!(false));
    check("has(evaluation.metrics.f1.value) && evaluation.metrics.f1.value > 0.8", json!(false));
    check("!has(evaluation.metrics.f1.value) || false", json!(true));
    check("has({'a': 1}.b) || has({'a': {'b': 1}}.a.b)", json!(true));
    check("present(model.tier) && !present(evaluation.metrics.f1.value)", json!(true));
    check("evaluation.metrics.f1.value > 0.8 || true", json!(true));
}

#[test]
fn helpers_see_their_arguments_and_nothing_else() {
    check("metric('accuracy')", json!(1.0));
    check("atLeast('accuracy', 0.85) && approvedBy('compliance_officer') && !approvedBy('sre')", json!(true));
    check("square(square(3))", json!(81));
    check("[1, 2].map(x, square(x + 1))", json!([4, 9]));
    check("[0.5].map(m, anyOver(m))", json!([true]));
    check("['accuracy'].all(limit, metric(limit) > 0.9 && anyOver(metric(limit) - 0.5))", json!(true));
    let mut env = env();
    let message =
        |result: Result<(), assent_cel::Diagnostic>| result.expect_err("it is accepted").to_string();
    assert_eq!(
        message(env.helper("f(x)", "y + x", "")),
        "line 1, column 1: unknown fact `y` (did you mean `x`?)"
    );
    assert_eq!(message(env.helper("f(x)", "f(x)", "")), "line 1, column 1: unknown function `f`");
    assert_eq!(
        message(env.helper("f(x)", "x +", "")),
        "line 1, column 4: the expression ends where a value is wanted"
    );
    assert_eq!(
        message(env.helper("f(x", "x", "")),
        "line 1, column 4: `,` or `)` is wanted here (write a signature such as `approvedBy(role)`)"
    );
    assert_eq!(
        message(env.helper("size(x)", "x", "")),
        "line 1, column 1: `size` is a name of the language; choose another"
    );
    assert_eq!(
        message(env.helper("square(x)", "x", "")),
        "line 1, column 1: helper `square` is already defined"
    );
}

#[test]
fn mistakes_in_helpers_point_to_the_call() {
    assert_eq!(
        diagnostics("true && square(model.tier) > 3"),
        ["line 1, column 9: in helper `square`: `*` does not join string and string"]
    );
    assert_eq!(
        diagnostics("square(1, 2) == 1"),
        ["line 1, column 1: helper `square(x)` takes 1 arguments, not 2"]
    );
    assert_eq!(
        error("true && square(9223372036854775807) > 1"),
        "the result of `*` is out of range (line 1, column 9)"
    );
}

#[test]
fn several_mistakes_are_reported_with_advice() {
    assert_eq!(
        diagnostics("modl.tier == 'HIGH' && model.teir == 3 && sise(documents) > 1 && model.tier + 1 == 2"),
        [
            "line 1, column 1: unknown fact `modl` (did you mean `model`?)",
            "line 1, column 30: `model` has no field `teir` (did you mean `tier`?)",
            "line 1, column 43: unknown function `sise` (did you mean `size`?)",
            "line 1, column 66: `+` does not join string and int (convert the other side with `string(...)`)",
        ]
    );
    assert_eq!(
        diagnostics("model.tier == 3"),
        [
            "line 1, column 1: `==` compares string with int, which are never equal (numbers in quotes are strings: leave out the quotes, or convert one side)"
        ]
    );
    assert_eq!(
        diagnostics("version.createdAt > '2026-01-01T00:00:00Z'"),
        ["line 1, column 1: `>` does not compare timestamp with string (wrap the text in `timestamp('…')`)"]
    );
    assert_eq!(
        diagnostics("documents.name == 'x' && 'card' in model.tier && contains(model.tier, 'x')"),
        [
            "line 1, column 11: `documents` is list(string) and has no field `name` (take an element, such as `[0]`, or test them with `.exists(x, …)` or `.all(x, …)`)",
            "line 1, column 26: `in` looks in a list or a map, not in string (to search in a string, write `text.contains('…')`)",
            "line 1, column 50: unknown function `contains` (write x.contains(…))",
        ]
    );
    assert_eq!(
        diagnostics("model.tier"),
        [
            "line 1, column 1: the expression gives string where bool is wanted (compare it with something, such as `… == …`)"
        ]
    );
    assert_eq!(
        diagnostics("has(model)"),
        [
            "line 1, column 5: `has` asks for a field (write has(a.b); a name alone is either known or unknown)"
        ]
    );
    assert_eq!(
        diagnostics("Money{amount: 3} == 1"),
        [
            "line 1, column 1: messages such as `Money` are not supported (write a map, such as {'field': value})"
        ]
    );
}

#[test]
fn traces_name_what_was_read() {
    assert_eq!(
        reads("model.tier in ['HIGH'] && evaluation.metrics['race.equalizedOddsDifference'].value < 0.1"),
        ["model.tier = \"HIGH\"", "evaluation.metrics[\"race.equalizedOddsDifference\"].value = 0.04"]
    );
    assert_eq!(reads("model.tier == 'LOW' && version.number > 1"), ["model.tier = \"HIGH\""]);
    assert_eq!(
        reads("datasets.all(d, d.hasDatasheet) && size(documents) > 0"),
        ["datasets[0].hasDatasheet = true", "datasets[1].hasDatasheet = false"]
    );
    assert_eq!(reads("documents.exists(d, d == 'MODEL_CARD')"), ["documents = [\"MODEL_CARD\"]"]);
    assert_eq!(
        reads("has(evaluation.metrics.f1) || approvedBy('sre')"),
        ["evaluation.metrics.f1 = absent", "approvals.byRole.sre = absent"]
    );
    assert_eq!(
        reads("evaluation.metrics.f1.value > 1.0 || version.number == version.number"),
        ["evaluation.metrics.f1.value = absent", "version.number = 3"]
    );
    assert_eq!(
        reads("evaluation.metrics.exists(m, evaluation.metrics[m].value > 0.5)"),
        ["evaluation.metrics.accuracy.value = 1"]
    );
}

#[test]
fn explanations_say_what_it_cost() {
    let facts = facts();
    let program = rule("model.tier == 'HIGH'");
    let explanation = program.explain(&facts, &Budget::default());
    assert_eq!(explanation.result.map(|value| value.as_bool()), Ok(Some(true)));
    assert_eq!((explanation.steps, explanation.bytes, explanation.omitted_reads), (5, 0, 0));
}

#[test]
fn paths_are_known_before() {
    assert_eq!(
        paths("model.tier == 'HIGH' && evaluation.metrics['accuracy'].value > 0.8"),
        ["evaluation.metrics.accuracy.value", "model.tier"]
    );
    assert_eq!(paths("atLeast('f1', 0.8)"), ["evaluation.metrics.f1.value"]);
    assert_eq!(paths("datasets.all(d, d.hasDatasheet)"), ["datasets", "datasets[*].hasDatasheet"]);
    assert_eq!(
        paths("documents.exists(d, evaluation.metrics[d].value > 0.1)"),
        ["documents", "documents[*]", "evaluation.metrics[*].value"]
    );
    assert_eq!(paths("present(model.tier)"), ["model.tier"]);
}

#[test]
fn programs_are_shared_between_threads() {
    let program = rule("version.number > 1");
    let shared = program.clone();
    let there = std::thread::spawn(move || {
        let facts = facts();
        shared.evaluate(&facts, &Budget::default()).ok().and_then(|value| value.as_bool())
    });
    assert_eq!(there.join().expect("the thread ends"), Some(true));
    assert_eq!(program.source(), "version.number > 1");
    assert_eq!(program.result_type(), &Type::Bool);
}
