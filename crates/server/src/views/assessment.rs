//! Risk assessments.

use assent_app::signing::OwnedSignoff;
use assent_domain::risk::assessment::{Acceptance, Answer, Lifecycle, RiskRecord, StateName};
use assent_domain::risk::score::{self, AssessmentResult, Band, Recommendation, ScoredRisk};
use assent_domain::risk::{Assessment, Exact};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schemas::{AssessmentStateWords, BandWords};
use super::signoff::SignoffView;
use super::version::ModelRef;
use super::{RecordedView, Words, recorded};
use crate::desk::{Desk, Held};
use crate::problem::Problem;

/// An assessment of the risks of a model.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Assessment)]
pub(crate) struct AssessmentView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    pub(super) model: ModelRef,
    /// Id of the version; absent where it is about the model as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Uuid>,
    #[schema(value_type = AssessmentStateWords)]
    pub(super) state: StateName,
    /// When it began, and by whom: the assessor.
    pub(super) started: RecordedView,
    /// Every risk: the templates that apply, and what was added.
    pub(super) risks: Vec<RiskView>,
    /// What was computed when it was submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) result: Option<ResultView>,
    /// Who signs the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    signoff: Option<SignoffView>,
    /// Risks that somebody accepted, oldest first; of one risk the last counts.
    pub(super) acceptances: Vec<AcceptanceView>,
    /// When it was approved, rejected, withdrawn or superseded, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decided: Option<RecordedView>,
    /// Why it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Words>,
    /// Id of the assessment that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_by: Option<Uuid>,
    /// When it is to be looked at again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_review_at: Option<Timestamp>,
    /// Whether that time is over.
    review_overdue: bool,
    /// Ids of the high risks that nobody accepts now.
    pub(super) unaccepted: Vec<String>,
}

/// A risk, with how it was rated.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Risk)]
pub(super) struct RiskView {
    pub(super) id: String,
    pub(super) title: Words,
    category: String,
    /// Whether the pack names it.
    template: bool,
    /// What to ask before it is rated.
    questions: Vec<String>,
    /// How it was rated; absent where nobody answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) answer: Option<AnswerView>,
}

/// How a risk was rated.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RiskAnswer)]
pub(super) struct AnswerView {
    /// From 1 to 5.
    likelihood: u8,
    /// From 1 to 5, before any rise for the tier.
    impact: u8,
    /// How much of it the controls take away, from 0 to 1.
    effectiveness: f64,
    pub(super) controls: Vec<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) notes: Option<Words>,
    recorded: RecordedView,
}

/// The result of an assessment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RiskResult)]
pub(super) struct ResultView {
    /// The overall score, from 0 to 25.
    pub(super) overall: f64,
    /// Σ(residual × impact): with `weight` the score as the exact quotient that it is.
    pub(super) weighed: f64,
    /// Σ(impact).
    pub(super) weight: u32,
    pub(super) class: String,
    /// The tier of the model then.
    pub(super) tier: String,
    /// By how much every impact rose for that tier.
    pub(super) rise: u8,
    pub(super) high: u32,
    pub(super) medium: u32,
    pub(super) low: u32,
    /// By falling residual.
    pub(super) risks: Vec<ScoredView>,
    /// The 25 cells, by falling likelihood and rising impact.
    pub(super) matrix: Vec<CellView>,
    /// The most urgent first.
    pub(super) recommendations: Vec<RecommendationView>,
}

/// A risk with its figures.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScoredRisk)]
pub(super) struct ScoredView {
    pub(super) id: String,
    pub(super) category: String,
    pub(super) likelihood: u8,
    /// After the rise for the tier.
    pub(super) impact: u8,
    pub(super) effectiveness: f64,
    /// Likelihood × impact.
    pub(super) inherent: u8,
    /// What the controls leave of it.
    pub(super) residual: f64,
    #[schema(value_type = BandWords)]
    pub(super) band: Band,
    /// Whether anybody answered.
    pub(super) answered: bool,
}

/// A cell of the matrix.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RiskCell)]
pub(super) struct CellView {
    pub(super) likelihood: u8,
    pub(super) impact: u8,
    /// Ids of the risks that stand in it.
    pub(super) risks: Vec<String>,
}

/// What is recommended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RiskRecommendation)]
pub(super) struct RecommendationView {
    /// HIGH for a high risk, MEDIUM for one without controls, or the class whose recommendation it is.
    pub(super) priority: String,
    /// The risk, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<String>,
    pub(super) text: String,
}

/// A risk that somebody accepted for a time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RiskAcceptance)]
pub(super) struct AcceptanceView {
    pub(super) risk: String,
    pub(super) rationale: Words,
    pub(super) accepted: RecordedView,
    /// Until when (not included).
    pub(super) expires_at: Timestamp,
    /// Whether it counts now: the last one of the risk does until it ends.
    pub(super) holds: bool,
}

