//! Expressions and facts that mean harm: each ends in a known answer or a known error, within its budget.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use assent_cel::limits::{MAX_NESTING, MAX_PARTS, MAX_SOURCE_BYTES};
use assent_cel::{Budget, Env, EvalError, Explanation, Limit, ObjectType, Program, Type};
use serde_json::{Value as Json, json};

/// An environment with a few facts of which nothing is declared.
fn env() -> Env {
    let names = ["a", "b", "list", "text", "number"];
    let root = names.into_iter().fold(ObjectType::new("facts"), |root, name| root.field(name, Type::Dyn, ""));
    Env::new(Arc::new(root))
}

/// The message that refuses `source`.
fn refused(source: &str) -> String {
    let errors = Program::compile(&env(), source, None).expect_err("the source is accepted");
    errors.first().expect("there is a diagnostic").to_string()
}

fn compiled(source: &str) -> Program {
    Program::compile(&env(), source, None).unwrap_or_else(|errors| panic!("refused: {errors:?}"))
}

/// The value as JSON, or the error; the budget must have been kept.
fn outcome_on(source: &str, facts: &Json) -> Result<Json, EvalError> {
    let program = compiled(source);
    let budget = Budget::default();
    let Explanation { result, steps, bytes, .. } = program.explain(facts, &budget);
    assert!(steps <= budget.steps && bytes <= budget.bytes, "{steps} steps, {bytes} bytes");
    let explained = result.map(|value| value.to_json().expect("the value is flat"));
    let evaluated = program.evaluate(facts, &budget).map(|value| value.to_json().expect("the value is flat"));
    assert_eq!(evaluated, explained, "tracing changes the answer");
    explained
}

fn outcome(source: &str) -> Result<Json, EvalError> {
    outcome_on(source, &json!({}))
}

fn budget(limit: Limit) -> Result<Json, EvalError> {
    Err(EvalError::Budget { limit })
}

fn failure(source: &str, facts: &Json) -> String {
    match outcome_on(source, facts) {
        Err(error @ EvalError::Failed { .. }) => error.to_string(),
        other => panic!("{other:?} is not a failure"),
    }
}

#[test]
fn brackets_without_end() {
    let too_deep = format!("the expression is nested more than {MAX_NESTING} levels deep; split the rule");
    for open in ["(", "[", "{1:", "a[", "size(", "-(", "!(", "true?1:(", "true?"] {
        let message = refused(&open.repeat(60_000 / open.len()));
        assert!(message.ends_with(&too_deep), "{open}: {message}");
    }
    let message = refused(&"(".repeat(100_000));
    assert_eq!(
        message,
        format!(
            "line 1, column 1: the expression has 100000 bytes; at most {MAX_SOURCE_BYTES} are accepted, so split the rule"
        )
    );
}

#[test]
fn long_chains_are_answered() {
    let sum = |terms: usize| format!("1{}", "+1".repeat(terms - 1));
    assert_eq!(outcome(&sum(2_000)), Ok(json!(2_000)));
    assert_eq!(outcome(&sum(8_000)), Ok(json!(8_000)));
    let message = refused(&sum(20_000));
    assert!(
        message.ends_with(&format!("the expression has more than {MAX_PARTS} parts; split the rule")),
        "{message}"
    );
    assert_eq!(outcome(&format!("true{}", " && true".repeat(5_000))), Ok(json!(true)));
    assert_eq!(outcome(&format!("{}3", "false?1:".repeat(5_000))), Ok(json!(3)));
    assert_eq!(outcome(&format!("{}true", "!".repeat(60_001))), Ok(json!(false)));
    assert_eq!(outcome(&format!("{}1", "-".repeat(60_001))), Ok(json!(-1)));
    assert_eq!(
        outcome(&format!("[{}]", "1,".repeat(8_000))).map(|list| list.as_array().map(Vec::len)),
        Ok(Some(8_000))
    );
    assert_eq!(outcome("1 < 2 == true != false"), Ok(json!(true)));
}

#[test]
fn long_selects_are_answered() {
    let mut facts = json!(7);
    for _ in 0..5_000 {
        facts = object("a", facts);
    }
    let select = format!("a{}", ".a".repeat(4_999));
    assert_eq!(outcome_on(&select, &facts), Ok(json!(7)));
    let missing = compiled(&format!("{select}.b")).evaluate(&facts, &Budget::default()).err();
    assert!(matches!(missing, Some(EvalError::Failed { .. })), "{missing:?}");
    let absent = compiled(&select).evaluate(&json!({"a": {"a": {}}}), &Budget::default()).err();
    let Some(EvalError::MissingFact { path, absent, .. }) = absent else { panic!("{absent:?}") };
    assert_eq!((path.segments().len(), absent.to_string().as_str()), (5_000, "a.a.a"));
    drop_deep(facts);
}

