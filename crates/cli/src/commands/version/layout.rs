//! A version as a folder: `metadata.json`, the files that it names, and documents beside it. All of it is read and compared
//! before anything is sent; what was sent before is found again, so that the same folder makes one version.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use assent_cards::{AnyRecord, Metadata, limits};
use assent_domain::ids::Digest;
use assent_domain::lineage::without_login;
use serde_json::{Value, json};

use crate::client::{self, Client, escaped};
use crate::commands::card::file;
use crate::commands::dataset::data_object;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;
use crate::table::text;

/// The file that says what a version is.
pub(crate) const METADATA: &str = "metadata.json";
/// The documents that are taken in where they lie beside it.
const DOCUMENTS: [&str; 4] = ["model-card.json", "model-card.md", "datasheet.json", "datasheet.md"];
/// How many versions of a model are looked through.
const LOOKED_THROUGH: usize = 10_000;

/// A folder that was read, and whose files are what its metadata say.
#[derive(Debug)]
pub(super) struct Layout {
    metadata: Metadata,
    /// The bytes of `metadata.json`.
    bytes: Vec<u8>,
    /// With the digest of the bytes that are sent.
    documents: Vec<Document>,
    folder: PathBuf,
}

#[derive(Debug)]
struct Document {
    kind: &'static str,
    name: &'static str,
    bytes: Vec<u8>,
}

impl Layout {
    /// Reads a folder, and sends nothing.
    pub(super) fn read(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join(METADATA);
        let bytes = bounded(&path)?;
        let metadata = Metadata::from_json(&bytes).map_err(|error| {
            Problem::new(format!("`{}`: {error}", path.display())).hint(
                "mend the file where the message says; its form is docs/reference/schemas/ModelMetadata.json",
            )
        })?;
        let (metadata, bytes) = without_login_in(metadata, bytes)?;
        for (i, artifact) in metadata.artifacts.iter().enumerate() {
            let file = below(folder, &artifact.path, i)?;
            let found = data_object::of(&file)?;
            if found.sha256 != artifact.sha256 {
                let message = format!(
                    "`/artifacts/{i}/sha256`: the bytes of `{}` have the SHA-256 {}, and the metadata say {}",
                    file.display(),
                    found.sha256,
                    artifact.sha256
                );
                return Err(Problem::new(message)
                    .hint("write metadata.json again, after the last change of the files that it names"));
            }
        }
        let documents = DOCUMENTS.iter().map(|name| document(folder, name));
        let documents: Vec<Document> =
            documents.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        for (i, document) in documents.iter().enumerate() {
            if documents.iter().take(i).any(|other| other.kind == document.kind) {
                let message = format!(
                    "there are two documents of the kind {} in `{}`",
                    document.kind,
                    folder.display()
                );
                return Err(Problem::new(message).hint("keep the one that counts"));
            }
        }
        Ok(Self { metadata, bytes, documents, folder: folder.to_owned() })
    }

    /// What was read, where nothing is to be sent.
    pub(super) fn told(&self) -> Answer {
        let Metadata { model, version, artifacts, training_data, .. } = &self.metadata;
        let json = json!({"model": model, "version": version, "artifacts": artifacts.len(),
            "dataSets": training_data.len(), "documents": self.documents.len(), "dryRun": true});
        let line = format!(
            "`{version}` of `{model}` is in order: {} files with the digests that the metadata say, {} documents; nothing was sent",
            artifacts.len(),
            self.documents.len()
        );
        Answer::new(json).line(line)
    }

    /// Registers the version, unless it is registered, and attaches the documents that it does not have yet.
    pub(super) fn send(&self, client: &Client, model: Option<&str>) -> Result<Answer, Problem> {
        let model = model.unwrap_or(&self.metadata.model);
        let path = format!("/api/v1/models/{}/versions", escaped(model));
        let datasets = self.datasets(client)?;
        let there = self.registered(client, &path, &datasets)?;
        let is_new = there.is_none();
        let mut answer = match there {
            Some(version) => json!({"object": version}),
            None => self.register(client, &path, &datasets)?,
        };
        let id = answer.pointer("/object/id").and_then(Value::as_str).unwrap_or_default().to_owned();
        for document in &self.documents {
            if document.is_held(answer.pointer("/object")) {
                continue;
            }
            client::success(&client.send_bytes("/api/v1/blobs", document.bytes.as_slice())?)?;
            let body = json!({"kind": document.kind, "name": document.name, "sha256": document.sha256()});
            let attached = client.post(&format!("/api/v1/versions/{id}/documents"), &body);
            answer = attached.map_err(|problem| Problem {
                message: format!(
                    "the version is registered; its {} is not taken: {}",
                    document.name, problem.message
                ),
                ..problem
            })?;
        }
        let shown = super::written(answer);
        Ok(if is_new {
            shown
        } else {
            shown.line("the folder was registered before: it is the same version")
        })
    }

