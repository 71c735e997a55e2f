//! Decisions about models, versions and data sets. Whether names are taken and blobs are there is asked by the caller, who
//! can see the tables; everything else is decided here.

use std::sync::Arc;

use super::card::{self, NewCard};
use super::command::NewVersion;
use super::event::{
    DatasetRegistered, Document, Evaluation, Evidence, LabelTask, ModelRegistered, Scan, TierSource,
    VersionNumbered, VersionRegistered, VersionStageChanged,
};
use super::{DatasetCommand, EvidenceRecord, Model, ModelCommand, Version, VersionCommand};
use crate::event::{Change, Event};
use crate::ids::{DatasetId, ModelId, PrincipalId, VersionId};
use crate::pack::{Pack, Tier};
use crate::risk::Assessment;
use crate::text;
use crate::{Code, Refusal};

/// The most documents that a version keeps.
const MAX_DOCUMENTS: usize = 200;
/// The most figures, and the most groups, of one evaluation.
const MAX_FIGURES: usize = 5_000;
/// The most reports of other tools that a version keeps, and the most figures of each.
const MAX_REPORTS: usize = 50;
const MAX_REPORTED_FIGURES: usize = 500;
/// The severities that scanners speak of.
const SEVERITIES: [&str; 5] = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"];

/// Decides a command on the model `id`, for the principal `actor`.
pub fn decide_model(
    id: ModelId,
    state: Option<&Model>,
    command: ModelCommand,
    pack: &Pack,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    let ModelCommand::Register { name, purpose, use_cases, tags, tier, owner, criteria } = command;
    if state.is_some() {
        return Err(Refusal::new(Code::Duplicate, format!("the model `{id}` is registered already")));
    }
    text::name("/name", &name)?;
    text::line("/purpose", &purpose)?;
    text::distinct("/useCases", use_cases.iter().map(String::as_str))?;
    for (i, case) in use_cases.iter().enumerate() {
        text::line(&format!("/useCases/{i}"), case)?;
    }
    text::distinct("/tags", tags.keys().map(String::as_str))?;
    for (key, value) in &tags {
        text::name("/tags", key)?;
        text::line(&format!("/tags/{key}"), value)?;
    }
    text::distinct("/criteria", criteria.keys().map(String::as_str))?;
    let answered = pack
        .answered(&criteria)?
        .map(|(tier, criterion)| (tier, TierSource::Criterion(criterion.to_owned())));
    let (tier, tier_source) = classify(pack, &purpose, &use_cases, &tags, tier, answered)?;
    let owner = owner.unwrap_or(actor);
    let event =
        ModelRegistered { name: name.clone(), purpose, use_cases, tags, tier, tier_source, owner, criteria };
    Ok(vec![Change::new(id, Event::ModelRegistered(event)).named(name).of_model(id)])
}

/// The tier: the highest of what was given, what the answers ask for and what the rules say. Of equals the first of these
/// is recorded.
fn classify(
    pack: &Pack,
    purpose: &str,
    use_cases: &[String],
    tags: &std::collections::BTreeMap<String, String>,
    given: Option<String>,
    answered: Option<(&Tier, TierSource)>,
) -> Result<(String, TierSource), Refusal> {
    let given = match given {
        Some(tier) => {
            let tier = pack.tier(&tier).ok_or_else(|| pack.unknown_tier(&tier).at("/tier"))?;
            Some((tier, TierSource::Given))
        }
        None => None,
    };
    let ruled = pack.classify(purpose, use_cases, tags)?;
    let ruled = ruled.map(|hit| (hit.tier, TierSource::Rule(hit.rule.to_owned())));
    let found = [given, answered, ruled].into_iter().flatten();
    let highest = found.reduce(|held, next| if next.0.rank > held.0.rank { next } else { held });
    let (tier, source) = highest.ok_or_else(|| {
        let message = "no tier was given, no criterion is answered, and no tier rule of the pack applies to the purpose and \
                       use cases";
        Refusal::new(Code::TierUndetermined, message).at("/tier")
    })?;
    Ok((tier.id.clone(), source))
}

