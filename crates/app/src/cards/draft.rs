//! A model card from what is known: every figure with its source, and gaps where nothing is known.

use std::collections::{BTreeMap, BTreeSet};

use assent_cards::limits::MAX_ROWS;
use assent_cards::{Data, Figure, ModelCard, Risk, Source};
use assent_domain::Time;
use assent_domain::exception::{Waiver, Waivers};
use assent_domain::facts::rates;
use assent_domain::ids::{DatasetId, EvaluationId};
use assent_domain::pack::Threshold;
use assent_domain::registry::{Dataset, GroupCounts, SuiteRecord, Version};

use crate::cases::OwnedCase;

/// What is known of a version.
#[derive(Debug)]
pub struct Known<'a> {
    /// The version with its model, its data sets and what counts for it.
    pub case: &'a OwnedCase,
    /// The data sets that it was evaluated on, as far as the reader may see them.
    pub evaluated_on: &'a BTreeMap<DatasetId, std::sync::Arc<Dataset>>,
    /// The name of who owns the model.
    pub owner: Option<String>,
    /// The name of who registered the version.
    pub creator: Option<String>,
    /// By id, the risks of the assessment that counts.
    pub risks: Vec<RiskWords>,
}

/// The words of a risk.
#[derive(Debug, Clone)]
pub struct RiskWords {
    /// Its id.
    pub risk: String,
    /// What could happen.
    pub description: String,
    /// What is done about it.
    pub mitigation: String,
}

/// A draft of a card.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The card.
    pub card: ModelCard,
    /// How many figures are more than a card holds.
    pub figures_left_out: usize,
}

/// The draft.
pub fn draft(known: &Known<'_>) -> Draft {
    let mut card = ModelCard::default();
    details(&mut card, known);
    let mut figures = figures(known);
    let figures_left_out = figures.len().saturating_sub(MAX_ROWS);
    figures.truncate(MAX_ROWS);
    card.metrics.figures = figures;
    card.training_data.datasets =
        known.case.datasets.iter().map(|set| data(set, "named by the version")).collect();
    card.evaluation_data.datasets =
        known.evaluated_on.values().map(|set| data(set, "labels of an evaluation")).collect();
    card.factors.evaluation = attributes(&known.case.version);
    card.ethical_considerations.sensitive_data = sensitive(known);
    card.risks.risks = risks(known);
    card.caveats.caveats = waived(known);
    Draft { card, figures_left_out }
}

