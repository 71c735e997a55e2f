//! The inventory of systems as CSV: a header, and a row for each system.
//!
//! Columns are named like the fields of the interface. A cell that holds several things has one on each line. What a
//! spreadsheet would take for a formula has an apostrophe before it, which is taken away again when the file is read.

use csv::{ReaderBuilder, StringRecord, Trim, Writer};
use serde_json::{Map, Value, json};

use crate::problem::Problem;

/// The columns, in the order in which they are written, and whether a cell holds several things.
pub(super) const COLUMNS: [(&str, bool); 9] = [
    ("name", false),
    ("purpose", false),
    ("role", false),
    ("category", false),
    ("owner", false),
    ("businessJustification", false),
    ("restrictions", true),
    ("successCriteria", true),
    ("uses", true),
];
/// Without these a row says nothing.
const NEEDED: [&str; 3] = ["name", "purpose", "role"];
/// What a cell of a spreadsheet does not begin with.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

/// A row: what it says of a system. Columns that the file does not have are absent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// Its number below the header, from 1.
    pub(super) number: usize,
    /// Cells by column: text, null where empty, or a list.
    pub(super) cells: Map<String, Value>,
}

impl Row {
    /// The text of a cell.
    pub(super) fn text(&self, column: &str) -> &str {
        self.cells.get(column).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Reads an inventory. The whole file is checked before anything is done with it.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Vec<Row>, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = ReaderBuilder::new().trim(Trim::Headers).from_reader(bytes);
    let header = reader.headers().map_err(|error| unreadable(file, &error))?.clone();
    check_header(file, &header)?;
    let mut rows: Vec<Row> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(file, &error))?;
        let row = row(&header, &record, rows.len() + 1);
        for column in NEEDED {
            if row.text(column).is_empty() {
                return Err(Problem::new(format!("{file}, row {}: `{column}` is empty", row.number))
                    .hint("every system has a name, a purpose and a role"));
            }
        }
        if let Some(known) = rows.iter().find(|known| known.text("name") == row.text("name")) {
            let (name, first, second) = (row.text("name"), known.number, row.number);
            return Err(Problem::new(format!(
                "{file}: the rows {first} and {second} are both about `{name}`"
            ))
            .hint("keep one of them"));
        }
        rows.push(row);
    }
    Ok(rows)
}

fn check_header(file: &str, header: &StringRecord) -> Result<(), Problem> {
    let known: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let wrong = |message: String| {
        Problem::new(format!("{file}: {message}")).hint(format!("the columns are {}", known.join(", ")))
    };
    let mut seen: Vec<&str> = Vec::new();
    for column in header {
        if !known.contains(&column) {
            return Err(wrong(format!("there is no column `{column}`")));
        }
        if seen.contains(&column) {
            return Err(wrong(format!("the column `{column}` stands there twice")));
        }
        seen.push(column);
    }
    match NEEDED.iter().find(|column| !seen.contains(*column)) {
        Some(column) => Err(wrong(format!("the column `{column}` is missing"))),
        None => Ok(()),
    }
}

fn row(header: &StringRecord, record: &StringRecord, number: usize) -> Row {
    let mut cells = Map::new();
    for (column, cell) in header.iter().zip(record) {
        let several = COLUMNS.iter().any(|(name, several)| *name == column && *several);
        let value = if several {
            cell.lines().map(|line| plain(line.trim())).filter(|line| !line.is_empty()).collect()
        } else {
            Some(plain(cell.trim())).filter(|cell| !cell.is_empty()).into()
        };
        cells.insert(column.to_owned(), value);
    }
    Row { number, cells }
}

/// Writes an inventory of systems as the interface shows them.
pub(super) fn write(systems: &[Value]) -> Result<String, Problem> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS.map(|(name, _)| name)).map_err(Problem::new)?;
    for system in systems {
        writer.write_record(COLUMNS.map(|(name, _)| cell(system, name))).map_err(Problem::new)?;
    }
    let bytes = writer.into_inner().map_err(Problem::new)?;
    String::from_utf8(bytes).map_err(Problem::new)
}

fn cell(system: &Value, column: &str) -> String {
    let text = |value: &Value| guarded(value.as_str().unwrap_or_default());
    match (column, system.get(column)) {
        ("owner", Some(owner)) => owner.get("id").map(text).unwrap_or_default(),
        ("uses", Some(Value::Array(uses))) => uses.iter().map(used).collect::<Vec<_>>().join("\n"),
        (_, Some(Value::Array(items))) => {
            // A line of the file is one thing, whatever breaks stand in it.
            let line = |item: &Value| text(item).split_whitespace().collect::<Vec<_>>().join(" ");
            items.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        (_, Some(value)) => text(value),
        (_, None) => String::new(),
    }
}

/// A version as people name it, or its id where its model is not told.
fn used(version: &Value) -> String {
    match (version.get("model").and_then(Value::as_str), version.get("number")) {
        (Some(model), Some(number)) => guarded(&format!("{model}:{number}")),
        _ => version.get("version").and_then(Value::as_str).unwrap_or_default().to_owned(),
    }
}

fn guarded(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

fn plain(text: &str) -> String {
    let guarded = text.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA));
    guarded.unwrap_or(text).to_owned()
}

