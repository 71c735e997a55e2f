//! What DVC knows, from the files that it keeps in a repository: which bytes a stage read and wrote when it last ran
//! (`dvc.lock`), which stages there are (`dvc.yaml`), and where data that was imported came from (`*.dvc`).
//!
//! DVC names bytes by MD5, and this platform by SHA-256. Where DVC's cache holds the bytes, their SHA-256 is taken from there,
//! and so they meet the files of versions and data sets. Where it does not, they are known by their MD5 alone.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use assent_domain::ids::Digest;
use assent_domain::lineage::without_login;
use serde::Deserialize;
use serde_json::{Value, json};

use super::md5;
use crate::commands::dataset::data_object;
use crate::problem::Problem;

/// The largest file of DVC that is read.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// How many files and folders are looked at, and how deep.
const MAX_ENTRIES: usize = 200_000;
const MAX_DEPTH: usize = 24;
/// How many edges one file may tell of.
const MAX_EDGES: usize = 100_000;
/// The MD5 of a file without bytes.
const MD5_OF_NOTHING: &str = "d41d8cd98f00b204e9800998ecf8427e";

/// Edges to send, and what could not be told.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) edges: Vec<Value>,
    pub(super) missing: Vec<String>,
    /// What the cache has, by MD5: a file is read once, however many stages use it.
    looked_up: BTreeMap<String, Cached>,
}

/// `dvc.lock`, since DVC 2.
#[derive(Debug, Deserialize)]
struct Lock {
    #[serde(default)]
    stages: BTreeMap<String, Value>,
}

/// A stage as it last ran.
#[derive(Debug, Deserialize)]
struct Ran {
    #[serde(default)]
    deps: Vec<Entry>,
    #[serde(default)]
    outs: Vec<Entry>,
}

/// `*.dvc`.
#[derive(Debug, Deserialize)]
struct Tracked {
    #[serde(default)]
    deps: Vec<Entry>,
    #[serde(default)]
    outs: Vec<Entry>,
}

/// Something that a stage read or wrote.
#[derive(Debug, Deserialize)]
struct Entry {
    path: String,
    md5: Option<String>,
    size: Option<u64>,
    etag: Option<String>,
    repo: Option<Repository>,
}

/// The repository that data was imported from.
#[derive(Debug, Deserialize)]
struct Repository {
    url: String,
    rev_lock: Option<String>,
    rev: Option<String>,
}

/// `dvc.yaml`, of which only the names of stages matter here.
#[derive(Debug, Deserialize)]
struct Pipeline {
    #[serde(default)]
    stages: BTreeMap<String, Value>,
}

/// Reads a repository.
pub(super) fn read(root: &Path) -> Result<Known, Problem> {
    let mut found = Found::default();
    list(root, 0, &mut found)?;
    let Found { mut files, too_deep, .. } = found;
    files.sort();
    let mut known = Known::default();
    for folder in &too_deep {
        let shown = folder.strip_prefix(root).unwrap_or(folder).display();
        known
            .missing
            .push(format!("`{shown}` lies more than {MAX_DEPTH} folders deep: it is not looked into"));
    }
    for path in &files {
        let shown = path.strip_prefix(root).unwrap_or(path).display().to_string();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match name {
            "dvc.lock" => known.lock(root, &shown, path)?,
            "dvc.yaml" => known.pipeline(&shown, path)?,
            _ => known.tracked(root, &shown, path)?,
        }
    }
    if files.is_empty() {
        return Err(Problem::new(format!("`{}` holds no file of DVC", root.display()))
            .hint("name the folder of a repository with `dvc.yaml`, `dvc.lock` or `*.dvc`"));
    }
    Ok(known)
}