/// Decides to register a version of `model`.
pub fn register_version(
    id: VersionId,
    model: &Model,
    new: NewVersion,
    pack: &Pack,
) -> Result<Vec<Change>, Refusal> {
    text::distinct("/artifacts", new.artifacts.iter().map(|artifact| artifact.name.as_str()))?;
    for (i, artifact) in new.artifacts.iter().enumerate() {
        text::name(&format!("/artifacts/{i}/name"), &artifact.name)?;
        for (field, value) in [("format", &artifact.format), ("licence", &artifact.licence)] {
            value.as_ref().map_or(Ok(()), |value| text::name(&format!("/artifacts/{i}/{field}"), value))?;
        }
    }
    text::distinct("/params", new.params.keys().map(String::as_str))?;
    for (key, value) in &new.params {
        text::name("/params", key)?;
        if value.chars().count() > text::MAX_LINE_CHARS {
            return Err(
                Refusal::new(Code::InvalidText, format!("the value of `{key}` is too long")).at("/params")
            );
        }
    }
    text::distinct("/reportedMetrics", new.reported_metrics.keys().map(String::as_str))?;
    new.reported_metrics.keys().try_for_each(|key| text::name("/reportedMetrics", key))?;
    new.source_run.as_ref().map_or(Ok(()), |run| text::name("/sourceRun", run))?;
    if new.datasets.len() > text::MAX_ITEMS {
        return Err(Refusal::new(Code::TooMany, "too many data sets").at("/datasets"));
    }

    let number = model.last_version.saturating_add(1);
    let name = format!("{} {number}", model.name);
    let registered = VersionRegistered {
        model: model.id,
        number,
        kind: new.kind,
        stage: pack.first_stage().id.clone(),
        artifacts: new.artifacts,
        params: new.params,
        reported_metrics: new.reported_metrics,
        datasets: new.datasets,
        source_run: new.source_run,
    };
    let numbered = Event::VersionNumbered(VersionNumbered { version: id, number });
    Ok(vec![
        Change::new(model.id, numbered).named(model.name.clone()).of_model(model.id),
        Change::new(id, Event::VersionRegistered(registered)).named(name).of_model(model.id),
    ])
}

/// Decides a command on a version of `model`. A report that is evidence already changes nothing.
pub fn decide_version(
    model: &Model,
    version: &Version,
    command: VersionCommand,
    pack: &Pack,
) -> Result<Vec<Change>, Refusal> {
    let event = match command {
        VersionCommand::Attach(document) => Event::DocumentAttached(checked_document(version, document)?),
        // Who decides without the assessments that it names lets it name none.
        VersionCommand::AttachCard(card) => return attach_card(model, version, card, &[]),
        VersionCommand::RecordScan(scan) => Event::ScanRecorded(checked_scan(scan)?),
        VersionCommand::AddEvidence(evidence) => {
            let is_known = |record: &EvidenceRecord| record.evidence.report.sha256 == evidence.report.sha256;
            if version.evidence.iter().any(is_known) {
                return Ok(Vec::new());
            }
            Event::EvidenceAdded(checked_report(version, evidence)?)
        }
        VersionCommand::Move { to, comment } => {
            let event = moved(version, to, pack)?;
            Event::VersionStageChanged(VersionStageChanged { comment, ..event })
        }
    };
    Ok(vec![of_version(model, version, event)])
}

/// Decides to attach a model card that is a record: what it says of evaluations, of the run and of `assessments` has to be
/// what they say.
pub fn attach_card(
    model: &Model,
    version: &Version,
    card: NewCard,
    assessments: &[Arc<Assessment>],
) -> Result<Vec<Change>, Refusal> {
    card::check(version, &card, assessments)?;
    let document = checked_document(version, card.document)?;
    Ok(vec![of_version(model, version, Event::DocumentAttached(document))])
}

/// Decides to record what the engine has computed about a version of `model`.
pub fn record_evaluation(
    model: &Model,
    version: &Version,
    evaluation: Evaluation,
    pack: &Pack,
) -> Result<Change, Refusal> {
    let event = Event::EvaluationRecorded(checked_evaluation(evaluation, pack)?);
    Ok(of_version(model, version, event))
}

/// Decides to record what the scanner of the platform has found in the artifacts of a version of `model`.
pub fn record_scan(model: &Model, version: &Version, scan: Scan) -> Change {
    of_version(model, version, Event::ScanRecorded(scan))
}

fn of_version(model: &Model, version: &Version, event: Event) -> Change {
    let name = format!("{} {}", model.name, version.number);
    Change::new(version.id, event).named(name).of_model(model.id)
}

fn checked_document(version: &Version, document: Document) -> Result<Document, Refusal> {
    text::name("/name", &document.name)?;
    let kind = &document.kind;
    if kind.is_empty() || kind.len() > 100 || !kind.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
        let message = format!("the kind `{kind}` is not written like `MODEL_CARD`");
        return Err(Refusal::new(Code::InvalidText, message).at("/kind"));
    }
    if version.documents.len() >= MAX_DOCUMENTS {
        return Err(Refusal::new(
            Code::TooMany,
            format!("a version keeps at most {MAX_DOCUMENTS} documents"),
        ));
    }
    Ok(document)
}

fn checked_scan(scan: Scan) -> Result<Scan, Refusal> {
    text::name("/tool", &scan.tool)?;
    text::name("/toolVersion", &scan.tool_version)?;
    text::distinct("/findings", scan.findings.keys().map(String::as_str))?;
    match scan.findings.keys().find(|severity| !SEVERITIES.contains(&severity.as_str())) {
        Some(other) => {
            let message = format!("the severity `{other}` is none of {}", SEVERITIES.join(", "));
            Err(Refusal::new(Code::InvalidValue, message).at("/findings"))
        }
        None => Ok(scan),
    }
}