#[test]
fn long_calls_are_refused() {
    let message = refused(&format!("a{}", ".size()".repeat(9_000)));
    assert!(message.ends_with("levels deep; split the rule"), "{message}");
    let deepest = format!("{}a{}{}", "(".repeat(30), ".size()", ")".repeat(30));
    assert_eq!(outcome_on(&deepest, &json!({"a": "x"})), Ok(json!(1)));
    let dynamic = format!("dyn({})", "dyn(".repeat(50) + "a" + &")".repeat(50));
    assert_eq!(outcome_on(&dynamic, &json!({"a": "x"})), Ok(json!("x")));
}

/// The deepest accepted tree is parsed, checked, run and dropped on half of the stack that a thread has by default.
#[test]
fn the_deepest_tree_fits_a_small_stack() {
    let run = || {
        let levels = MAX_NESTING - 2;
        let nested = format!("{}true{}", "!(false || ".repeat(levels / 2), ")".repeat(levels / 2));
        assert_eq!(outcome(&nested), Ok(json!(false)));
        let mixed = format!("{}1{}", "[1, 2 * (true ? size(".repeat(12), ") : 2)]".repeat(12));
        assert!(Program::compile_unchecked(&env(), &mixed).is_ok());
        let lists = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(outcome(&format!("{lists} == {lists}")), Ok(json!(true)));
    };
    let thread = std::thread::Builder::new().stack_size(1024 * 1024).spawn(run);
    thread.expect("a thread starts").join().expect("the stack suffices");
}

#[test]
fn helpers_do_not_explode() {
    let mut env = env();
    env.helper("h0(x)", "x + x", "").expect("h0 is fine");
    let mut refusal = None;
    for level in 1..64 {
        let body = format!("h{0}(x) + h{0}(x)", level - 1);
        if let Err(diagnostic) = env.helper(&format!("h{level}(x)"), &body, "") {
            refusal = Some((level, diagnostic.message));
            break;
        }
    }
    let (level, message) = refusal.expect("doubling is refused at last");
    assert_eq!(
        (level, message.as_str()),
        (12, "in helper `h11`: the expression has more than 16384 parts with its helpers")
    );
    let mut deep = self::env();
    deep.helper("d0(x)", "x", "").expect("d0 is fine");
    let refused = (1..200)
        .find_map(|level| deep.helper(&format!("d{level}(x)"), &format!("[d{}(x)]", level - 1), "").err());
    let message = refused.expect("depth is refused at last").message;
    assert!(
        message.ends_with("the expression is nested more than 96 levels deep with its helpers"),
        "{message}"
    );
}

#[test]
fn nested_macros_answer_or_run_out() {
    let hundred = json!({"list": (0..100).collect::<Vec<_>>()});
    assert_eq!(outcome_on("list.all(x, list.all(y, x + y < 200))", &hundred), Ok(json!(true)));
    assert_eq!(
        outcome_on("list.all(x, list.all(y, list.all(z, x + y + z < 300)))", &hundred),
        budget(Limit::Steps)
    );
    assert_eq!(outcome_on("list.map(x, list.map(y, list.map(z, z)))", &hundred), budget(Limit::Steps));
    assert_eq!(outcome_on("list.map(x, list.map(y, x)) == []", &hundred), Ok(json!(false)));
}

#[test]
fn doubling_runs_out() {
    let doubled = |seed: &str, levels: usize| {
        (0..levels).fold(seed.to_owned(), |inner, _| format!("[{inner}].map(x, x + x)[0]"))
    };
    assert_eq!(outcome(&format!("size({})", doubled("'ab'", 10))), Ok(json!(2048)));
    assert_eq!(outcome(&doubled("'abcd'", 20)), budget(Limit::Bytes));
    assert_eq!(outcome(&doubled("[1, 2]", 20)), budget(Limit::Bytes));
    let maps = "[1,2,3,4,5,6,7,8,9,10]";
    let product = (0..8).fold("1".to_owned(), |inner, level| format!("{maps}.map(v{level}, {inner})"));
    assert_eq!(outcome(&product), budget(Limit::Steps));
}

#[test]
fn a_budget_error_is_not_absorbed() {
    let facts = json!({"list": (0..1000).collect::<Vec<_>>()});
    let costly = "list.all(x, list.all(y, x + y >= 0))";
    assert_eq!(outcome_on(&format!("{costly} || true"), &facts), budget(Limit::Steps));
    assert_eq!(outcome_on(&format!("[1].exists(x, {costly}) || true"), &facts), budget(Limit::Steps));
    assert_eq!(outcome_on(&format!("true || {costly}"), &facts), Ok(json!(true)));
}