impl Known {
    fn lock(&mut self, root: &Path, shown: &str, path: &Path) -> Result<(), Problem> {
        let Some(lock) = lock_of(shown, path)? else {
            self.missing.push(format!(
                "`{shown}` was written by DVC 1, and its stages are not read: `dvc commit` with a newer one writes it anew"
            ));
            return Ok(());
        };
        for (stage, value) in lock.stages {
            // The same stage on the same bytes with the same parameters is the same run.
            let run = Digest::of(format!("{stage}\n{value}").as_bytes()).to_string();
            let ran: Ran = serde_json::from_value(value).map_err(|error| not_read(shown, &error))?;
            let run = json!({"kind": "RUN", "namespace": "dvc", "job": stage, "run": run});
            for entry in &ran.deps {
                if let Some(thing) = self.thing(root, shown, entry) {
                    self.edges.push(json!({"upstream": thing, "downstream": run, "label": entry.path}));
                }
            }
            for entry in &ran.outs {
                if let Some(thing) = self.thing(root, shown, entry) {
                    self.edges.push(json!({"upstream": run, "downstream": thing, "label": entry.path}));
                }
            }
        }
        Ok(())
    }

    fn pipeline(&mut self, shown: &str, path: &Path) -> Result<(), Problem> {
        let pipeline: Pipeline = parse(shown, path)?;
        let beside = path.with_file_name("dvc.lock");
        let lock = if fs::symlink_metadata(&beside).is_ok_and(|found| found.is_file()) {
            lock_of(shown, &beside)?
        } else {
            Some(Lock { stages: BTreeMap::new() })
        };
        // That it is too old is said where it is read.
        let Some(lock) = lock else { return Ok(()) };
        for stage in pipeline.stages.keys() {
            // A stage with `foreach` or `matrix` runs under its own name and that of each item.
            let of_it = |ran: &String| {
                ran == stage || ran.strip_prefix(stage.as_str()).is_some_and(|rest| rest.starts_with('@'))
            };
            if !lock.stages.keys().any(of_it) {
                self.missing.push(format!(
                    "{shown}: the stage `{stage}` has not run yet: nothing is known of what it made"
                ));
            }
        }
        Ok(())
    }

    fn tracked(&mut self, root: &Path, shown: &str, path: &Path) -> Result<(), Problem> {
        let Tracked { deps, outs } = parse(shown, path)?;
        if deps.len().saturating_mul(outs.len()) > MAX_EDGES {
            let message = format!("`{shown}` says more than {MAX_EDGES} times what came from what");
            return Err(Problem::new(message).hint("leave it out of the folder"));
        }
        for out in &outs {
            // Where nothing is said of where it came from, it can still be told which bytes it is.
            let Some(to) = self.thing(root, shown, out) else { continue };
            for dep in &deps {
                self.edges.push(json!({"upstream": origin(dep), "downstream": to, "label": out.path}));
            }
        }
        Ok(())
    }

    fn thing(&mut self, root: &Path, shown: &str, entry: &Entry) -> Option<Value> {
        let Some(md5) = &entry.md5 else {
            self.missing.push(format!("{shown}: `{}` has no MD5, so its bytes are not known", entry.path));
            return None;
        };
        if md5.strip_suffix(".dir").is_some() {
            self.missing.push(format!(
                "{shown}: the folder `{}` is one node; its files are not looked into",
                entry.path
            ));
            return Some(json!({"kind": "FILE_BY_MD5", "md5": md5}));
        }
        let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if md5.len() != 32 || !md5.chars().all(is_digit) {
            self.missing.push(format!("{shown}: `{md5}` of `{}` is no MD5", entry.path));
            return None;
        }
        if entry.size == Some(0) || md5 == MD5_OF_NOTHING {
            self.missing.push(format!("{shown}: `{}` is empty, and an empty file is everywhere", entry.path));
            return None;
        }
        let found = self.looked_up.entry(md5.clone()).or_insert_with(|| cached(root, md5, entry.size));
        match found.clone() {
            Cached::Held(sha256) => return Some(json!({"kind": "FILE", "sha256": sha256})),
            Cached::Missing => self.missing.push(format!(
                "{shown}: the bytes of `{}` are not in the cache of DVC, so they are known by their MD5 alone: `dvc pull`, then import again",
                entry.path
            )),
            Cached::Other => self.missing.push(format!(
                "{shown}: what the cache of DVC has for `{}` are not the bytes with the MD5 `{md5}`, so they are known by it alone: \
                 remove them from the cache, `dvc pull`, then import again",
                entry.path
            )),
        }
        Some(json!({"kind": "FILE_BY_MD5", "md5": md5}))
    }
}

