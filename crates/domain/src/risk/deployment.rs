//! The score of a deployment, from facts alone: what the caller says can raise it and never lower it.
//!
//! Six factors from 0 to 10, each weighed by a share of one: the sum is a whole number of ten-thousandths, and no rounding
//! decides its class.

use std::cmp::Ordering;

use serde::Serialize;

use super::Exact;
use crate::facts::{Strategy, Target};
use crate::pack::{DeploymentClass, DeploymentModel, Factor, RollbackScores, SizeScores};
use crate::registry::event::Classification;
use crate::registry::{Dataset, Version};
use crate::values::Decimal;

/// What a deployment is scored by.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment<'a> {
    /// What goes there.
    pub version: &'a Version,
    /// The classification of every data set that it was made with; `None` where one is not known.
    pub sensitivity: Option<Classification>,
    /// Where it goes.
    pub stage: &'a str,
    /// How.
    pub strategy: Option<Strategy>,
    /// In how many copies.
    pub replicas: Option<u32>,
    /// Whether no version of the model stands there.
    pub is_new: bool,
}

impl<'a> Deployment<'a> {
    /// The deployment of a version to a target, or where it stands.
    pub fn new<'d>(
        version: &'a Version,
        datasets: impl Iterator<Item = &'d Dataset>,
        target: Option<&'a Target>,
        is_new: bool,
    ) -> Self {
        let classes: Vec<Classification> = datasets.map(|dataset| dataset.facts.classification).collect();
        // A data set that was not found could be of any class.
        let complete = classes.len() == version.datasets.len();
        Self {
            version,
            sensitivity: classes.into_iter().max().filter(|_| complete),
            stage: target.map_or(version.stage.as_str(), |target| target.stage.as_str()),
            strategy: target.and_then(|target| target.strategy),
            replicas: target.and_then(|target| target.replicas),
            is_new,
        }
    }
}

/// The score of a deployment, with what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentScore {
    /// The score of each factor.
    pub factors: Vec<(Factor, u8)>,
    /// The weighed sum.
    pub score: Exact,
    /// Its class.
    pub class: String,
    /// The roles whose review the class asks for.
    pub reviews: Vec<String>,
    /// What is recommended.
    pub recommendations: Vec<String>,
}

/// Scores a deployment.
pub fn assess(model: &DeploymentModel, deployment: &Deployment<'_>) -> DeploymentScore {
    weigh(model, &Factor::ALL.map(|factor| (factor, of(model, deployment, factor))))
}

/// Weighs the scores of the factors.
pub fn weigh(model: &DeploymentModel, factors: &[(Factor, u8)]) -> DeploymentScore {
    let weighed =
        factors.iter().map(|(factor, score)| model.weights.of(*factor).ten_thousandths() * u32::from(*score));
    let score = Exact::of_ten_thousandths(weighed.sum());
    let fits = |class: &&DeploymentClass| class.at_most.is_none_or(|end| score <= end);
    let class = model.classes.iter().find(fits);
    let high = |factor, at_least| factors.iter().any(|(held, score)| *held == factor && *score >= at_least);
    let advice = model.recommendations.iter().filter(|advice| high(advice.factor, advice.at_least));
    DeploymentScore {
        factors: factors.to_vec(),
        score,
        class: class.map(|class| class.id.clone()).unwrap_or_default(),
        reviews: class.map(|class| class.reviews.clone()).unwrap_or_default(),
        recommendations: advice.map(|advice| advice.text.clone()).collect(),
    }
}

fn of(model: &DeploymentModel, deployment: &Deployment<'_>, factor: Factor) -> u8 {
    let version = deployment.version;
    match factor {
        Factor::Complexity => size(&model.complexity, version),
        Factor::Sensitivity => {
            let scores = &model.sensitivity;
            match deployment.sensitivity {
                Some(Classification::Public) => scores.public,
                Some(Classification::Internal) => scores.internal,
                Some(Classification::Confidential) => scores.confidential,
                Some(Classification::Restricted) => scores.restricted,
                None => scores.unknown,
            }
        }
        Factor::Scope => scope(model, deployment),
        Factor::Change if deployment.is_new => model.change.new_model,
        Factor::Change => match deployment.strategy {
            Some(Strategy::BlueGreen) => model.change.blue_green,
            Some(Strategy::Canary) => model.change.canary,
            Some(Strategy::Rolling | Strategy::Shadow) | None => model.change.other,
        },
        Factor::Coverage => {
            let scores = &model.coverage;
            // Of several reports the one counts that shows the least.
            let lowest = figures(version, &scores.metric).min_by(|a, b| a.get().total_cmp(&b.get()));
            let reached = lowest.and_then(|figure| {
                scores.at_least.iter().find(|step| step.share.bounds(figure) != Ordering::Less)
            });
            reached.map_or(scores.otherwise, |step| step.score)
        }
        Factor::Rollback => rollback(&model.rollback, version),
    }
}

/// The number that the version gives. One that cannot be read counts as the largest.
fn size(scores: &SizeScores, version: &Version) -> u8 {
    let Some(text) = version.params.get(&scores.param) else {
        let unknown = scores.unknown.as_ref().filter(|unknown| unknown.kinds.contains(&version.kind));
        return unknown.map_or(scores.otherwise, |unknown| unknown.score);
    };
    let digits = text.replace('_', "");
    let number = if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None };
    let number: u64 = number.unwrap_or(u64::MAX);
    scores.above.iter().find(|step| number > step.number).map_or(scores.otherwise, |step| step.score)
}

fn scope(model: &DeploymentModel, deployment: &Deployment<'_>) -> u8 {
    let scores = &model.scope;
    let Some(stage) = scores.stages.iter().find(|stage| stage.stage == deployment.stage) else {
        return scores.otherwise;
    };
    let many = stage.many.as_ref().filter(|many| deployment.replicas.is_some_and(|count| count > many.above));
    many.map_or(stage.score, |many| many.score)
}

fn rollback(scores: &RollbackScores, version: &Version) -> u8 {
    let documented = version.documents.iter().any(|held| scores.documents.contains(&held.document.kind));
    // Of several reports the one counts that takes the longest.
    let slowest = figures(version, &scores.metric).max_by(|a, b| a.get().total_cmp(&b.get()));
    let within = |minutes: Exact| match slowest {
        Some(figure) => minutes.bounds(figure) != Ordering::Greater,
        None => scores.unknown_minutes <= minutes,
    };
    if slowest.is_none() && !documented {
        return scores.none;
    }
    scores.at_most.iter().find(|step| within(step.minutes)).map_or(scores.otherwise, |step| step.score)
}

/// The figure of that path in the latest report of each tool.
fn figures<'a>(version: &'a Version, metric: &'a str) -> impl Iterator<Item = Decimal> + 'a {
    let records = &version.evidence;
    let latest = records.iter().enumerate().filter(move |(place, record)| {
        !records.iter().skip(place + 1).any(|later| later.evidence.tool == record.evidence.tool)
    });
    latest.filter_map(move |(_, record)| Some(record.evidence.metrics.get(metric)?.value))
}