impl AssessmentView {
    pub(crate) fn new(desk: &Desk<'_>, held: &Held<Assessment>) -> Result<Self, Problem> {
        let model = desk.any(held.model)?;
        let model =
            model.ok_or_else(|| Problem::internal(format!("assessment {} without model", held.id)))?;
        let signoff = OwnedSignoff::of_assessment(&desk.view, model.state, held)?;
        let risks = risks(desk, held)?;
        let result = held.submitted.as_ref().map(|submitted| result(&submitted.result, &risks));
        let is_open = held.state() == StateName::Submitted;
        let sign = || SignoffView::new(desk, &signoff, &held.signatures, is_open);
        let (decided, comment, superseded_by) = match &held.lifecycle {
            Lifecycle::Draft | Lifecycle::Submitted => (None, None, None),
            Lifecycle::Approved(approval) => (Some(approval.recorded), None, None),
            Lifecycle::Rejected { recorded } => (Some(*recorded), None, None),
            Lifecycle::Withdrawn { recorded, comment } => (Some(*recorded), comment.as_ref(), None),
            Lifecycle::Superseded { by, recorded } => (Some(*recorded), None, Some(by.0)),
        };
        let next_review_at = held.approval().and_then(|approval| approval.next_review_at);
        let acceptances = held.acceptances.iter().map(|acceptance| accepted(desk, held, acceptance));
        Ok(Self {
            id: held.id.0,
            revision: held.revision,
            model: (&*signoff.model).into(),
            version: held.version.map(|version| version.0),
            state: held.state(),
            started: recorded(desk, held.started)?,
            risks,
            result,
            signoff: held.submitted.is_some().then(sign).transpose()?,
            acceptances: acceptances.collect::<Result<_, _>>()?,
            decided: decided.map(|decided| recorded(desk, decided)).transpose()?,
            comment: comment.map(|comment| desk.words(comment)).transpose()?,
            superseded_by,
            next_review_at,
            review_overdue: next_review_at.is_some_and(|at| at <= desk.now),
            unaccepted: held.unaccepted(desk.now).map(|risk| risk.id.clone()).collect(),
        })
    }
}

fn risks(desk: &Desk<'_>, held: &Assessment) -> Result<Vec<RiskView>, Problem> {
    let mut risks = Vec::with_capacity(held.templates.len());
    for template in &held.templates {
        risks.push(RiskView {
            id: template.id.clone(),
            title: Words { text: Some(template.title.clone()), erased: false },
            category: template.category.clone(),
            template: true,
            questions: template.questions.clone(),
            answer: held.risks.get(&template.id).map(|record| answered(desk, record)).transpose()?,
        });
    }
    for (id, record) in &held.risks {
        let Some(custom) = &record.custom else { continue };
        risks.push(RiskView {
            id: id.clone(),
            title: desk.words(&custom.title)?,
            category: custom.category.clone(),
            template: false,
            questions: Vec::new(),
            answer: Some(answered(desk, record)?),
        });
    }
    Ok(risks)
}

fn answered(desk: &Desk<'_>, record: &RiskRecord) -> Result<AnswerView, Problem> {
    let Answer { likelihood, impact, effectiveness, controls, notes } = &record.answer;
    Ok(AnswerView {
        likelihood: *likelihood,
        impact: *impact,
        effectiveness: effectiveness.get(),
        controls: controls.iter().map(|control| desk.words(control)).collect::<Result<_, _>>()?,
        notes: notes.as_ref().map(|notes| desk.words(notes)).transpose()?,
        recorded: recorded(desk, record.recorded)?,
    })
}

fn accepted(desk: &Desk<'_>, held: &Assessment, acceptance: &Acceptance) -> Result<AcceptanceView, Problem> {
    let risk = &acceptance.accepted.risk;
    Ok(AcceptanceView {
        risk: risk.clone(),
        rationale: desk.words(&acceptance.accepted.rationale)?,
        accepted: recorded(desk, acceptance.recorded)?,
        expires_at: acceptance.accepted.expires_at,
        holds: held.acceptance(risk, desk.now) == Some(acceptance),
    })
}

fn result(result: &AssessmentResult, risks: &[RiskView]) -> ResultView {
    let cells = score::matrix(&result.risks).into_iter().map(|cell| CellView {
        likelihood: cell.likelihood,
        impact: cell.impact,
        risks: cell.risks.into_iter().map(str::to_owned).collect(),
    });
    ResultView {
        overall: result.overall.get(),
        weighed: Exact::of_ten_thousandths(result.overall.ten_thousandths).get(),
        weight: result.overall.impacts,
        class: result.class.clone(),
        tier: result.tier.clone(),
        rise: result.rise,
        high: result.high,
        medium: result.medium,
        low: result.low,
        risks: result.risks.iter().map(scored).collect(),
        matrix: cells.collect(),
        recommendations: result.recommendations.iter().map(|it| recommendation(it, risks)).collect(),
    }
}

fn scored(risk: &ScoredRisk) -> ScoredView {
    ScoredView {
        id: risk.id.clone(),
        category: risk.category.clone(),
        likelihood: risk.likelihood,
        impact: risk.impact,
        effectiveness: risk.effectiveness.get(),
        inherent: risk.inherent,
        residual: risk.residual.get(),
        band: risk.band,
        answered: risk.answered,
    }
}

fn recommendation(given: &Recommendation, risks: &[RiskView]) -> RecommendationView {
    let named = |id: &str| {
        let title = risks.iter().find(|risk| risk.id == id).and_then(|risk| risk.title.text.as_deref());
        title.map_or_else(|| id.to_owned(), |title| format!("{id} ({title})"))
    };
    let (priority, risk, text) = match given {
        Recommendation::MitigateRisk { risk, effectiveness } => {
            let per_cent = Exact::of_ten_thousandths(effectiveness.ten_thousandths() * 100);
            let text = format!("Do more about {}: its controls take away {per_cent} % of it", named(risk));
            ("HIGH".to_owned(), Some(risk.clone()), text)
        }
        Recommendation::AddControls { risk } => {
            ("MEDIUM".to_owned(), Some(risk.clone()), format!("Do something about {}", named(risk)))
        }
        Recommendation::Class { class, text } => (class.clone(), None, text.clone()),
    };
    RecommendationView { priority, risk, text }
}
