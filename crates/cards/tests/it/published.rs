//! The published JSON Schemas and the tables of the reference are those of the code.

use std::path::PathBuf;

use assent_cards::{Datasheet, Form, Kind, Metadata, ModelCard, Record, schema_of};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Compares with the published file; `ASSENT_BLESS=1` rewrites it.
fn published(path: &str, text: &str) {
    let path = root().join(path);
    if std::env::var_os("ASSENT_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(held, text, "{} is out of date: run again with ASSENT_BLESS=1", path.display());
}

#[test]
fn the_published_schemas_are_those_of_the_code() {
    for (name, schema) in [
        ("ModelCard", schema_of::<ModelCard>()),
        ("Datasheet", schema_of::<Datasheet>()),
        ("ModelMetadata", Metadata::json_schema()),
    ] {
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        published(&format!("docs/reference/schemas/{name}.json"), &text);
    }
}

/// The tables of a form, below its heading.
fn tables(form: &Form) -> String {
    let mut out = String::new();
    for section in form.sections {
        out += &format!(
            "\n### {}: `{}`\n\n| field | heading | what is asked | answer | counts |\n| --- | --- | --- | --- | --- |\n",
            section.title, section.key
        );
        for field in section.fields {
            let answer = match field.kind {
                Kind::Line => "a line".to_owned(),
                Kind::Text => "text".to_owned(),
                Kind::List => "a list".to_owned(),
                Kind::Table(columns) => {
                    let columns: Vec<String> =
                        columns.iter().map(|column| format!("`{}`", column.key)).collect();
                    format!("rows of {}", columns.join(", "))
                }
            };
            let counts = if field.counts { "yes" } else { "no" };
            out += &format!("| `{}` | {} | {} | {answer} | {counts} |\n", field.key, field.title, field.asks);
        }
    }
    out
}

#[test]
fn the_tables_of_the_reference_are_those_of_the_forms() {
    let path = "docs/reference/cards.md";
    let held = std::fs::read_to_string(root().join(path)).unwrap();
    let mut text = held.clone();
    for form in [ModelCard::form(), Datasheet::form()] {
        let (begin, end) =
            (format!("<!-- fields of {} -->\n", form.schema), format!("\n<!-- end of {} -->", form.schema));
        let (before, rest) = text.split_once(&begin).expect("the beginning of the tables");
        let (_, after) = rest.split_once(&end).expect("the end of the tables");
        text = format!("{before}{begin}{}{end}{after}", tables(form));
    }
    published(path, &text);
}
