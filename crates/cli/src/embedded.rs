//! Files that come with the binary: the built-in pack and the example of the demo, so that both work from anywhere.

use include_dir::{Dir, include_dir};

/// The built-in pack `default`.
pub static DEFAULT_PACK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../packs/default");

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
        if crate::documents::is_yaml(file.path()) {
            files.push((name, file.contents()));
        }
    }
    for inner in folder.dirs() {
        collect(inner, files);
    }
}
