//! The files of a new repository, by path.

use assent_cards::{Datasheet, Metadata, MetadataKind, MetadataSchema, ModelCard, markdown};

use crate::problem::Problem;

/// What stands as it is, or with the name of the model in it.
const TEXTS: [(&str, &str); 10] = [
    ("README.md", include_str!("../../../scaffold/README.md")),
    (".gitignore", include_str!("../../../scaffold/gitignore")),
    (".github/workflows/governance.yml", include_str!("../../../scaffold/workflow.yml")),
    ("ci/gate.sh", include_str!("../../../scaffold/ci/gate.sh")),
    ("tests/layout.sh", include_str!("../../../scaffold/layout.sh")),
    ("governance/pack.yaml", include_str!("../../../scaffold/governance/pack.yaml")),
    ("governance/thresholds.yaml", include_str!("../../../scaffold/governance/thresholds.yaml")),
    (
        "data/README.md",
        "Data, or what fetches it. `assent dataset register` registers a data set; Git does not keep it.\n",
    ),
    ("notebooks/README.md", "Exploration: nothing that a version depends on.\n"),
    ("code/README.md", "What makes a version from data, and writes its `metadata.json`.\n"),
];

/// All of them, for the model of that name.
pub(super) fn of(model: &str) -> Result<Vec<(String, String)>, Problem> {
    let pack = slug(model);
    let filled = |text: &str| text.replace("{{model}}", model).replace("{{pack}}", &pack);
    let mut files: Vec<(String, String)> =
        TEXTS.iter().map(|(path, text)| ((*path).to_owned(), filled(text))).collect();
    let mut card = ModelCard::default();
    model.clone_into(&mut card.details.name);
    let metadata = serde_json::to_string_pretty(&metadata(model)).map_err(Problem::new)? + "\n";
    files.extend([
        ("models/v1/metadata.json".to_owned(), metadata),
        ("models/v1/artifacts/.gitkeep".to_owned(), String::new()),
        ("documentation/model-card.md".to_owned(), markdown::write(&card).map_err(Problem::new)?),
        (
            "documentation/datasheet.md".to_owned(),
            markdown::write(&Datasheet::default()).map_err(Problem::new)?,
        ),
    ]);
    Ok(files)
}

/// The first version, before anything was trained.
fn metadata(model: &str) -> Metadata {
    Metadata {
        schema: MetadataSchema::V1,
        model: model.to_owned(),
        version: "v1".to_owned(),
        kind: MetadataKind::Classical,
        algorithm: None,
        framework: None,
        artifacts: Vec::new(),
        training_data: Vec::new(),
        hyperparameters: std::collections::BTreeMap::new(),
        metrics: std::collections::BTreeMap::new(),
        seeds: std::collections::BTreeMap::new(),
        code: assent_cards::Code::default(),
        environment: std::collections::BTreeMap::new(),
        run: None,
    }
}

/// A name as the id of a pack: small letters, digits and hyphens.
fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let slug: String = name.chars().map(plain).take(60).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "model".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_packs_are_plain() {
        assert_eq!(slug("Credit Risk/2"), "credit-risk-2");
        assert_eq!(slug("価格"), "model");
    }

    #[test]
    fn no_place_for_a_name_is_left() {
        for (path, text) in of("a").unwrap() {
            assert!(!text.contains("{{model}}") && !text.contains("{{pack}}"), "{path}");
        }
    }
}