/// Parameters of the version that are named like a field of the card answer it.
fn details(card: &mut ModelCard, known: &Known<'_>) {
    let OwnedCase { model, version, .. } = known.case;
    let parameter = |names: [&str; 2]| {
        let value = names.iter().find_map(|name| version.params.get(*name));
        value.cloned().unwrap_or_default()
    };
    let details = &mut card.details;
    details.name.clone_from(&model.name);
    details.version = version.number.to_string();
    version.kind.name().clone_into(&mut details.r#type);
    details.architecture = parameter(["architecture", "Architecture"]);
    details.algorithm_family = parameter(["algorithmFamily", "algorithm_family"]);
    details.framework = parameter(["framework", "Framework"]);
    details.inference_time = parameter(["inferenceTime", "inference_time"]);
    details.size = size(version);
    details.date = day(version.registered.at);
    let licences: BTreeSet<&str> =
        version.artifacts.iter().filter_map(|file| file.licence.as_deref()).collect();
    details.licence = licences.into_iter().collect::<Vec<_>>().join(", ");
    details.contact = known.owner.clone().unwrap_or_default();
    details.description.clone_from(&model.purpose);
    details.developers = known.creator.iter().cloned().collect();
    card.intended_use.uses.clone_from(&model.use_cases);
}

fn size(version: &Version) -> String {
    match version.artifacts.as_slice() {
        [] => String::new(),
        files => {
            let bytes = files.iter().map(|file| file.blob.size_bytes).fold(0, u64::saturating_add);
            format!(
                "{bytes} bytes in {}",
                if files.len() == 1 { "one file".to_owned() } else { format!("{} files", files.len()) }
            )
        }
    }
}

fn day(at: Time) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn data(set: &Dataset, part: &str) -> Data {
    Data {
        name: set.facts.name.clone(),
        version: set.facts.number.to_string(),
        sha256: set.facts.blob.sha256.to_string(),
        part: part.to_owned(),
    }
}

/// The attributes that figures are broken down by.
fn attributes(version: &Version) -> Vec<String> {
    let groups = version.suites.values().flat_map(|record| &record.evaluation.groups);
    let attributes: BTreeSet<&str> = groups.map(|group| group.attribute.as_str()).collect();
    attributes.into_iter().map(str::to_owned).collect()
}

fn sensitive(known: &Known<'_>) -> String {
    let all: BTreeMap<DatasetId, &Dataset> = known
        .case
        .datasets
        .iter()
        .chain(known.evaluated_on.values())
        .map(|set| (set.id, set.as_ref()))
        .collect();
    let lines = all.values().filter(|set| !set.facts.sensitive_attributes.is_empty()).map(|set| {
        let facts = &set.facts;
        let attributes = facts.sensitive_attributes.join(", ");
        format!("Data set {} {} ({}): {attributes}", facts.name, facts.number, facts.classification.name())
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What the builder reports, and what the latest evaluation of each suite says.
fn figures(known: &Known<'_>) -> Vec<Figure> {
    let version = &known.case.version;
    let mut figures = Vec::new();
    let mut seen: Vec<EvaluationId> = Vec::new();
    for record in version.suites.values() {
        if !seen.contains(&record.evaluation.id) {
            seen.push(record.evaluation.id);
            figures.extend(of_evaluation(known, record));
        }
    }
    let source = version.source_run.clone().map_or(Source::Reported, Source::Run);
    figures.extend(version.reported_metrics.iter().map(|(metric, value)| Figure {
        metric: metric.clone(),
        value: value.get(),
        date: day(version.registered.at),
        conditions: "as the builder reports".to_owned(),
        source: source.clone(),
        ..Figure::default()
    }));
    figures
}

fn of_evaluation(known: &Known<'_>, record: &SuiteRecord) -> Vec<Figure> {
    let evaluation = &record.evaluation;
    let held = known.evaluated_on.get(&evaluation.dataset);
    let common = Figure {
        dataset: held.map(|set| format!("{} {}", set.facts.name, set.facts.number)).unwrap_or_default(),
        data_sha256: evaluation.data_sha256.to_string(),
        date: day(record.recorded.at),
        conditions: format!(
            "{}, {}, {}",
            evaluation.suites.join(" and "),
            evaluation.provenance.name(),
            evaluation.engine
        ),
        source: Source::Evaluation(evaluation.id.0),
        ..Figure::default()
    };
    let whole = evaluation.metrics.iter().filter_map(|(path, metric)| {
        Some(Figure {
            metric: path.clone(),
            value: metric.value?.get(),
            n: Some(metric.n),
            threshold: threshold(known, evaluation.suites.as_slice(), path),
            ..common.clone()
        })
    });
    let groups = evaluation.groups.iter().flat_map(|group| of_group(group, &common));
    whole.chain(groups).collect()
}

fn of_group(group: &GroupCounts, common: &Figure) -> Vec<Figure> {
    let rates = rates(group);
    let named = [
        ("selectionRate", rates.selection),
        ("truePositiveRate", rates.true_positive),
        ("falsePositiveRate", rates.false_positive),
        ("falseNegativeRate", rates.false_negative),
    ];
    let figure = |(metric, value): (&str, Option<f64>)| {
        let compared = if group.compared { "" } else { ", too few rows to be compared" };
        Some(Figure {
            metric: metric.to_owned(),
            value: value?,
            attribute: group.attribute.clone(),
            group: group.group.clone(),
            n: Some(rates.n),
            conditions: format!("{}{compared}", common.conditions),
            ..common.clone()
        })
    };
    named.into_iter().filter_map(figure).collect()
}

/// The bounds of the pack that the figure is held to.
fn threshold(known: &Known<'_>, suites: &[String], metric: &str) -> String {
    let set = known.case.pack.thresholds();
    let applies = |threshold: &&Threshold| {
        threshold.metric == metric
            && suites.contains(&threshold.suite)
            && threshold.is_for(&known.case.model.tier)
    };
    let thresholds = set.map_or(&[][..], |set| &set.thresholds).iter().filter(applies);
    let mut bounds: Vec<String> =
        thresholds.map(|threshold| format!("{} {}", threshold.operator.symbol(), threshold.bound)).collect();
    bounds.dedup();
    bounds.join(" and ")
}

fn risks(known: &Known<'_>) -> Vec<Risk> {
    let assessment = known.case.assessment.as_deref().filter(|assessment| assessment.approval().is_some());
    let Some(assessment) = assessment else { return Vec::new() };
    let scored = assessment.submitted.iter().flat_map(|submitted| &submitted.result.risks);
    let risks = scored.map(|risk| {
        let words = known.risks.iter().find(|words| words.risk == risk.id);
        Risk {
            risk: risk.id.clone(),
            description: words.map(|words| words.description.clone()).unwrap_or_default(),
            likelihood: risk.likelihood.to_string(),
            impact: risk.impact.to_string(),
            mitigation: words.map(|words| words.mitigation.clone()).unwrap_or_default(),
            residual: risk.residual.to_string(),
            source: Source::Assessment(assessment.id.0),
        }
    });
    risks.take(MAX_ROWS).collect()
}

/// The exceptions that hold now.
fn waived(known: &Known<'_>) -> Vec<String> {
    let OwnedCase { exceptions, version, now, .. } = known.case;
    let waivers = Waivers::of(exceptions, version, *now);
    let lines = waivers.iter().map(|waiver| {
        let Waiver { policy, exception, ends_at } = waiver;
        format!("The policy {policy} is waived by the exception {exception} until {ends_at}")
    });
    lines.collect()
}
