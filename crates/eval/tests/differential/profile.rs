//! What a table holds, beside pandas.

use assent_eval::DataFile;
use assent_eval::profile::{ValueType, profile_files};
use assent_eval::progress::Unwatched;
use serde_json::json;

use super::harness::{Case, Differences, Tolerance, ask};

/// A table of a seed: whole numbers, numbers, texts and a label, with gaps.
fn table(seed: u64, rows: u64) -> String {
    let mut state = seed;
    let mut next = move |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let mut text = "whole,number,text,label\n".to_owned();
    for _ in 0..rows {
        let whole = if next(10) == 0 { String::new() } else { (next(2_000) as i64 - 700).to_string() };
        let number =
            if next(7) == 0 { String::new() } else { format!("{}", next(5_000) as f64 / 64.0 - 9.0) };
        let written = ["", "Größe", "a b", "\"c, d\"", "x"][next(5) as usize];
        text += &format!("{whole},{number},{written},{}\n", ["yes", "no", "maybe"][next(3) as usize]);
    }
    text
}

#[test]
fn tables_are_counted_as_pandas_counts_them() {
    let tables: Vec<String> = [(1, 40), (2, 1_000), (3, 5_000)].map(|(seed, rows)| table(seed, rows)).into();
    let case = |text: &String| Case::new("profile", "profile", json!({"text": text, "label": "label"}));
    let cases: Vec<Case> = tables.iter().map(case).collect();
    let mut differences = Differences::default();
    for ((text, case), answer) in tables.iter().zip(&cases).zip(ask("profile", &cases)) {
        let theirs = answer.expect("pandas reads the table");
        let files = [DataFile::new("t.csv", text.clone().into_bytes())];
        let ours = profile_files(&files, Some("label"), &Unwatched).expect("sound");
        differences.same(case, "rows", &json!(ours.rows), &theirs["rows"]);
        for column in &ours.columns {
            let held = &theirs["columns"][&column.name];
            differences.same(
                case,
                &format!("{}, missing", column.name),
                &json!(column.missing),
                &held["missing"],
            );
            differences.same(
                case,
                &format!("{}, distinct", column.name),
                &json!(column.distinct),
                &held["distinct"],
            );
            if matches!(column.r#type, ValueType::Integer | ValueType::Number) {
                for (figure, ours) in [("min", &column.min), ("max", &column.max)] {
                    let number: f64 = ours.as_deref().expect("a bound").parse().expect("a number");
                    let theirs = held[figure].as_f64().expect("a bound");
                    differences.number(
                        case,
                        &format!("{}, {figure}", column.name),
                        number,
                        theirs,
                        Tolerance::Absolute(0.0),
                    );
                }
            }
        }
        for class in &ours.classes {
            differences.same(case, &class.value, &json!(class.rows), &theirs["classes"][&class.value]);
        }
    }
    differences.assert_none(48);
}
