//! What is known of a document that is a record: how much of it is filled in, and whether what it cites says the same.

use std::sync::Arc;

use assent_sabotage::{Fault, planted};
use serde::{Deserialize, Serialize};

use super::Version;
use super::event::{Document, Evaluation, GroupCounts};
use crate::facts::{GroupRates, rates};
use crate::ids::{AssessmentId, EvaluationId};
use crate::risk::score::ScoredRisk;
use crate::risk::{Assessment, Exact};
use crate::values::Decimal;
use crate::{Code, Refusal};

/// How much of a record is filled in, and what it cites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardRecord {
    /// The name and version of the form, for example `assent.model-card/1`.
    pub form: String,
    /// By section, in the order of the form.
    pub sections: Vec<SectionRecord>,
    /// The evaluations that its figures are from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evaluations: Vec<EvaluationId>,
}

/// How much of a section is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionRecord {
    /// Its key, for example `intendedUse`.
    pub section: String,
    /// Questions that are answered.
    pub answered: u32,
    /// Questions that count.
    pub asked: u32,
    /// Keys of the fields that count and are not answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

impl SectionRecord {
    /// The share that is answered; 1 where nothing is asked.
    pub fn completeness(&self) -> f64 {
        share(self.answered, self.asked)
    }
}

impl CardRecord {
    /// The share of all questions that is answered.
    pub fn completeness(&self) -> f64 {
        let sum =
            |count: fn(&SectionRecord) -> u32| self.sections.iter().map(count).fold(0, u32::saturating_add);
        share(sum(|section| section.answered), sum(|section| section.asked))
    }

    /// Sections in which nothing is answered.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        let empty = self.sections.iter().filter(|section| section.answered == 0 && section.asked > 0);
        empty.map(|section| section.section.as_str())
    }

    /// Fields that are not answered, as `section.field`.
    pub fn missing_fields(&self) -> impl Iterator<Item = String> {
        self.sections.iter().flat_map(|section| {
            section.missing.iter().map(move |field| format!("{}.{field}", section.section))
        })
    }

    /// Whether every evaluation that is cited is still the latest of a suite.
    pub fn is_up_to_date(&self, version: &Version) -> bool {
        self.evaluations.iter().all(|id| latest(version, *id).is_some())
    }
}

fn share(answered: u32, asked: u32) -> f64 {
    if asked == 0 { 1.0 } else { f64::from(answered) / f64::from(asked) }
}

/// A model card to attach, with what it claims.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCard {
    /// The document, with what is known of it.
    pub document: Document,
    /// Its figures that cite a record.
    pub figures: Vec<FigureClaim>,
    /// Its risks that cite an assessment.
    pub risks: Vec<RiskClaim>,
}

/// A figure that says where it is from.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureClaim {
    /// Where it stands in the document.
    pub pointer: String,
    /// What it cites.
    pub cites: Cited,
    /// The metric.
    pub metric: String,
    /// The attribute and the group that it is about; everybody if absent.
    pub group: Option<(String, String)>,
    /// The figure.
    pub value: f64,
    /// How many rows it rests on.
    pub n: Option<u64>,
    /// Digest of the data; empty if it is not said.
    pub data_sha256: String,
}

/// What a figure cites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cited {
    /// An evaluation.
    Evaluation(EvaluationId),
    /// The training run of that name.
    Run(String),
}

/// A risk that says where it was assessed. What is empty is not claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskClaim {
    /// Where it stands in the document.
    pub pointer: String,
    /// What it cites.
    pub assessment: AssessmentId,
    /// The risk.
    pub risk: String,
    /// How likely it is.
    pub likelihood: String,
    /// How bad it would be.
    pub impact: String,
    /// What is left of it.
    pub residual: String,
}

/// Refuses a card that says something else than what it cites. `assessments` are those that its risks name, as far as they
/// exist.
pub(super) fn check(
    version: &Version,
    card: &NewCard,
    assessments: &[Arc<Assessment>],
) -> Result<(), Refusal> {
    if planted(Fault::CardClaim) {
        return Ok(());
    }
    for claim in &card.figures {
        check_figure(version, claim).map_err(|message| refused(&message, &claim.pointer))?;
    }
    for claim in &card.risks {
        check_risk(version, claim, assessments).map_err(|message| refused(&message, &claim.pointer))?;
    }
    Ok(())
}

fn refused(message: &str, pointer: &str) -> Refusal {
    Refusal::new(Code::DataInvalid, format!("`{pointer}` of the card: {message}")).at("/sha256")
}

fn latest(version: &Version, id: EvaluationId) -> Option<&Evaluation> {
    version.suites.values().map(|record| &record.evaluation).find(|evaluation| evaluation.id == id)
}