#[test]
fn no_budget_is_no_answer() {
    let none = Budget { steps: 0, bytes: 0, depth: 0 };
    let program = compiled("true");
    assert_eq!(program.evaluate(&json!({}), &none).err(), Some(EvalError::Budget { limit: Limit::Steps }));
    let program = compiled("[a] == [a]");
    let shallow = Budget { depth: 0, ..Budget::default() };
    let facts = json!({"a": 1});
    assert_eq!(program.evaluate(&facts, &shallow).err(), Some(EvalError::Budget { limit: Limit::Depth }));
}

#[test]
fn huge_literals() {
    assert_eq!(
        refused(&"9".repeat(1000)),
        format!("line 1, column 1: `{}…` does not fit in 64 bits", "9".repeat(80))
    );
    assert_eq!(
        refused("9223372036854775808"),
        "line 1, column 1: `9223372036854775808` is too large for an int (write it as a uint, with a `u` at the end, or as a double)"
    );
    assert_eq!(outcome("-9223372036854775808"), Ok(json!(i64::MIN)));
    assert_eq!(outcome("1e400 == 1.0 / 0.0"), Ok(json!(true)));
    assert_eq!(outcome(&format!("size('{}')", "é".repeat(30_000))), Ok(json!(30_000)));
    assert_eq!(outcome(&format!("{}.{}e-3 > 0.0", "1".repeat(300), "2".repeat(300))), Ok(json!(true)));
}

#[test]
fn text_that_is_no_text() {
    assert!(failure("string(b'\\xff\\xfe')", &json!({})).starts_with("the bytes are not valid UTF-8"));
    assert_eq!(outcome("string(b'\\xc3\\xa9')"), Ok(json!("é")));
    assert_eq!(outcome("bytes('é') == b'\\xc3\\xa9'"), Ok(json!(true)));
    assert!(refused("'\\ud800'").starts_with("line 1, column 2: the escape names no character"));
    assert!(refused("a\u{0} == 1").starts_with("line 1, column 2: unexpected character `\\0`"));
    assert!(refused("a == “x”").contains("straight quotes"));
}

#[test]
fn unknown_facts_and_other_results() {
    assert_eq!(refused("lst.all(x, x > 1)"), "line 1, column 1: unknown fact `lst` (did you mean `list`?)");
    let errors = Program::compile(&env(), "'yes'", Some(&Type::Bool)).expect_err("a string is no condition");
    let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "line 1, column 1: the expression gives string where bool is wanted (compare it with something, such as `… == …`)"
        ]
    );
    assert_eq!(outcome("has(a.b) && a.b"), Ok(json!(false)));
    let missing = outcome("a.b[0].c == 1");
    let Err(EvalError::MissingFact { path, absent, .. }) = missing else { panic!("{missing:?}") };
    assert_eq!((path.to_string().as_str(), absent.to_string().as_str()), ("a.b[0].c", "a"));
}

#[test]
fn arithmetic_at_the_edges() {
    let message = |source: &str, expected: &str| {
        let text = failure(source, &json!({"number": 0}));
        assert!(text.starts_with(expected), "{source}: {text}");
    };
    message("1 / number", "division by zero (line 1, column 1)");
    message("1 % number", "remainder by zero");
    message("1u / uint(number)", "division by zero");
    message("9223372036854775807 + (1 + number)", "the result of `+` is out of range");
    message("(-9223372036854775808 + number) / -1", "the result of `/` is out of range");
    message("(-9223372036854775808 + number) % -1", "the result of `%` is out of range");
    message("-(-9223372036854775808 + number)", "the result of `-` is out of range");
    message("0u - uint(number + 1)", "the result of `-` is out of range");
    message("int(1e19)", "the number is out of the range of int");
    assert_eq!(outcome("1.0 / 0.0 > 1e308 && 0.0 / 0.0 != 0.0 / 0.0"), Ok(json!(true)));
}

#[test]
fn mixed_numbers() {
    assert_eq!(outcome("1 == 1.0 && 1u == 1 && 2u > 1.5 && -1 < 1u"), Ok(json!(true)));
    assert_eq!(
        refused("1 + 1.0"),
        "line 1, column 1: `+` does not join int and double (convert one side with `double(...)`, `int(...)` or `uint(...)`, or write 1.0 for 1)"
    );
    let facts = json!({"number": 3, "a": 0.5, "b": 18_446_744_073_709_551_615_u64});
    assert_eq!(outcome_on("number + 1 == 4 && a < number && b > number", &facts), Ok(json!(true)));
    assert!(failure("number + a", &facts).starts_with("`+` does not join int and double"));
}

