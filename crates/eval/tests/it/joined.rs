//! Labels and predictions of every task, in files of every format, joined by row id; and what the reports keep to themselves.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::format_collect,
    reason = "a test that fails panics, and short text is easier to read than fast to make"
)]

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, LargeStringArray, RecordBatch, StringArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use assent_eval::{DataFile, EvalError, EvaluationOptions, Input, Report, Task, evaluate, evaluate_joined};
use parquet::arrow::ArrowWriter;

const FORMATS: [&str; 5] = ["csv", "json lines", "parquet", "arrow file", "arrow stream"];

/// A table of an id, a value, and maybe a group.
struct Values {
    value: &'static str,
    ids: Vec<i64>,
    texts: Vec<String>,
    groups: Option<Vec<&'static str>>,
}

impl Values {
    /// The same in another order.
    fn turned(mut self) -> Self {
        self.ids.reverse();
        self.texts.reverse();
        self
    }

    fn columns(&self) -> Vec<(&'static str, Vec<String>)> {
        let ids = self.ids.iter().map(ToString::to_string).collect();
        let groups =
            self.groups.as_ref().map(|groups| groups.iter().map(|group| (*group).to_owned()).collect());
        let all =
            [Some(("id", ids)), Some((self.value, self.texts.clone())), groups.map(|groups| ("g", groups))];
        all.into_iter().flatten().collect()
    }

    fn file(&self, format: &str) -> DataFile {
        DataFile::new(format, self.bytes(format))
    }

    fn bytes(&self, format: &str) -> Vec<u8> {
        let columns = self.columns();
        let row = |row: usize| columns.iter().map(move |(name, values)| (*name, values[row].as_str()));
        match format {
            "csv" => {
                let header = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",");
                let lines = (0..self.ids.len())
                    .map(|at| row(at).map(|(_, value)| value).collect::<Vec<_>>().join(","));
                std::iter::once(header).chain(lines).map(|line| line + "\n").collect::<String>().into_bytes()
            }
            "json lines" => {
                let field = |(name, value): (&str, &str)| match value.parse::<f64>() {
                    Ok(_) => format!("\"{name}\": {value}"),
                    Err(_) => format!("\"{name}\": \"{value}\""),
                };
                let lines = (0..self.ids.len())
                    .map(|at| format!("{{{}}}\n", row(at).map(field).collect::<Vec<_>>().join(", ")));
                lines.collect::<String>().into_bytes()
            }
            _ => self.columnar(format),
        }
    }

    /// Ids as whole numbers in Parquet and as text in Arrow; values as numbers where all of them are.
    fn columnar(&self, format: &str) -> Vec<u8> {
        let ids = self.ids.iter().map(ToString::to_string);
        let id: ArrayRef = match format {
            "parquet" => Arc::new(Int64Array::from(self.ids.clone())),
            "arrow file" => Arc::new(StringArray::from_iter_values(ids)),
            _ => Arc::new(LargeStringArray::from_iter_values(ids)),
        };
        let numbers: Result<Vec<f64>, _> = self.texts.iter().map(|value| value.parse()).collect();
        let value: ArrayRef = match numbers {
            Ok(numbers) => Arc::new(Float64Array::from(numbers)),
            Err(_) => Arc::new(StringArray::from_iter_values(&self.texts)),
        };
        let mut columns = vec![("id", id), (self.value, value)];
        if let Some(groups) = &self.groups {
            columns.push(("g", Arc::new(StringArray::from_iter_values(groups))));
        }
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut bytes = Vec::new();
        match format {
            "parquet" => {
                let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
                writer.write(&batch).unwrap();
                writer.close().unwrap();
            }
            "arrow file" => {
                let mut writer = FileWriter::try_new(&mut bytes, &batch.schema()).unwrap();
                writer.write(&batch).unwrap();
                writer.finish().unwrap();
            }
            _ => {
                let mut writer = StreamWriter::try_new(&mut bytes, &batch.schema()).unwrap();
                writer.write(&batch).unwrap();
                writer.finish().unwrap();
            }
        }
        bytes
    }
}

