//! `cargo xtask tidy`: what holds by agreement and no compiler checks. Each finding names file, line, and what to do.

mod architecture;
mod layers;
mod licences;
mod links;
mod readme;
mod text;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::out;
use crate::run::{cargo, output, root};

/// Something that is not as agreed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, what, remedy } = self;
        match line {
            0 => write!(f, "{file}: {what}; {remedy}"),
            line => write!(f, "{file}:{line}: {what}; {remedy}"),
        }
    }
}

/// The sources: every file that git knows or would add, with its text where it is text, and what cargo says of packages.
#[derive(Debug, Default)]
pub struct Sources {
    files: BTreeMap<String, Option<String>>,
    metadata: Value,
}

impl Sources {
    fn read() -> Result<Self> {
        let mut list = Command::new("git");
        list.current_dir(root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let mut files = BTreeMap::new();
        for name in output(&mut list)?.split('\0').filter(|name| !name.is_empty()) {
            // What git knows and is gone was deleted, and not committed yet.
            if let Ok(bytes) = std::fs::read(root().join(name)) {
                files.insert(name.to_owned(), String::from_utf8(bytes).ok());
            }
        }
        // Only what this machine would build: packages for others are not fetched to be looked at.
        let version = output(&mut cargo(&["-vV"]))?;
        let host =
            version.lines().find_map(|line| line.strip_prefix("host: ")).context("cargo names no host")?;
        let metadata = output(&mut cargo(&["metadata", "--format-version", "1", "--filter-platform", host]))?;
        Ok(Self { files, metadata: serde_json::from_str(&metadata).context("cargo metadata")? })
    }

    /// Whether there is such a file or folder.
    fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        self.files.contains_key(path)
            || self.files.range(folder.clone()..).next().is_some_and(|(name, _)| name.starts_with(&folder))
    }

    /// The text of a file.
    fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// Texts of files whose names end so.
    fn texts<'a>(&'a self, ends: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let texts = self.files.iter().filter_map(|(name, text)| Some((name.as_str(), text.as_deref()?)));
        texts.filter(move |(name, _)| ends.iter().any(|end| name.ends_with(end)))
    }

    /// The packages of the workspace.
    fn members(&self) -> impl Iterator<Item = &Value> {
        let members = self.metadata.get("workspace_members").and_then(Value::as_array);
        let ids: Vec<&Value> = members.into_iter().flatten().collect();
        self.packages().filter(move |package| package.get("id").is_some_and(|id| ids.contains(&id)))
    }

    /// All packages.
    fn packages(&self) -> impl Iterator<Item = &Value> {
        self.metadata.get("packages").and_then(Value::as_array).into_iter().flatten()
    }
}

/// The name of a package.
fn name(package: &Value) -> &str {
    package.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// The folder of a package of the workspace, below the root.
fn folder(package: &Value) -> String {
    let manifest = package.get("manifest_path").and_then(Value::as_str).unwrap_or_default();
    let root = root().to_string_lossy();
    let below = manifest.strip_prefix(&*root).unwrap_or(manifest);
    below.trim_start_matches('/').trim_end_matches("Cargo.toml").trim_end_matches('/').to_owned()
}

/// Names of direct dependencies of one kind; the kind of ordinary ones is null.
fn dependencies<'a>(package: &'a Value, kind: &'a Value) -> impl Iterator<Item = &'a str> {
    let all = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
    all.filter(move |dependency| dependency.get("kind") == Some(kind)).map(name)
}

type Check = fn(&Sources, &mut Vec<Finding>);

/// Runs every check.
pub fn run() -> Result<()> {
    const CHECKS: [Check; 7] = [
        architecture::check,
        layers::check,
        licences::check,
        links::check,
        readme::check,
        text::check,
        words::check,
    ];
    let sources = Sources::read()?;
    let mut findings = Vec::new();
    for check in CHECKS {
        check(&sources, &mut findings);
    }
    findings.sort();
    findings.dedup();
    for finding in &findings {
        out::line(&finding.to_string());
    }
    for warning in text::warnings(&sources) {
        out::line(&format!("warning: {warning}"));
    }
    ensure!(findings.is_empty(), "tidy: {} findings", findings.len());
    out::line(&format!("tidy: {} files, nothing found", sources.files.len()));
    Ok(())
}

/// Sources made of texts, for tests.
#[cfg(test)]
fn fake(files: &[(&str, &str)], metadata: Value) -> Sources {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), Some((*text).to_owned())));
    Sources { files: files.collect(), metadata }
}

/// What a check finds, as lines.
#[cfg(test)]
fn found(check: Check, sources: &Sources) -> Vec<String> {
    let mut findings = Vec::new();
    check(sources, &mut findings);
    findings.iter().map(ToString::to_string).collect()
}
