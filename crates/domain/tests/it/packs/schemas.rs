use super::*;

/// Compares with the published file; `ASSENT_BLESS=1` rewrites it.
fn published(name: &str, schema: &Value) {
    let path = root().join("docs/reference/schemas").join(format!("{name}.json"));
    let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if std::env::var_os("ASSENT_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        held, text,
        "docs/reference/schemas/{name}.json is out of date: run again with ASSENT_BLESS=1"
    );
}

#[test]
fn the_published_schemas_are_those_of_the_code() {
    for (kind, schema) in json_schemas() {
        published(kind, &schema);
    }
    published("Facts", &facts::json_schema());
}

#[test]
fn every_kind_has_a_schema_that_closes_its_fields() {
    let schemas = json_schemas();
    let mut kinds: Vec<&str> = default_pack().documents().iter().map(|document| document.key().0).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(schemas.keys().copied().collect::<Vec<_>>(), kinds);
    for (kind, schema) in &schemas {
        assert_eq!(schema["properties"]["kind"]["const"], *kind);
        assert_eq!(schema["additionalProperties"], false, "{kind}");
        assert!(schema["required"].as_array().unwrap().contains(&json!("id")), "{kind}");
    }
}
