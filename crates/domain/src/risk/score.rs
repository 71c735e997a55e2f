//! The arithmetic of assessments, in whole numbers.
//!
//! A residual is `likelihood × impact × (1 − effectiveness)`, a count of ten-thousandths. The overall score is the mean of the
//! residuals weighed by impact: a quotient that is kept as one, so that it is compared with the bounds of classes by a
//! product and not by a division.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::Exact;
use crate::pack::{RiskModel, STEPS};

/// A rated risk, as it goes into the score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedRisk {
    /// Its id.
    pub id: String,
    /// Its category.
    pub category: String,
    /// How likely it is; absent where nobody answered.
    pub rating: Option<Rating>,
    /// Whether anything is done about it.
    pub has_controls: bool,
}

/// An answer, as it goes into the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rating {
    /// From 1 to 5.
    pub likelihood: u8,
    /// From 1 to 5.
    pub impact: u8,
    /// How much of it the controls take away, from 0 to 1.
    pub effectiveness: Exact,
}

/// How high the residual of a risk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Band {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

/// A risk with its figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoredRisk {
    /// Its id.
    pub id: String,
    /// Its category.
    pub category: String,
    /// From 1 to 5.
    pub likelihood: u8,
    /// From 1 to 5, after the rise for the tier.
    pub impact: u8,
    /// How much of it the controls take away.
    pub effectiveness: Exact,
    /// Likelihood × impact.
    pub inherent: u8,
    /// What is left of it.
    pub residual: Exact,
    /// How high that is.
    pub band: Band,
    /// Whether anybody answered.
    pub answered: bool,
}

/// The mean of the residuals, weighed by impact, as the quotient that it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Overall {
    /// Σ(residual × impact), in ten-thousandths.
    pub ten_thousandths: u32,
    /// Σ(impact).
    pub impacts: u32,
}

impl Overall {
    /// Whether it reaches a bound. Without risks it is 0.
    pub fn reaches(self, bound: Exact) -> bool {
        u64::from(self.ten_thousandths) >= u64::from(bound.ten_thousandths()) * u64::from(self.impacts.max(1))
    }

    /// The nearest number, for rules and people. It is on the same side of every bound as the quotient.
    pub fn get(self) -> f64 {
        f64::from(self.ten_thousandths) / (f64::from(self.impacts.max(1)) * 10_000.0)
    }
}

/// What is recommended. Words of people are not repeated here: the risk is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Recommendation {
    /// Its residual is high.
    MitigateRisk {
        /// The risk.
        risk: String,
        /// How much of it the controls take away.
        effectiveness: Exact,
    },
    /// Nothing is done about it.
    AddControls {
        /// The risk.
        risk: String,
    },
    /// What the pack says of the class.
    Class {
        /// The class.
        class: String,
        /// What to do.
        text: String,
    },
}

/// The result of an assessment, with every figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssessmentResult {
    /// The tier of the model then.
    pub tier: String,
    /// By how much every impact rose for that tier.
    pub rise: u8,
    /// The risks, by falling residual.
    pub risks: Vec<ScoredRisk>,
    /// The overall score.
    pub overall: Overall,
    /// Its class.
    pub class: String,
    /// How many risks are high.
    pub high: u32,
    /// How many are medium.
    pub medium: u32,
    /// How many are low.
    pub low: u32,
    /// What is recommended, the most urgent first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recommendations: Vec<Recommendation>,
}

/// Scores the risks of a model of that tier.
pub fn score(model: &RiskModel, tier: &str, risks: &[RatedRisk]) -> AssessmentResult {
    let rise = model.impact_rise.get(tier).copied().unwrap_or(0);
    let mut scored: Vec<ScoredRisk> = risks.iter().map(|rated| scored(model, rise, rated)).collect();
    scored.sort_by(|a, b| (Reverse(a.residual), &a.id).cmp(&(Reverse(b.residual), &b.id)));
    let mut overall = Overall::default();
    for risk in &scored {
        let impact = u32::from(risk.impact);
        overall.ten_thousandths += risk.residual.ten_thousandths() * impact;
        overall.impacts += impact;
    }
    let class = model.classes.iter().find(|class| overall.reaches(class.at_least));
    let count = |band| {
        let count = scored.iter().filter(|risk| risk.band == band).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    };
    let (high, medium, low) = (count(Band::High), count(Band::Medium), count(Band::Low));
    let mut recommendations = of_risks(&scored, risks);
    recommendations.extend(class.into_iter().flat_map(|class| {
        let texts = class.recommendations.iter();
        texts.map(|text| Recommendation::Class { class: class.id.clone(), text: text.clone() })
    }));
    let class = class.map(|class| class.id.clone()).unwrap_or_default();
    AssessmentResult {
        tier: tier.to_owned(),
        rise,
        risks: scored,
        overall,
        class,
        high,
        medium,
        low,
        recommendations,
    }
}

fn scored(model: &RiskModel, rise: u8, rated: &RatedRisk) -> ScoredRisk {
    const HIGHEST: u8 = 5;
    let rating = rated.rating.unwrap_or_else(|| Rating {
        likelihood: model.likelihood(&model.unanswered.likelihood).unwrap_or(HIGHEST),
        impact: model.impact(&model.unanswered.impact).unwrap_or(HIGHEST),
        effectiveness: Exact::default(),
    });
    let likelihood = rating.likelihood.clamp(1, HIGHEST);
    let impact = rating.impact.saturating_add(rise).clamp(1, HIGHEST);
    let effectiveness = rating.effectiveness.min(Exact::ONE);
    let inherent = likelihood * impact;
    let left = Exact::ONE.ten_thousandths() - effectiveness.ten_thousandths();
    let residual = Exact::of_ten_thousandths(u32::from(inherent) * left);
    let band = if residual >= model.bands.high {
        Band::High
    } else if residual >= model.bands.medium {
        Band::Medium
    } else {
        Band::Low
    };
    ScoredRisk {
        id: rated.id.clone(),
        category: rated.category.clone(),
        likelihood,
        impact,
        effectiveness,
        inherent,
        residual,
        band,
        answered: rated.rating.is_some(),
    }
}

fn of_risks(scored: &[ScoredRisk], risks: &[RatedRisk]) -> Vec<Recommendation> {
    let high = scored.iter().filter(|risk| risk.band == Band::High);
    let high = high.map(|risk| Recommendation::MitigateRisk {
        risk: risk.id.clone(),
        effectiveness: risk.effectiveness,
    });
    let bare = |risk: &&ScoredRisk| risks.iter().any(|rated| rated.id == risk.id && !rated.has_controls);
    let bare = scored.iter().filter(bare);
    let bare = bare.map(|risk| Recommendation::AddControls { risk: risk.id.clone() });
    high.chain(bare).collect()
}

/// One cell of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell<'a> {
    /// From 1 to 5.
    pub likelihood: u8,
    /// From 1 to 5.
    pub impact: u8,
    /// The risks that stand in it.
    pub risks: Vec<&'a str>,
}

/// The 25 cells, by falling likelihood and rising impact: the order of reading.
pub fn matrix(risks: &[ScoredRisk]) -> Vec<Cell<'_>> {
    let steps = 1..=u8::try_from(STEPS).unwrap_or(u8::MAX);
    let places =
        steps.clone().rev().flat_map(|likelihood| steps.clone().map(move |impact| (likelihood, impact)));
    let cell = |(likelihood, impact)| {
        let here = risks.iter().filter(|risk| (risk.likelihood, risk.impact) == (likelihood, impact));
        Cell { likelihood, impact, risks: here.map(|risk| risk.id.as_str()).collect() }
    };
    places.map(cell).collect()
}