/// Where imported data came from.
fn origin(dep: &Entry) -> Value {
    let (namespace, version) = match &dep.repo {
        Some(Repository { url, rev_lock, rev }) => (without_login(url), rev_lock.as_ref().or(rev.as_ref())),
        None => ("url".to_owned(), dep.etag.as_ref().or(dep.md5.as_ref())),
    };
    let mut data = json!({"kind": "DATA", "namespace": namespace, "name": without_login(&dep.path)});
    crate::pairs::put(&mut data, "version", version);
    data
}

/// What DVC's cache has for an MD5.
#[derive(Debug, Clone)]
enum Cached {
    /// Bytes with that MD5; their SHA-256.
    Held(String),
    /// Nothing.
    Missing,
    /// Other bytes.
    Other,
}

/// Looks in the place of the third release of DVC, and in that of those before. These took line ends of Windows in a text
/// for those of Unix when they made its MD5.
fn cached(root: &Path, md5: &str, size: Option<u64>) -> Cached {
    let is_digit = |c: char| c.is_ascii_hexdigit();
    let parts = md5.split_at_checked(2).filter(|_| md5.len() == 32 && md5.chars().all(is_digit));
    let Some((first, rest)) = parts else { return Cached::Missing };
    let mut answer = Cached::Missing;
    for (cache, is_old) in [(".dvc/cache/files/md5", false), (".dvc/cache", true)] {
        let path = root.join(cache).join(first).join(rest);
        let Some(found) = fs::metadata(&path).ok().filter(fs::Metadata::is_file) else { continue };
        answer = Cached::Other;
        if size.is_some_and(|size| size != found.len()) {
            continue;
        }
        let is_it =
            md5::of_file(&path).is_ok_and(|found| found.plain == md5 || (is_old && found.of_unix == md5));
        if let (true, Ok(object)) = (is_it, data_object::of(&path)) {
            return Cached::Held(object.sha256);
        }
    }
    answer
}

/// A `dvc.lock`; nothing where it was written by DVC 1, which named the stages at its top.
fn lock_of(shown: &str, path: &Path) -> Result<Option<Lock>, Problem> {
    let value: BTreeMap<String, Value> = parse(shown, path)?;
    if !value.is_empty() && !value.contains_key("stages") && !value.contains_key("schema") {
        return Ok(None);
    }
    let value = Value::Object(value.into_iter().collect());
    serde_json::from_value(value).map(Some).map_err(|error| not_read(shown, &error))
}

fn parse<T: serde::de::DeserializeOwned>(shown: &str, path: &Path) -> Result<T, Problem> {
    let unreadable = |error| Problem::path("read", path, error);
    let mut text = String::new();
    File::open(path)
        .map_err(unreadable)?
        .take(MAX_FILE_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(Problem::new(format!("`{shown}` has more than {MAX_FILE_BYTES} bytes"))
            .hint("leave it out of the folder"));
    }
    let value: Value = serde_saphyr::from_str(&text).map_err(|error| not_read(shown, &error))?;
    serde_json::from_value(value).map_err(|error| not_read(shown, &error))
}

fn not_read(shown: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem::new(format!("`{shown}` is not what DVC writes: {error}"))
        .hint("let DVC write it again, or leave it out")
}

/// Files of DVC in a folder.
#[derive(Debug, Default)]
struct Found {
    seen: usize,
    files: Vec<PathBuf>,
    too_deep: Vec<PathBuf>,
}

fn list(folder: &Path, depth: usize, found: &mut Found) -> Result<(), Problem> {
    let unreadable = |error: std::io::Error| Problem::path("read", folder, error);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        found.seen += 1;
        if found.seen > MAX_ENTRIES {
            return Err(Problem::new(format!("there are more than {MAX_ENTRIES} files"))
                .hint("name a smaller folder"));
        }
        let (path, kind) = (entry.path(), entry.file_type().map_err(unreadable)?);
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() && !name.starts_with('.') {
            if depth < MAX_DEPTH {
                list(&path, depth + 1, found)?;
            } else {
                found.too_deep.push(path);
            }
        } else if kind.is_file()
            && (["dvc.lock", "dvc.yaml"].contains(&name.as_str()) || name.strip_suffix(".dvc").is_some())
        {
            found.files.push(path);
        }
    }
    Ok(())
}
