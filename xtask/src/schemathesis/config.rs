//! The settings of one pass, as the file that schemathesis reads.

use super::objects::Objects;

/// Dictionaries by the parameters that draw from them, for all operations.
const EVERYWHERE: [(&str, &str); 24] = [
    ("path.model", "models"),
    ("path.number", "numbers"),
    ("path.index", "indices"),
    ("path.path", "tiles"),
    ("path.kind", "kinds"),
    ("path.name", "names"),
    ("path.grantId", "grants"),
    ("query.uses", "versions"),
    ("body.uses[*]", "versions"),
    ("query.model", "models"),
    ("query.version", "versions"),
    ("query.stage", "stages"),
    ("query.tier", "tiers"),
    ("body.sha256", "digests"),
    ("body.predictions", "digests"),
    ("body.dataset", "datasets"),
    ("body.prediction", "labels"),
    ("body.version", "versions"),
    ("body.target.stage", "stages"),
    ("body.to", "stages"),
    ("body.role", "roles"),
    ("body.artifacts[*].sha256", "digests"),
    ("body.policy", "policies"),
    ("query.policy", "policies"),
];
/// Dictionaries of `{id}`, by the path that it stands in.
const IDS: [(&str, &str); 6] = [
    ("/api/v1/versions/", "versions"),
    ("/api/v1/datasets/", "datasets"),
    ("/api/v1/promotions/", "promotions"),
    ("/api/v1/principals/", "principals"),
    ("/api/v1/systems/", "systems"),
    ("/api/v1/exceptions/", "exceptions"),
];

/// The file for requests with these headers.
pub(super) fn file(objects: &Objects, headers: &[(&str, &str)]) -> String {
    let mut lines = Vec::new();
    if !headers.is_empty() {
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name} = {}", quoted(value))).collect();
        lines.push(format!("headers = {{ {} }}", headers.join(", ")));
    }
    // A good request is sent as it is, and once: what others answered is put into the made-up ones alone.
    lines.push("[phases.examples]\nextra-data-sources = { responses = false }".to_owned());
    lines.push("[parameters]".to_owned());
    for (parameter, dictionary) in EVERYWHERE {
        lines.push(format!(
            "{} = {{ dictionary = {}, probability = 0.7 }}",
            quoted(parameter),
            quoted(dictionary)
        ));
    }
    for (name, values) in &objects.values {
        let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        lines.push(format!("[dictionaries.{name}]\nvalues = [{}]", values.join(", ")));
    }
    for (path, dictionary) in IDS {
        lines.push("[[operations]]".to_owned());
        lines.push(format!("include-path-regex = {}", quoted(&format!("^{path}"))));
        lines.push(format!(
            "parameters = {{ \"path.id\" = {{ dictionary = {}, probability = 0.8 }} }}",
            quoted(dictionary)
        ));
    }
    lines.join("\n")
}

/// A string as JSON and TOML both write it: what stands here is plain ASCII.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