fn options(task: Task) -> EvaluationOptions {
    EvaluationOptions {
        task,
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        protected: vec!["g".to_owned()],
        suites: vec!["performance".to_owned()],
        id: Some("id".to_owned()),
        ..EvaluationOptions::default()
    }
}

fn labels(values: Vec<String>) -> Values {
    let groups = (0..values.len()).map(|row| ["north", "south", "east"][row % 3]).collect();
    Values { value: "y", ids: (0..).take(values.len()).collect(), texts: values, groups: Some(groups) }
}

fn predictions(values: Vec<String>) -> Values {
    Values { value: "p", ids: (0..).take(values.len()).collect(), texts: values, groups: None }
}

/// Labels and predictions of a task that agree for the most part.
fn sample(task: Task, rows: usize) -> (Vec<String>, Vec<String>) {
    let value = |seed: usize| match task {
        Task::Binary => ["no", "yes"][seed % 2].to_owned(),
        Task::Multiclass => ["cat", "dog", "newt"][seed % 3].to_owned(),
        Task::Regression => format!("{}.25", seed % 17),
    };
    (0..rows).map(|row| (value(row), value(if row % 7 == 0 { row + 1 } else { row }))).unzip()
}

fn joined(task: Task, labels: &DataFile, predictions: &DataFile) -> Result<Report, EvalError> {
    evaluate_joined(&options(task), labels, predictions)
}

fn of_text(task: Task, labels: &Values, predictions: &Values) -> Report {
    joined(task, &labels.file("csv"), &predictions.file("csv")).expect("the files fit")
}

#[test]
fn every_task_in_every_format_gives_the_same_report() {
    for task in Task::ALL {
        let (truth, said) = sample(task, 500);
        let (truth, said) = (labels(truth), predictions(said).turned());
        let expected = of_text(task, &truth, &said);
        assert_eq!(expected.rows, 500);
        for of_labels in FORMATS {
            for of_predictions in FORMATS {
                let report = joined(task, &truth.file(of_labels), &said.file(of_predictions)).unwrap();
                assert_eq!(report, expected, "{task:?}: {of_labels}, {of_predictions}");
            }
        }
    }
}

/// More rows than are read at once, and ids that come as repeated values of a dictionary do.
#[test]
fn many_rows_are_joined_part_by_part() {
    let (truth, said) = sample(Task::Regression, 40_000);
    let (truth, said) = (labels(truth), predictions(said).turned());
    let report = joined(Task::Regression, &truth.file("parquet"), &said.file("arrow file")).unwrap();
    assert_eq!(report, of_text(Task::Regression, &truth, &said));
    let mut twice = predictions(sample(Task::Regression, 40_000).1);
    twice.ids[39_999] = 20_000;
    let error = joined(Task::Regression, &truth.file("parquet"), &twice.file("parquet")).unwrap_err();
    assert_eq!(error.to_string(), "`parquet`, row 40000, column `id`: the id has come before");
}

#[test]
fn the_figures_are_those_of_one_table() {
    for task in [Task::Multiclass, Task::Regression] {
        let (truth, said) = sample(task, 300);
        let rows = truth.iter().zip(&said).enumerate();
        let table: String =
            rows.map(|(row, (y, p))| format!("{y},{p},{}\n", ["north", "south", "east"][row % 3])).collect();
        let table = format!("y,p,g\n{table}");
        let whole = evaluate(&options(task), Input::new("table", table.as_bytes())).unwrap();
        let report = of_text(task, &labels(truth), &predictions(said));
        assert!(report.metrics.len() >= 6, "{task:?}");
        for (path, metric) in &report.metrics {
            let (told, known) = (metric.value.unwrap(), whole.metrics[path].value.unwrap());
            assert!((told - known).abs() <= known.abs() * 0.01, "{path}: {told} for {known}");
        }
    }
}