    /// The version that was registered from this folder, if one was. One that has its metadata and differs otherwise is refused.
    fn registered(&self, client: &Client, path: &str, datasets: &[String]) -> Result<Option<Value>, Problem> {
        let own = Digest::of(&self.bytes).to_string();
        let mut first: Option<(Value, Vec<String>)> = None;
        for version in client.list(path, &[], LOOKED_THROUGH)?.into_iter().filter(|it| is_of(it, &own)) {
            let differences = self.differences(&version, datasets, &own);
            if differences.is_empty() {
                return Ok(Some(version));
            }
            first = first.or(Some((version, differences)));
        }
        let Some((version, differences)) = first else { return Ok(None) };
        let message = format!(
            "version {} of `{}` has this {METADATA}, and differs from `{}`: {}",
            text(&version, "/number"),
            text(&version, "/model/name"),
            self.folder.display(),
            differences.join("; ")
        );
        Err(Problem::new(message).hint(
            "a version never changes: copy the folder to one of its own, such as `models/v2`, and name it so in its \
             metadata.json; a newer document of the same version is attached with `assent version attach`",
        ))
    }

    /// In what a version that has these metadata is another than the folder says.
    fn differences(&self, version: &Value, datasets: &[String], own: &str) -> Vec<String> {
        let (mut told, mut held) = (Vec::new(), BTreeMap::new());
        for artifact in items(version, "/artifacts") {
            held.insert(text(artifact, "/name"), text(artifact, "/sha256"));
        }
        let named =
            self.metadata.artifacts.iter().map(|artifact| (artifact.path.as_str(), artifact.sha256.as_str()));
        for (name, sha256) in named.chain([(METADATA, own)]) {
            match held.remove(name) {
                None => told.push(format!("the file `{name}` is not registered with it")),
                Some(other) if other != sha256 => {
                    told.push(format!(
                        "the file `{name}` is registered with the SHA-256 {other}, and has {sha256}"
                    ));
                }
                Some(_) => {}
            }
        }
        told.extend(
            held.into_keys().map(|name| format!("it has the file `{name}`, which the folder does not name")),
        );
        let named: BTreeSet<String> = datasets.iter().cloned().collect();
        let known: BTreeSet<String> = items(version, "/datasets").map(|id| text(id, "")).collect();
        for (i, data) in self.metadata.training_data.iter().enumerate() {
            if datasets.get(i).is_some_and(|id| !known.contains(id)) {
                told.push(format!("the data set `{}` is not registered with it", data.dataset));
            }
        }
        told.extend(
            known
                .difference(&named)
                .map(|id| format!("it has the data set `{id}`, which the folder does not name")),
        );
        for document in &self.documents {
            let of_kind: Vec<&Value> =
                items(version, "/documents").filter(|held| text(held, "/kind") == document.kind).collect();
            if !of_kind.is_empty() && !document.is_held(Some(version)) {
                told.push(format!("the document `{}` is registered with another content", document.name));
            }
        }
        told
    }

    /// The ids of the data sets, which have the bytes that the metadata say.
    fn datasets(&self, client: &Client) -> Result<Vec<String>, Problem> {
        let metadata = &self.metadata;
        let mut datasets = Vec::with_capacity(metadata.training_data.len());
        for (i, data) in metadata.training_data.iter().enumerate() {
            let at = |problem: Problem| Problem {
                message: format!("`/trainingData/{i}`: {}", problem.message),
                ..problem
            };
            let id = names::dataset_id(client, &data.dataset).map_err(at)?;
            let found = client.get(&format!("/api/v1/datasets/{id}")).map_err(at)?;
            if found.get("sha256").and_then(Value::as_str) != Some(&data.sha256) {
                let message =
                    format!("the data set `{}` has another SHA-256 than `{}`", data.dataset, data.sha256);
                return Err(at(Problem::new(message)
                    .hint("register the data that was used as a data set of its own number")));
            }
            datasets.push(id);
        }
        Ok(datasets)
    }