fn check_figure(version: &Version, claim: &FigureClaim) -> Result<(), String> {
    match &claim.cites {
        Cited::Evaluation(id) => {
            let evaluation = latest(version, *id).ok_or_else(|| not_latest(version, *id))?;
            if !claim.data_sha256.is_empty() && claim.data_sha256 != evaluation.data_sha256.to_string() {
                return Err(format!("the evaluation used the data `{}`", evaluation.data_sha256));
            }
            check_measured(evaluation, claim)
        }
        Cited::Run(name) => {
            if version.source_run.as_ref() != Some(name) {
                return Err(format!("the version does not come from the run `{name}`"));
            }
            let reported = version.reported_metrics.get(&claim.metric).filter(|_| claim.group.is_none());
            let reported = reported.ok_or_else(|| format!("the run reported no figure {}", named(claim)))?;
            same(claim, reported.get(), "the run")
        }
    }
}

fn not_latest(version: &Version, id: EvaluationId) -> String {
    let known: Vec<String> =
        version.suites.values().map(|record| format!("`{}`", record.evaluation.id)).collect();
    let known =
        if known.is_empty() { "there is none".to_owned() } else { format!("those are {}", known.join(", ")) };
    format!("`{id}` is not the latest evaluation of this version in any suite; {known}")
}

fn check_measured(evaluation: &Evaluation, claim: &FigureClaim) -> Result<(), String> {
    let (value, n) = match &claim.group {
        None => {
            let metric = evaluation.metrics.get(&claim.metric);
            let value = metric.and_then(|metric| metric.value).map(Decimal::get);
            (value, metric.map(|metric| metric.n))
        }
        Some((attribute, group)) => {
            let is_named = |counts: &&GroupCounts| counts.attribute == *attribute && counts.group == *group;
            let rates = evaluation.groups.iter().find(is_named).map(rates);
            (rates.and_then(|rates| rate(&rates, &claim.metric)), rates.map(|rates| rates.n))
        }
    };
    let value = value.ok_or_else(|| format!("the evaluation has no figure {}", named(claim)))?;
    if let Some((said, counted)) = claim.n.zip(n).filter(|(said, counted)| said != counted) {
        return Err(format!("the figure {} rests on {counted} rows, and not on {said}", named(claim)));
    }
    same(claim, value, "the evaluation")
}

fn rate(rates: &GroupRates, metric: &str) -> Option<f64> {
    match metric {
        "selectionRate" => rates.selection,
        "truePositiveRate" => rates.true_positive,
        "falsePositiveRate" => rates.false_positive,
        "falseNegativeRate" => rates.false_negative,
        _ => None,
    }
}

fn named(claim: &FigureClaim) -> String {
    match &claim.group {
        Some((attribute, group)) => format!("`{}` of `{attribute}: {group}`", claim.metric),
        None => format!("`{}`", claim.metric),
    }
}

#[expect(
    clippy::float_cmp,
    reason = "a figure that was copied is the same number; one that was rounded is another"
)]
fn same(claim: &FigureClaim, value: f64, by: &str) -> Result<(), String> {
    if claim.value == value {
        return Ok(());
    }
    let (said, difference) = (claim.value, claim.value - value);
    Err(format!(
        "the card says {said} for {}, and {by} says {value}: they differ by {difference}",
        named(claim)
    ))
}

fn check_risk(version: &Version, claim: &RiskClaim, assessments: &[Arc<Assessment>]) -> Result<(), String> {
    let RiskClaim { assessment, risk, .. } = claim;
    let of_version = |held: &&Arc<Assessment>| {
        held.id == *assessment
            && held.model == version.model
            && held.version.is_none_or(|id| id == version.id)
    };
    let held = assessments.iter().find(of_version);
    let held =
        held.ok_or_else(|| format!("there is no assessment `{assessment}` of this version or its model"))?;
    if held.approval().is_none() {
        return Err(format!("the assessment `{assessment}` does not count: it is {}", held.state().name()));
    }
    let scored = held.submitted.iter().flat_map(|submitted| &submitted.result.risks);
    let scored: Option<&ScoredRisk> = scored.into_iter().find(|scored| scored.id == *risk);
    let scored = scored.ok_or_else(|| format!("the assessment has no risk `{risk}`"))?;
    for (what, said, held) in [
        ("likelihood", &claim.likelihood, Exact::whole(u32::from(scored.likelihood))),
        ("impact", &claim.impact, Exact::whole(u32::from(scored.impact))),
        ("residual", &claim.residual, Some(scored.residual)),
    ] {
        if let Some(held) = held.filter(|held| !said.is_empty() && Exact::parse(said) != Some(*held)) {
            return Err(format!(
                "the card says `{said}` for the {what} of `{risk}`, and the assessment says {held}"
            ));
        }
    }
    Ok(())
}
