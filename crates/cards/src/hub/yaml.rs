//! The YAML that is written: blocks of members and items, every text in quotes, numbers in the form that YAML 1.1 and 1.2 agree
//! on.

use serde_json::{Number, Value};

use crate::markdown::put;

/// Writes an object as the lines of a document.
pub(super) fn write(value: &Value) -> String {
    let mut out = String::new();
    block(&mut out, value, 0);
    out
}

fn block(out: &mut String, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                put(out, &format!("{indent}{key}:"));
                below(out, member, depth + 1);
            }
        }
        Value::Array(items) => {
            for item in items {
                let mut lines = String::new();
                below(&mut lines, item, depth + 1);
                // The first member of an object stands beside the dash.
                let lines = lines.trim_start_matches('\n').trim_start();
                put(out, &format!("{indent}- {lines}"));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn below(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(members) if members.is_empty() => out.push_str(" {}\n"),
        Value::Array(items) if items.is_empty() => out.push_str(" []\n"),
        Value::Object(_) | Value::Array(_) => {
            out.push('\n');
            block(out, value, depth);
        }
        Value::String(text) => put(out, &format!(" {}\n", quoted(text))),
        Value::Number(number) => put(out, &format!(" {}\n", written(number))),
        Value::Null | Value::Bool(_) => put(out, &format!(" {value}\n")),
    }
}

/// In double quotes. What YAML holds for unprintable is written by its number.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '..='~' | '\u{a1}'..='\u{d7ff}' | '\u{10000}'.. if !matches!(c, '\u{2028}' | '\u{2029}') => {
                out.push(c);
            }
            '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' => out.push(c),
            c if u32::from(c) <= 0xffff => put(&mut out, &format!("\\u{:04x}", u32::from(c))),
            c => put(&mut out, &format!("\\U{:08x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

/// With a point and a signed exponent: without them YAML 1.1 reads `1e-5` as a text.
fn written(number: &Number) -> String {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let mantissa = if mantissa.contains('.') { mantissa.to_owned() } else { format!("{mantissa}.0") };
    let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
    format!("{mantissa}e{sign}{exponent}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let value = json!({"license": "apache-2.0", "empty": [], "model-index": [{"name": "a: \"b\"\n\u{85}\u{feff}é😀",
            "results": [{"metrics": [{"value": 1e-7, "n": 3}, {"value": 0.25}]}, {"metrics": [{"value": -3.5e200}]}]}]});
        let text = write(&value);
        let read: Value = serde_saphyr::from_str(&text).expect("YAML");
        assert_eq!(read, value, "{text}");
        assert!(text.contains("value: 1.0e-7"), "{text}");
    }
}
