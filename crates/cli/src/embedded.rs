//! Files that come with the binary: the built-in pack and the example of the demo, so that both work from anywhere.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use crate::documents::{self, Document};
use crate::problem::Problem;

/// The name of the pack that an installation begins with.
pub const DEFAULT_PACK: &str = "default";

/// The built-in packs by name.
static PACKS: [(&str, Dir<'_>); 5] = [
    (DEFAULT_PACK, include_dir!("$CARGO_MANIFEST_DIR/../../packs/default")),
    ("model-governance-guide", include_dir!("$CARGO_MANIFEST_DIR/../../packs/model-governance-guide")),
    ("llmops", include_dir!("$CARGO_MANIFEST_DIR/../../packs/llmops")),
    ("ml-governance", include_dir!("$CARGO_MANIFEST_DIR/../../packs/ml-governance")),
    ("registry-workflows", include_dir!("$CARGO_MANIFEST_DIR/../../packs/registry-workflows")),
];

/// The pack of the demo, which extends the default one.
pub static COMPAS_PACK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../examples/compas/pack");

/// What the builder of each version hands in.
static COMPAS: [(&str, Dir<'_>); 3] = [
    ("v1", include_dir!("$CARGO_MANIFEST_DIR/../../examples/compas/v1")),
    ("v2", include_dir!("$CARGO_MANIFEST_DIR/../../examples/compas/v2")),
    ("v3", include_dir!("$CARGO_MANIFEST_DIR/../../examples/compas/v3")),
];

static LABELS: &[u8] = include_bytes!("../../../examples/compas/labels.csv");
static DATASHEET: &[u8] = include_bytes!("../../../examples/compas/datasheet.md");

/// The documents of every built-in pack, by its name.
pub fn packs() -> Result<BTreeMap<String, Vec<Document>>, Problem> {
    let pack = |(name, folder): &'static (&str, Dir<'_>)| {
        Ok(((*name).to_owned(), documents::parse_all(yaml_files(folder))?))
    };
    PACKS.iter().map(pack).collect()
}

/// The documents of a built-in pack alone, without those that it takes over.
pub fn pack(name: &str) -> Result<Vec<Document>, Problem> {
    let known: Vec<&str> = PACKS.iter().map(|(name, _)| *name).collect();
    let found = PACKS.iter().find(|(known, _)| *known == name);
    let (_, folder) = found.ok_or_else(|| {
        Problem::new(format!("there is no built-in pack `{name}`"))
            .hint(format!("there are {}", known.join(", ")))
    })?;
    documents::parse_all(yaml_files(folder))
}

/// A file of the example by its path: `labels.csv`, `datasheet.md`, or a file under `v1`, `v2` or `v3`.
pub fn compas(path: &str) -> Option<&'static [u8]> {
    match path {
        "labels.csv" => return Some(LABELS),
        "datasheet.md" => return Some(DATASHEET),
        _ => {}
    }
    let (version, name) = path.split_once('/')?;
    let (_, folder) = COMPAS.iter().find(|(folder, _)| *folder == version)?;
    folder.get_file(name).map(include_dir::File::contents)
}

/// Names and contents of the YAML files of an embedded folder, sorted.
pub fn yaml_files(folder: &'static Dir<'static>) -> Vec<(String, &'static [u8])> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    files
}

fn collect(folder: &'static Dir<'static>, files: &mut Vec<(String, &'static [u8])>) {
    for file in folder.files() {
        let name = file.path().to_string_lossy().into_owned();
        if documents::is_yaml(file.path()) {
            files.push((name, file.contents()));
        }
    }
    for inner in folder.dirs() {
        collect(inner, files);
    }
}