#[test]
fn patterns_that_explode() {
    let facts = json!({"text": "a".repeat(10_000), "a": "(a|b)*a(a|b){200}", "b": "(x+x+)+y"});
    assert_eq!(outcome_on("text.matches('(a+)+$')", &facts), Ok(json!(true)));
    assert_eq!(outcome_on("text.matches('(a*)*b')", &facts), Ok(json!(false)));
    assert_eq!(outcome_on("text.matches(b)", &facts), Ok(json!(false)));
    assert!(refused("text.matches('(a{1000}){1000}')").contains("use smaller counts"));
    assert!(
        refused("text.matches('(a')").ends_with("the pattern is not a regular expression: unclosed group")
    );
    let nested = format!("text.matches('{}{}')", "(".repeat(200), ")".repeat(200));
    assert!(refused(&nested).contains("the pattern is not a regular expression"));
    let many = json!({"text": "a", "list": (0..1000).map(|n| format!("a{n}")).collect::<Vec<_>>()});
    assert_eq!(outcome_on("list.exists(p, text.matches(p))", &many), budget(Limit::Steps));
    let long = json!({"text": "ab".repeat(1_000_000)});
    assert_eq!(outcome_on("text.matches('(a|b)*a(a|b){300}c')", &long), budget(Limit::Steps));
}

#[test]
fn deep_facts() {
    let mut deep = json!(1);
    for _ in 0..20_000 {
        deep = Json::Array(vec![deep]);
    }
    let facts = object("a", deep);
    assert_eq!(outcome_on("size(a)", &facts), Ok(json!(1)));
    assert_eq!(outcome_on("a == 1", &facts), Ok(json!(false)));
    assert_eq!(outcome_on("a == a", &facts), budget(Limit::Depth));
    assert_eq!(outcome_on("a[0][0] in [a]", &facts), budget(Limit::Depth));
    let program = compiled("a");
    let explanation = program.explain(&facts, &Budget::default());
    assert_eq!(explanation.result.expect("a is a fact").to_json(), None);
    assert_eq!(
        explanation.reads.first().and_then(|read| read.excerpt(100)),
        Some(json!("list of 1 elements"))
    );
    drop_deep(facts);
}

#[test]
fn wide_facts_cost_what_they_are() {
    let wide: Vec<Json> = (0..200_000).map(|n| json!({ "n": n })).collect();
    let facts = json!({"a": wide, "b": "x".repeat(5_000_000)});
    assert_eq!(outcome_on("a == a", &facts), budget(Limit::Steps));
    assert_eq!(outcome_on("7 in a", &facts), budget(Limit::Steps));
    assert_eq!(outcome_on("a + a == a", &facts), budget(Limit::Steps));
    assert_eq!(outcome_on("size(b) > 0", &facts), budget(Limit::Steps));
    assert_eq!(outcome_on("b + b == b", &facts), budget(Limit::Steps));
    assert_eq!(outcome_on("size(a) == 200000 && a[199999].n == 199999", &facts), Ok(json!(true)));
}

#[test]
fn reads_are_bounded() {
    let facts = json!({"list": (0..1000).map(|n| json!({ "n": n })).collect::<Vec<_>>()});
    let program = compiled("list.all(x, x.n >= 0)");
    let explanation = program.explain(&facts, &Budget::default());
    assert_eq!((explanation.reads.len(), explanation.omitted_reads), (255, 745));
}

#[test]
fn times_at_the_edges() {
    let facts = json!({"text": "9999-12-31T23:59:59Z", "a": "0001-01-01T00:00:00Z", "b": "soon"});
    let refuse = |source: &str, expected: &str| {
        let text = failure(source, &facts);
        assert!(text.starts_with(expected), "{source}: {text}");
    };
    refuse("timestamp(text) + duration('1s')", "the result of `+` is out of range");
    refuse("timestamp(text) - timestamp(a)", "the result of `-` is out of range");
    refuse("timestamp(b)", "`soon` is not an RFC 3339 time");
    refuse("timestamp(text).getHours('Mars/Base')", "`Mars/Base` is no time zone");
    refuse("timestamp(text).getFullYear('+14:00')", "the local time is out of range");
    refuse("duration(b)", "`soon` is not a duration");
    assert!(refused("duration('24hours')").contains("`24hours` is not a duration such as `1h30m` or `7d`"));
}

fn object(key: &str, value: Json) -> Json {
    Json::Object(std::iter::once((key.to_owned(), value)).collect())
}

/// Drops nested JSON without recursion, which the standard drop would do.
fn drop_deep(json: Json) {
    let mut rest = vec![json];
    while let Some(value) = rest.pop() {
        match value {
            Json::Array(items) => rest.extend(items),
            Json::Object(map) => rest.extend(map.into_iter().map(|(_, value)| value)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
}
