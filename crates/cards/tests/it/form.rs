//! What the form says is what the type has, and how much of it is filled in.

use assent_cards::{Datasheet, Kind, ModelCard, Record, schema_of};
use serde_json::{Value, json};

use super::whole;

/// The members of an object in a schema, through references.
fn members<'a>(root: &'a Value, schema: &'a Value) -> Vec<(&'a str, &'a Value)> {
    let schema = resolved(root, schema);
    let properties = schema["properties"].as_object().expect("an object");
    properties.iter().map(|(key, value)| (key.as_str(), value)).collect()
}

fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).expect("a definition"),
        None => schema,
    }
}

fn keys(members: &[(&str, &Value)]) -> Vec<String> {
    let mut keys: Vec<String> = members.iter().map(|(key, _)| (*key).to_owned()).collect();
    keys.sort_unstable();
    keys
}

fn sorted<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut keys: Vec<String> = keys.map(str::to_owned).collect();
    keys.sort_unstable();
    keys
}

fn agrees<R: Record>() {
    let (schema, form) = (schema_of::<R>(), R::form());
    let sections = members(&schema, &schema);
    assert_eq!(keys(&sections), sorted(form.sections.iter().map(|section| section.key).chain(["schema"])));
    for section in form.sections {
        let (_, of_section) = sections.iter().find(|(key, _)| *key == section.key).expect("the section");
        let fields = members(&schema, of_section);
        assert_eq!(keys(&fields), sorted(section.fields.iter().map(|field| field.key)), "{}", section.key);
        for field in section.fields {
            let (_, of_field) = fields.iter().find(|(key, _)| *key == field.key).expect("the field");
            let Kind::Table(columns) = field.kind else {
                let kind = if matches!(field.kind, Kind::List) { "array" } else { "string" };
                assert_eq!(of_field["type"], kind, "{}", field.key);
                continue;
            };
            let cells = members(&schema, &of_field["items"]);
            assert_eq!(keys(&cells), sorted(columns.iter().map(|column| column.key)), "{}", field.key);
        }
    }
}

#[test]
fn the_forms_name_the_fields_of_the_types() {
    agrees::<ModelCard>();
    agrees::<Datasheet>();
}

#[test]
fn a_whole_card_is_complete_and_an_empty_one_is_not() {
    let whole = whole().completeness().expect("a fraction");
    assert_eq!((whole.answered(), whole.asked()), (35, 35));
    assert!(whole.sections.iter().all(|section| section.missing.is_empty()));
    let empty = ModelCard::default().completeness().expect("a fraction");
    assert_eq!((empty.answered(), empty.asked()), (0, 35));
    let details = &empty.sections[0];
    assert_eq!((details.section, details.asked, details.missing.first()), ("details", 12, Some(&"name")));
}

#[test]
fn placeholders_are_no_answers() {
    let licensed = |licence: &str| {
        let card = json!({"schema": "assent.model-card/1", "details": {"licence": licence}});
        ModelCard::from_value(card).and_then(|card| card.completeness()).expect("a card").answered()
    };
    for placeholder in
        ["", " ", "todo", "n/a", "[More  Information\nNeeded]", "_tbd_", "...", "**N/A**", "<fill in>", "—"]
    {
        assert_eq!(licensed(placeholder), 0, "{placeholder}");
    }
    for answer in ["MIT", "Not applicable: it is a prompt", "none", "0"] {
        assert_eq!(licensed(answer), 1, "{answer}");
    }
}