    fn register(&self, client: &Client, path: &str, datasets: &[String]) -> Result<Value, Problem> {
        let metadata = &self.metadata;
        // Who may not register is told before files are sent.
        let mut artifacts = Vec::with_capacity(metadata.artifacts.len() + 1);
        for (i, artifact) in metadata.artifacts.iter().enumerate() {
            let file = below(&self.folder, &artifact.path, i)?;
            let blob = client.upload(&file)?;
            if blob.get("sha256").and_then(Value::as_str) != Some(&artifact.sha256) {
                return Err(Problem::new(format!("`{}` changed while it was sent", file.display()))
                    .hint("run it again"));
            }
            let format = artifact
                .format
                .clone()
                .or_else(|| file.extension().map(|extension| extension.to_string_lossy().into_owned()));
            let mut sent = json!({"name": artifact.path, "sha256": artifact.sha256});
            pairs::put(&mut sent, "format", format.as_ref());
            pairs::put(&mut sent, "licence", artifact.licence.as_ref());
            artifacts.push(sent);
        }
        let blob = client::success(&client.send_bytes("/api/v1/blobs", self.bytes.as_slice())?)?;
        artifacts.push(json!({"name": METADATA, "sha256": blob.get("sha256"), "format": "json"}));
        let mut body = json!({
            "kind": metadata.kind,
            "artifacts": artifacts,
            "params": metadata.params(),
            "reportedMetrics": metadata.metrics,
            "datasets": datasets,
        });
        pairs::put(&mut body, "sourceRun", metadata.run.as_ref());
        client.post(path, &body)
    }
}

impl Document {
    fn sha256(&self) -> String {
        Digest::of(&self.bytes).to_string()
    }

    /// Whether a version has it.
    fn is_held(&self, version: Option<&Value>) -> bool {
        let sha256 = self.sha256();
        version.is_some_and(|version| {
            items(version, "/documents")
                .any(|held| text(held, "/kind") == self.kind && text(held, "/sha256") == sha256)
        })
    }
}

fn items<'a>(version: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    version.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// The metadata, and their bytes, without what must not stand on the record: the address of the repository often holds a login.
/// The same file always becomes the same bytes.
fn without_login_in(mut metadata: Metadata, bytes: Vec<u8>) -> Result<(Metadata, Vec<u8>), Problem> {
    let Some(repository) = &mut metadata.code.repository else { return Ok((metadata, bytes)) };
    let kept = without_login(repository);
    if kept == *repository {
        return Ok((metadata, bytes));
    }
    let mut json: Value = serde_json::from_slice(&bytes).map_err(Problem::new)?;
    if let Some(place) = json.pointer_mut("/code/repository") {
        *place = Value::String(kept.clone());
    }
    *repository = kept;
    Ok((metadata, serde_json::to_vec_pretty(&json).map_err(Problem::new)?))
}

/// Whether a version was registered from these metadata.
fn is_of(version: &Value, sha256: &str) -> bool {
    let artifacts = version.get("artifacts").and_then(Value::as_array);
    artifacts.into_iter().flatten().any(|artifact| {
        artifact.get("name").is_some_and(|name| name == METADATA)
            && artifact.get("sha256").is_some_and(|held| held == sha256)
    })
}

/// A file that the metadata name. Who writes metadata must not have other files of this machine sent, not even by a link.
fn below(folder: &Path, path: &str, i: usize) -> Result<PathBuf, Problem> {
    let file = folder.join(path);
    let unreadable = |error: std::io::Error| {
        Problem::new(format!("`/artifacts/{i}/path`: `{}` cannot be read: {error}", file.display()))
            .hint("put the file there, or take it out of metadata.json")
    };
    let (root, real) = (folder.canonicalize().map_err(unreadable)?, file.canonicalize().map_err(unreadable)?);
    if !real.starts_with(&root) || !real.is_file() {
        let message = format!("`/artifacts/{i}/path`: `{}` is no file below the folder", file.display());
        return Err(Problem::new(message).hint("copy the file into the folder of the version"));
    }
    Ok(file)
}

fn document(folder: &Path, name: &'static str) -> Result<Option<Document>, Problem> {
    let path = folder.join(name);
    if fs::symlink_metadata(&path).is_err() {
        return Ok(None);
    }
    if !path.canonicalize().is_ok_and(|real| folder.canonicalize().is_ok_and(|root| real.starts_with(root))) {
        return Err(Problem::new(format!("`{}` is no file below the folder", path.display()))
            .hint("copy the document into the folder of the version"));
    }
    let record = file::read(&path)?.record;
    let (kind, name) = match &record {
        AnyRecord::ModelCard(_) => ("MODEL_CARD", "model-card.json"),
        AnyRecord::Datasheet(_) => ("DATASHEET", "datasheet.json"),
    };
    let json = record.to_value().map_err(Problem::new)?;
    let bytes = serde_json::to_vec_pretty(&json).map_err(Problem::new)?;
    Ok(Some(Document { kind, name, bytes }))
}

fn bounded(path: &Path) -> Result<Vec<u8>, Problem> {
    let opened = File::open(path).map_err(|error| {
        Problem::path("read", path, error).hint("name the folder of a version: `assent init` makes one")
    })?;
    let mut bytes = Vec::new();
    let most = limits::MAX_BYTES as u64 + 1;
    opened.take(most).read_to_end(&mut bytes).map_err(|error| Problem::path("read", path, error))?;
    Ok(bytes)
}