/// What a row and the system that is there come to: what is sent, or nothing if it says the same.
pub(super) fn body(row: &Row, uses: Option<&[String]>, before: Option<&Value>) -> Option<Value> {
    let mut body = before.map(as_sent).unwrap_or_default();
    let unchanged = body.clone();
    for (column, value) in &row.cells {
        let value = match (column.as_str(), value) {
            ("uses", _) => json!(uses.unwrap_or_default()),
            ("role" | "category", Value::String(word)) => json!(word.to_uppercase()),
            ("owner", Value::Null) => continue,
            (_, value) => value.clone(),
        };
        if value.is_null() {
            body.remove(column);
        } else {
            body.insert(column.clone(), value);
        }
    }
    (before.is_none() || body != unchanged).then_some(Value::Object(body))
}

/// The description of a system that is there, as it would be sent.
fn as_sent(system: &Value) -> Map<String, Value> {
    let mut body = Map::new();
    for (column, _) in COLUMNS {
        let value = match (column, system.get(column)) {
            (_, None) => continue,
            ("owner", Some(owner)) => owner.get("id").cloned(),
            ("uses", Some(Value::Array(uses))) => {
                Some(uses.iter().filter_map(|used| used.get("version").cloned()).collect())
            }
            (_, Some(value)) => Some(value.clone()),
        };
        body.extend(value.map(|value| (column.to_owned(), value)));
    }
    body
}

fn unreadable(file: &str, error: &csv::Error) -> Problem {
    Problem::new(format!("{file} cannot be read: {error}")).hint("write it as CSV in UTF-8, with a header")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system() -> Value {
        json!({
            "id": "1", "name": "=cmd()", "purpose": "ranks, \"first\"", "role": "DEPLOYER", "category": "EMPLOYMENT",
            "owner": {"id": "o", "name": "Olga"}, "restrictions": ["-not at night", "'quoted", "two\nlines"],
            "successCriteria": [], "uses": [{"version": "v", "model": "Ranker", "number": 3}, {"version": "w"}],
        })
    }

    #[test]
    fn what_is_written_is_read_back() {
        let csv = write(&[system()]).unwrap();
        assert!(csv.contains("'=cmd()") && !csv.contains(",=cmd"), "{csv}");
        let rows = read("i.csv", csv.as_bytes()).unwrap();
        let cells = Value::Object(rows[0].cells.clone());
        assert_eq!(
            cells,
            json!({
                "name": "=cmd()", "purpose": "ranks, \"first\"", "role": "DEPLOYER", "category": "EMPLOYMENT", "owner": "o",
                "businessJustification": null, "restrictions": ["-not at night", "'quoted", "two lines"],
                "successCriteria": [], "uses": ["Ranker:3", "w"],
            })
        );
    }

    #[test]
    fn a_row_that_says_the_same_is_not_sent_and_columns_that_are_not_there_change_nothing() {
        let same = "name,purpose,role,uses\n'=cmd(),\"ranks, \"\"first\"\"\",deployer,\"Ranker:3\nw\"\n";
        let rows = read("i.csv", same.as_bytes()).unwrap();
        let uses = ["v".to_owned(), "w".to_owned()];
        assert_eq!(body(&rows[0], Some(&uses), Some(&system())), None);
        let other = read("i.csv", b"name,purpose,role,category\n'=cmd(),other,DEPLOYER,\n").unwrap();
        let sent = body(&other[0], None, Some(&system())).unwrap();
        assert_eq!(
            (&sent["purpose"], sent.get("category"), &sent["owner"]),
            (&json!("other"), None, &json!("o"))
        );
        assert_eq!((&sent["restrictions"][0], &sent["uses"]), (&json!("-not at night"), &json!(["v", "w"])));
        let new = body(&other[0], None, None).unwrap();
        assert_eq!(new, json!({"name": "=cmd()", "purpose": "other", "role": "DEPLOYER"}));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_row() {
        for (csv, message) in [
            ("", "i.csv: the column `name` is missing"),
            ("name,purpose\n", "i.csv: the column `role` is missing"),
            ("name,purpose,role,colour\n", "i.csv: there is no column `colour`"),
            ("name,purpose,role,name\n", "i.csv: the column `name` stands there twice"),
            ("name,purpose,role\na,b,DEPLOYER\nb, ,DEPLOYER\n", "i.csv, row 2: `purpose` is empty"),
            ("name,purpose,role\na,b,DEPLOYER\na,c,DEPLOYER\n", "i.csv: the rows 1 and 2 are both about `a`"),
        ] {
            assert_eq!(read("i.csv", csv.as_bytes()).unwrap_err().message, message);
        }
        let ragged = read("i.csv", b"name,purpose,role\na,b\n").unwrap_err();
        assert!(ragged.message.contains("line: 2"), "{}", ragged.message);
        let latin = read("i.csv", b"name,purpose,role\n\xe4,b,DEPLOYER\n").unwrap_err();
        assert!(latin.message.contains("utf-8"), "{}", latin.message);
    }
}
