//! Rebuilds the binary when the files change that it embeds.

use std::path::Path;

fn main() {
    let root = Path::new("../..");
    for embedded in ["packs", "examples/compas"] {
        rerun_if_changed(&root.join(embedded));
    }
}

/// Names every file: a folder's own time does not change when a file in it does.
fn rerun_if_changed(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
    for entry in path.read_dir().into_iter().flatten().flatten() {
        rerun_if_changed(&entry.path());
    }
}
