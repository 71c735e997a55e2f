//! Asking the reference implementations, and comparing.

use std::cmp::Ordering;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Where `cargo xtask` puts the interpreter.
const VARIABLE: &str = "ASSENT_REFERENCE_PYTHON";
/// Differences that a failing test shows.
const SHOWN: usize = 10;

/// One question to a reference function.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// What tells the case from the others, in messages.
    pub(crate) name: String,
    /// The function of the table.
    pub(crate) function: &'static str,
    /// Its arguments by name; floating-point numbers by [`number`] and [`numbers`].
    pub(crate) arguments: Value,
}

impl Case {
    /// A question.
    pub(crate) fn new(name: impl Into<String>, function: &'static str, arguments: Value) -> Self {
        Self { name: name.into(), function, arguments }
    }
}

/// What a reference function returned, or the error that it raised.
pub(crate) type Answer = Result<Value, String>;

/// The answers of the functions in `reference/TABLE.py`, one for each case, by one run of Python.
pub(crate) fn ask(table: &str, cases: &[Case]) -> Vec<Answer> {
    let questions: Vec<Value> = cases.iter().map(|case| json!([case.function, case.arguments])).collect();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/reference/answer.py");
    let mut python = Command::new(interpreter())
        .arg("-B")
        .arg(program)
        .arg(table)
        .env("OMP_NUM_THREADS", "1")
        .env("OPENBLAS_NUM_THREADS", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the interpreter starts");
    let bytes = serde_json::to_vec(&questions).expect("it serialises");
    // A program that ends early closes the pipe; why it ended is said below.
    let written = python.stdin.take().expect("it is piped").write_all(&bytes);
    let output = python.wait_with_output().expect("the interpreter ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && written.is_ok(), "answer.py {table}: {}\n{errors}", output.status);
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).expect("answers are JSON");
    assert_eq!(answers.len(), cases.len());
    answers.into_iter().map(read).collect()
}

fn interpreter() -> OsString {
    std::env::var_os(VARIABLE).unwrap_or_else(|| {
        panic!(
            "{VARIABLE} is not set: this test compares with reference implementations in Python. `cargo xtask test` \
             provides them; for these tests alone run `cargo xtask reference cargo nextest run -p assent-eval`"
        )
    })
}

fn read(answer: Value) -> Answer {
    let Value::Object(mut answer) = answer else { panic!("`{answer}` is no answer") };
    match (answer.remove("value"), answer.remove("error")) {
        (Some(value), None) => Ok(value),
        (None, Some(Value::String(error))) => Err(error),
        (value, error) => panic!("{value:?} and {error:?} are no answer"),
    }
}

/// A number on its way to Python.
pub(crate) fn number(value: f64) -> Value {
    if value.is_finite() {
        return json!(value);
    }
    json!({ "float": if value.is_nan() { "nan" } else if value > 0.0 { "inf" } else { "-inf" } })
}

/// Numbers on their way to Python.
pub(crate) fn numbers(values: &[f64]) -> Value {
    values.iter().copied().map(number).collect()
}

/// A number that came from Python.
pub(crate) fn number_of(value: &Value) -> f64 {
    match value.get("float").and_then(Value::as_str) {
        Some(text) => text.parse().expect("Python's names of what is not finite are Rust's"),
        None => value.as_f64().unwrap_or_else(|| panic!("`{value}` is no number")),
    }
}

/// How far two numbers may lie apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tolerance {
    /// By so much.
    Absolute(f64),
    /// By so much of the reference, for numbers that may be tiny or huge; below the smallest normal number, by that number.
    Relative(f64),
}

impl Tolerance {
    fn allows(self, ours: f64, theirs: f64) -> bool {
        if ours.partial_cmp(&theirs) == Some(Ordering::Equal) || (ours.is_nan() && theirs.is_nan()) {
            return true;
        }
        let distance = (ours - theirs).abs();
        match self {
            Self::Absolute(bound) => distance <= bound,
            Self::Relative(bound) => {
                distance.is_finite() && distance <= (bound * theirs.abs()).max(f64::MIN_POSITIVE)
            }
        }
    }
}

/// What differs, gathered over all cases of a test.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    compared: usize,
    found: Vec<String>,
}

impl Differences {
    /// Compares one figure of a case.
    pub(crate) fn number(&mut self, case: &Case, figure: &str, ours: f64, theirs: f64, within: Tolerance) {
        let differs = (!within.allows(ours, theirs)).then(|| {
            let distance = (ours - theirs).abs();
            format!("{ours:?} instead of {theirs:?}, off by {distance:e}, allowed {within:?}")
        });
        self.note(case, figure, differs);
    }

    /// Compares something that has no tolerance.
    pub(crate) fn same<T: PartialEq + std::fmt::Debug>(
        &mut self,
        case: &Case,
        figure: &str,
        ours: &T,
        theirs: &T,
    ) {
        let differs = (ours != theirs).then(|| format!("{ours:?} instead of {theirs:?}"));
        self.note(case, figure, differs);
    }

    fn note(&mut self, case: &Case, figure: &str, differs: Option<String>) {
        self.compared += 1;
        self.found.extend(differs.map(|what| format!("{}, {figure}: {what}", case.name)));
    }

    /// Fails where anything differs, and where fewer than `least` figures were compared: a test that compares nothing
    /// holds nothing.
    pub(crate) fn assert_none(self, least: usize) {
        let mut message = format!("{} of {} figures differ", self.found.len(), self.compared);
        for line in self.found.iter().take(SHOWN) {
            write!(message, "\n  {line}").expect("a string takes text");
        }
        assert!(self.found.is_empty(), "{message}");
        assert!(self.compared >= least, "only {} figures were compared, not {least}", self.compared);
    }
}
