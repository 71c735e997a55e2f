//! Thresholds of a pack, judged without a server: by the function that judges them on one.

use std::path::Path;

use assent_app::evaluate::figure;
use assent_domain::facts::judgement;
use assent_domain::pack::{Operator, Pack, Problem as PackProblem, Threshold, ThresholdSet, extended};
use assent_eval::{Figure, JudgedThreshold, Report, Verdict};

use crate::documents::read_folder;
use crate::embedded;
use crate::problem::Problem;

/// A set of thresholds, ready to judge.
pub(crate) struct Thresholds {
    pack: String,
    set: ThresholdSet,
    tier: Option<String>,
}

impl Thresholds {
    /// Finds a set in the pack of a folder, or in the one that comes with the program. Without a tier, thresholds for
    /// single tiers are judged too.
    pub(crate) fn find(name: &str, folder: Option<&Path>, tier: Option<&str>) -> Result<Self, Problem> {
        let pack = pack(folder)?;
        let Some(set) = pack.threshold_set(name) else {
            let known: Vec<String> = pack.threshold_set_ids().map(|id| format!("`{id}`")).collect();
            return Err(Problem::new(format!("the pack has no threshold set `{name}`"))
                .hint(format!("name one that it has: {}", known.join(", "))));
        };
        if let Some(tier) = tier.filter(|tier| pack.tier(tier).is_none()) {
            return Err(Problem::new(format!("the pack has no tier `{tier}`"))
                .hint("name a tier of the pack, as its documents of `kind: Tier` do"));
        }
        Ok(Self { pack: pack.info().id.clone(), set: set.clone(), tier: tier.map(str::to_owned) })
    }

    /// The least size of groups that are compared: what the set says, and nothing else.
    pub(crate) fn min_group_size(&self, asked: Option<u64>) -> Result<u64, Problem> {
        let own = self.set.min_group_size;
        match asked {
            Some(asked) if asked != own => Err(Problem::new(format!(
                "the threshold set `{}` is for groups of at least {own} rows, and --min-group-size says {asked}",
                self.set.id
            ))
            .hint("leave --min-group-size out")),
            _ => Ok(own),
        }
    }

    /// Judges a report. Thresholds of suites that were not asked for are named, and not judged.
    pub(crate) fn judge(&self, report: &Report) -> Result<Verdict, Problem> {
        let is_asked = |suite: &str| report.suites.iter().any(|asked| asked.name() == suite);
        let is_for_tier = |one: &&Threshold| self.tier.as_ref().is_none_or(|tier| one.is_for(tier));
        let of_tier = self.set.thresholds.iter().filter(is_for_tier);
        let (judged, others): (Vec<_>, Vec<_>) = of_tier.partition(|one| is_asked(&one.suite));
        let mut suites_not_judged: Vec<String> = others.iter().map(|one| one.suite.clone()).collect();
        suites_not_judged.sort();
        suites_not_judged.dedup();
        if judged.is_empty() {
            return Err(Problem::new(format!(
                "the threshold set `{}` bounds no suite that was asked for",
                self.set.id
            ))
            .hint("name a suite that it bounds with --suite, or leave --threshold-set out"));
        }
        let thresholds = judged.into_iter().map(|threshold| {
            let found = report.metrics.get(&threshold.metric);
            let metric = found.map(|found| figure(&at_its_worst(found, threshold.operator)));
            let judgement = judgement(threshold, metric.as_ref());
            let bound = found.and_then(|found| found.error_bound);
            let reason = bound
                .zip(judgement.value)
                .map(|(bound, judged)| format!("off by {bound:.1e} at most, and so judged as {judged}"));
            JudgedThreshold {
                suite: threshold.suite.clone(),
                metric: threshold.metric.clone(),
                operator: threshold.operator.symbol().to_owned(),
                bound: threshold.bound,
                value: found.and_then(|found| found.value),
                n: judgement.n,
                passed: judgement.passed,
                reason: judgement.reason.or(reason),
            }
        });
        let thresholds: Vec<JudgedThreshold> = thresholds.collect();
        Ok(Verdict {
            pack: self.pack.clone(),
            threshold_set: self.set.id.clone(),
            tier: self.tier.clone(),
            passed: thresholds.iter().all(|threshold| threshold.passed),
            thresholds,
            suites_not_judged,
        })
    }
}

fn pack(folder: Option<&Path>) -> Result<Pack, Problem> {
    let documents = match folder {
        Some(folder) => {
            let own = read_folder(folder)?;
            extended(own, &embedded::packs()?)
                .map_err(|refusal| Problem::new(&refusal.message).hint(refusal.code.remedy()))?
        }
        None => embedded::pack(embedded::DEFAULT_PACK)?,
    };
    Pack::compile(documents).map_err(|problems| unsound(&problems))
}

/// The first things that are wrong with a pack.
fn unsound(problems: &[PackProblem]) -> Problem {
    const SHOWN: usize = 3;
    let shown = problems.iter().take(SHOWN).map(|problem| {
        format!("`{}`, {} {}: {}", problem.file, problem.document, problem.place, problem.message)
    });
    let more = problems.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let message = format!("the pack is not sound: {}{more}", shown.collect::<Vec<_>>().join("; "));
    Problem::new(message).hint("mend the documents where the message says")
}

/// The figure as it is judged: where it is known but for an error, at the worse end of it.
fn at_its_worst(found: &Figure, operator: Operator) -> Figure {
    let error = found.error_bound.unwrap_or_default();
    let worst = |value: f64| match operator {
        Operator::AtLeast | Operator::Above => value - error,
        Operator::AtMost | Operator::Below => value + error,
    };
    Figure { value: found.value.map(worst), ..*found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_but_for_an_error_is_judged_at_its_worst() {
        let exact = Figure::defined(0.8, 10);
        let binned = Figure { error_bound: Some(0.01), ..exact };
        let judged = |figure, operator| at_its_worst(figure, operator).value.map(|value| value > 0.8);
        assert_eq!(at_its_worst(&exact, Operator::AtLeast).value, Some(0.8));
        assert_eq!(judged(&binned, Operator::AtLeast), Some(false));
        assert_eq!(judged(&binned, Operator::AtMost), Some(true));
        assert!((at_its_worst(&binned, Operator::Above).value.unwrap() - 0.79).abs() < 1e-12);
    }
}
