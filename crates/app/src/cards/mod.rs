//! Model cards and datasheets as records: what the log keeps of them, what they claim, and a draft from what is known.

mod draft;

pub use draft::{Draft, Known, RiskWords, draft};

use assent_cards::{AnyRecord, CardError, ModelCard, Source, limits};
use assent_domain::ids::{AssessmentId, EvaluationId};
use assent_domain::registry::Document;
use assent_domain::registry::card::{CardRecord, Cited, FigureClaim, NewCard, RiskClaim, SectionRecord};
use assent_domain::{Code, Refusal};

/// The largest record in bytes. A larger document is of no form.
pub const MAX_CARD_BYTES: u64 = limits::MAX_BYTES as u64;

/// The kinds of documents that may be records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardKind {
    /// A model card.
    ModelCard,
    /// A datasheet.
    Datasheet,
}

impl CardKind {
    /// The kind of a document, if it may be a record.
    pub fn of(kind: &str) -> Option<Self> {
        match kind {
            "MODEL_CARD" => Some(Self::ModelCard),
            "DATASHEET" => Some(Self::Datasheet),
            _ => None,
        }
    }
}

/// Reads a document of that kind. `None` where it is of no form: then it is a document like any other.
pub fn read(kind: CardKind, bytes: &[u8]) -> Result<Option<AnyRecord>, Refusal> {
    let record = AnyRecord::from_json(bytes).map_err(|error| invalid(&error))?;
    match (kind, &record) {
        (CardKind::ModelCard, Some(AnyRecord::Datasheet(_))) => Err(other("a datasheet", "DATASHEET")),
        (CardKind::Datasheet, Some(AnyRecord::ModelCard(_))) => Err(other("a model card", "MODEL_CARD")),
        _ => Ok(record),
    }
}

/// What the log keeps of a record.
pub fn record(read: &AnyRecord) -> Result<CardRecord, Refusal> {
    let completeness = read.completeness().map_err(|error| invalid(&error))?;
    let sections = completeness.sections.into_iter().map(|section| SectionRecord {
        section: section.section.to_owned(),
        answered: section.answered,
        asked: section.asked,
        missing: section.missing.into_iter().map(str::to_owned).collect(),
    });
    let evaluations = match read {
        AnyRecord::ModelCard(card) => cited(card),
        AnyRecord::Datasheet(_) => Vec::new(),
    };
    Ok(CardRecord { form: read.form().schema.to_owned(), sections: sections.collect(), evaluations })
}

/// A model card with all that it claims.
pub fn claimed(document: Document, card: &ModelCard) -> NewCard {
    let figures = card.metrics.figures.iter().enumerate().filter_map(|(i, figure)| {
        let cites = match &figure.source {
            Source::Evaluation(id) => Cited::Evaluation(EvaluationId(*id)),
            Source::Run(name) => Cited::Run(name.clone()),
            Source::Reported | Source::Assessment(_) => return None,
        };
        let is_of_group = !figure.attribute.is_empty() || !figure.group.is_empty();
        Some(FigureClaim {
            pointer: format!("/metrics/figures/{i}"),
            cites,
            metric: figure.metric.clone(),
            group: is_of_group.then(|| (figure.attribute.clone(), figure.group.clone())),
            value: figure.value,
            n: figure.n,
            data_sha256: figure.data_sha256.clone(),
        })
    });
    let risks = card.risks.risks.iter().enumerate().filter_map(|(i, risk)| {
        let Source::Assessment(id) = risk.source else { return None };
        Some(RiskClaim {
            pointer: format!("/risks/risks/{i}"),
            assessment: AssessmentId(id),
            risk: risk.risk.clone(),
            likelihood: risk.likelihood.clone(),
            impact: risk.impact.clone(),
            residual: risk.residual.clone(),
        })
    });
    NewCard { document, figures: figures.collect(), risks: risks.collect() }
}

/// The evaluations that the figures name, each once.
fn cited(card: &ModelCard) -> Vec<EvaluationId> {
    let mut cited: Vec<EvaluationId> = card
        .metrics
        .figures
        .iter()
        .filter_map(
            |figure| if let Source::Evaluation(id) = figure.source { Some(EvaluationId(id)) } else { None },
        )
        .collect();
    cited.sort_unstable();
    cited.dedup();
    cited
}

/// A citation of the wrong kind, or a record that is wrong in itself.
fn invalid(error: &CardError) -> Refusal {
    Refusal::new(Code::DataInvalid, format!("the document: {error}")).at("/sha256")
}

fn other(what: &str, kind: &str) -> Refusal {
    Refusal::new(Code::DataInvalid, format!("the document is {what}: attach it with the kind {kind}"))
        .at("/kind")
}