fn checked_report(version: &Version, evidence: Evidence) -> Result<Evidence, Refusal> {
    text::name("/tool", &evidence.tool)?;
    evidence.tool_version.as_ref().map_or(Ok(()), |version| text::name("/toolVersion", version))?;
    let too_many = |message| Err(Refusal::new(Code::TooMany, message).at("/sha256"));
    if version.evidence.len() >= MAX_REPORTS {
        return too_many(format!("a version keeps at most {MAX_REPORTS} reports of other tools"));
    }
    let figures = evidence.metrics.len();
    if figures > MAX_REPORTED_FIGURES {
        let message = format!(
            "the report gives {figures} figures, more than {MAX_REPORTED_FIGURES}: leave only those that a rule or a reader needs"
        );
        return too_many(message);
    }
    evidence.metrics.keys().try_for_each(|path| text::line("/sha256", path))?;
    Ok(evidence)
}

fn checked_evaluation(evaluation: Evaluation, pack: &Pack) -> Result<Evaluation, Refusal> {
    if let Some(suite) = evaluation.suites.iter().find(|suite| pack.suite(suite).is_none()) {
        return Err(pack.unknown_suite(suite).at("/suites"));
    }
    if evaluation.metrics.len() > MAX_FIGURES || evaluation.groups.len() > MAX_FIGURES {
        let message = format!("an evaluation has at most {MAX_FIGURES} figures and as many groups");
        return Err(Refusal::new(Code::TooMany, message));
    }
    Ok(evaluation)
}

fn moved(version: &Version, to: String, pack: &Pack) -> Result<VersionStageChanged, Refusal> {
    let target = pack.stage(&to).ok_or_else(|| pack.unknown_stage(&to).at("/to"))?;
    let here = pack.stage(&version.stage).ok_or_else(|| pack.unknown_stage(&version.stage))?;
    if to == version.stage {
        return Err(Refusal::new(Code::WrongState, format!("the version stands in `{to}` already")).at("/to"));
    }
    if !target.retired && target.order > here.order {
        let message = format!("a version moves from `{}` up to `{to}` by a promotion only", version.stage);
        return Err(Refusal::new(Code::PromotionNeeded, message).at("/to"));
    }
    if here.retired {
        let message = format!("a version in `{}` is out of service for good", version.stage);
        return Err(Refusal::new(Code::WrongState, message));
    }
    Ok(VersionStageChanged {
        from: version.stage.clone(),
        to,
        promotion: None,
        superseded_by: None,
        comment: None,
    })
}

/// Decides a command on the data set `id`.
pub fn decide_dataset(id: DatasetId, command: DatasetCommand, pack: &Pack) -> Result<Vec<Change>, Refusal> {
    let DatasetCommand::Register(dataset) = command;
    text::name("/name", &dataset.name)?;
    text::distinct("/columns", dataset.columns.iter().map(String::as_str))?;
    text::distinct("/sensitiveAttributes", dataset.sensitive_attributes.iter().map(String::as_str))?;
    text::distinct("/designatedFor", dataset.designated_for.iter().map(String::as_str))?;
    columns_exist(&dataset)?;
    if let Some(labels) = &dataset.labels
        && labels.task != LabelTask::Binary
        && !labels.positive.is_empty()
    {
        let message = "positive values are for labels that are BINARY";
        return Err(Refusal::new(Code::InvalidValue, message).at("/labels/positive"));
    }
    if let Some(suite) = dataset.designated_for.iter().find(|suite| pack.suite(suite).is_none()) {
        return Err(pack.unknown_suite(suite).at("/designatedFor"));
    }
    if !dataset.designated_for.is_empty() && dataset.labels.is_none() {
        let message = "a data set that a suite is judged on must say which columns hold ids and labels";
        return Err(Refusal::new(Code::InvalidValue, message).at("/labels"));
    }
    let name = format!("{} {}", dataset.name, dataset.number);
    Ok(vec![Change::new(id, Event::DatasetRegistered(dataset)).named(name)])
}

fn columns_exist(dataset: &DatasetRegistered) -> Result<(), Refusal> {
    let labels = dataset
        .labels
        .iter()
        .flat_map(|labels| [("/labels/id", &labels.id), ("/labels/label", &labels.label)]);
    let sensitive = dataset.sensitive_attributes.iter().map(|column| ("/sensitiveAttributes", column));
    match labels.chain(sensitive).find(|(_, column)| !dataset.columns.contains(column)) {
        Some((pointer, column)) => {
            let message = format!("there is no column `{column}`; there are {}", dataset.columns.join(", "));
            Err(Refusal::new(Code::InvalidValue, message).at(pointer))
        }
        None => Ok(()),
    }
}
