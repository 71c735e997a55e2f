//! Packs as files: YAML, several documents in one file, read into JSON values. What they mean is for the engine to say.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::problem::Problem;

/// A document with the file that it stands in.
pub type Document = (String, Value);

/// The largest pack, in files and in bytes of one file.
const MAX_FILES: usize = 1_000;
const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// How deep folders are followed.
const MAX_DEPTH: usize = 8;

/// Whether the name is that of a YAML file.
pub fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The documents of one file.
pub fn parse(file: &str, bytes: &[u8]) -> Result<Vec<Document>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Problem::new(format!("`{file}` is not UTF-8: {error}")).hint("save the file as UTF-8")
    })?;
    let values: Vec<Value> = serde_saphyr::from_multiple(text).map_err(|error| {
        Problem::new(format!("`{file}` is not YAML: {error}")).hint("mend the file where the message says")
    })?;
    Ok(values.into_iter().map(|value| (file.to_owned(), value)).collect())
}

/// The documents of files that are in memory.
pub fn parse_all(files: Vec<(String, &[u8])>) -> Result<Vec<Document>, Problem> {
    let documents: Result<Vec<_>, _> = files.into_iter().map(|(name, bytes)| parse(&name, bytes)).collect();
    Ok(documents?.into_iter().flatten().collect())
}

/// The documents of a folder, files in the order of their names.
pub fn read_folder(folder: &Path) -> Result<Vec<Document>, Problem> {
    let mut files = Vec::new();
    list(folder, "", 0, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(Problem::new(format!("`{}` holds no YAML file", folder.display()))
            .hint("name the folder of a pack: files `*.yaml`, one of them with a document of `kind: Pack`"));
    }
    let mut documents = Vec::new();
    for name in files {
        let path = folder.join(&name);
        let size_bytes = fs::metadata(&path).map_err(|error| Problem::path("read", &path, error))?.len();
        if size_bytes > MAX_FILE_BYTES {
            return Err(Problem::new(format!("`{name}` has {size_bytes} bytes, more than {MAX_FILE_BYTES}"))
                .hint("split the file"));
        }
        let bytes = fs::read(&path).map_err(|error| Problem::path("read", &path, error))?;
        documents.extend(parse(&name, &bytes)?);
    }
    Ok(documents)
}

fn list(root: &Path, under: &str, depth: usize, files: &mut Vec<String>) -> Result<(), Problem> {
    let folder = root.join(under);
    let entries = fs::read_dir(&folder).map_err(|error| Problem::path("read", &folder, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| Problem::path("read", &folder, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = if under.is_empty() { name } else { format!("{under}/{name}") };
        let kind = entry.file_type().map_err(|error| Problem::path("read", &entry.path(), error))?;
        if kind.is_dir() && depth < MAX_DEPTH {
            list(root, &name, depth + 1, files)?;
        } else if is_yaml(Path::new(&name)) {
            files.push(name);
        }
        if files.len() > MAX_FILES {
            return Err(Problem::new(format!("`{}` holds more than {MAX_FILES} files", root.display()))
                .hint("name the folder of one pack"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded;

    #[test]
    fn the_built_in_packs_parse_and_compile() {
        let packs = embedded::packs().unwrap();
        for (name, documents) in &packs {
            assert!(documents.iter().any(|(_, value)| value["kind"] == "Pack" && value["id"] == **name));
            let documents = assent_domain::pack::extended(documents.clone(), &packs).unwrap();
            let applied = assent_domain::pack::apply(None, documents);
            assert!(applied.is_ok(), "{name}: {:?}", applied.err());
        }
        let folders =
            fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")).unwrap().count();
        assert_eq!(packs.len(), folders, "every pack of the folder is built in");
    }

    #[test]
    fn a_broken_file_is_named() {
        let problem = parse("a.yaml", b"kind: [").unwrap_err();
        assert!(problem.message.starts_with("`a.yaml` is not YAML: "), "{problem}");
        assert!(parse("b.yaml", b"\xff").unwrap_err().message.contains("`b.yaml` is not UTF-8"));
        assert_eq!(parse("c.yaml", b"a: 1\n---\nb: 2\n").unwrap().len(), 2);
    }
}