/// The error of each row is made another power of two: with all digits, the figures would be the labels written in binary.
#[test]
fn numbers_tell_no_labels_by_their_digits() {
    let rows = 40_i32;
    let truth = |low: i32| -> Vec<String> {
        // Two rows of little weight differ; all that is counted stays.
        (0..rows).map(|row| u8::from(row < 10 || row == low).to_string()).collect()
    };
    let said: Vec<String> = (1..=rows).map(|row| (0.5 - 0.5_f64.powi(row)).to_string()).collect();
    let report = |low| of_text(Task::Regression, &labels(truth(low)), &predictions(said.clone()));
    let (one, other) = (report(30), report(35));
    assert_eq!(one, other);
    let kept: Vec<&str> = one.metrics.keys().map(String::as_str).collect();
    let all = [
        "explainedVariance",
        "meanAbsoluteError",
        "meanError",
        "meanSquaredError",
        "rSquared",
        "rootMeanSquaredError",
    ];
    assert_eq!(kept, all, "the largest error is that of one row");
}

#[test]
fn classes_tell_no_labels_of_single_rows() {
    let truth: Vec<String> = (0..60).map(|row| ["cat", "dog", "newt"][row % 3].to_owned()).collect();
    // One row has a prediction of its own: the precision of that class would be its label.
    let mut said = vec!["dog".to_owned(); 60];
    said[7] = "newt".to_owned();
    let report = of_text(Task::Multiclass, &labels(truth), &predictions(said));
    assert!(report.classes.iter().all(|class| class.predictions.is_empty()));
    let figures = |name: &str| {
        let class = report.classes.iter().find(|class| class.class == name).unwrap();
        (class.labelled, class.predicted, class.precision.is_some())
    };
    assert_eq!((figures("dog"), figures("newt")), ((20, 59, true), (20, 1, false)));
    let digits = report.metrics["macroPrecision"].value.map(|value| format!("{value:e}").len());
    assert!(digits.is_none_or(|digits| digits <= 8), "{:?}", report.metrics["macroPrecision"]);
}

#[test]
fn no_threshold_holds_because_digits_are_missing() {
    let (truth, said) = sample(Task::Regression, 101);
    let rows: String = truth.iter().zip(&said).map(|(y, p)| format!("{y},{p},a\n")).collect();
    let whole =
        evaluate(&options(Task::Regression), Input::new("table", format!("y,p,g\n{rows}").as_bytes()))
            .unwrap();
    let report = of_text(Task::Regression, &labels(truth), &predictions(said));
    let values = |path: &str| (report.metrics[path].value.unwrap(), whole.metrics[path].value.unwrap());
    for path in ["meanAbsoluteError", "meanSquaredError", "rootMeanSquaredError"] {
        let (told, known) = values(path);
        assert!(told >= known, "{path}: {told} for {known}");
    }
    let (told, known) = values("rSquared");
    assert!(told <= known, "{told} for {known}");
}

#[test]
fn a_message_names_the_row_of_a_label_and_not_the_label() {
    let truth = labels(vec!["1.5".to_owned(), "secret".to_owned()]);
    let said = predictions(vec!["1".to_owned(), "2".to_owned()]);
    let error = joined(Task::Regression, &truth.file("csv"), &said.file("csv")).unwrap_err();
    assert_eq!(error.to_string(), "`csv`, row 2 (line 3), column `y`: `(not shown)` is not a number");
    let wrong = predictions(vec!["1".to_owned(), "two".to_owned()]);
    let right = labels(vec!["1".to_owned(), "2".to_owned()]);
    let error = joined(Task::Regression, &right.file("csv"), &wrong.file("json lines")).unwrap_err();
    assert_eq!(error.to_string(), "`json lines`, row 2 (line 2), column `p`: `two` is not a number");
}

#[test]
fn of_two_faults_the_earlier_one_is_told() {
    let mut truth = labels(vec!["1".to_owned(), "2".to_owned(), "x".to_owned()]);
    truth.ids[1] = 0;
    let said = predictions(vec!["1".to_owned()]);
    let error = joined(Task::Regression, &truth.file("csv"), &said.file("csv")).unwrap_err();
    assert_eq!(error.to_string(), "`csv`, row 2 (line 3), column `id`: the id of row 1 comes again");
}
