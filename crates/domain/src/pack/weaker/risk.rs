//! Risk templates, the risk model, and criteria of tiers.

use super::same;
use crate::pack::{Pack, RiskTemplate, TierCriterion};

/// Every change of a score could let something through. A template more is one too: what it counts can lower the mean of the
/// others. A criterion more can only raise a tier.
pub(super) fn risk(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    match (&before.risk.model, &after.risk.model) {
        (Some(old), Some(new)) => same("risk model", old, new, reasons),
        (None, Some(_)) => {
            reasons.push("risk model added (what nobody could assess becomes possible)".to_owned());
        }
        (Some(_), None) => reasons.push("risk model removed".to_owned()),
        (None, None) => {}
    }
    templates(before, after, reasons);
    for old in &before.risk.criteria {
        let tiers = |criterion: &TierCriterion| {
            let answers = criterion.answers.iter();
            answers.map(|answer| (answer.id.clone(), answer.tier.clone())).collect::<Vec<_>>()
        };
        match after.risk.criteria.iter().find(|new| new.id == old.id) {
            None => reasons.push(format!("tier criterion `{}` removed", old.id)),
            Some(new) => same(format_args!("tier criterion `{}`", old.id), &tiers(old), &tiers(new), reasons),
        }
    }
}

/// All but the words.
fn templates(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    let shape = |template: &RiskTemplate| (template.category.clone(), template.when.clone());
    for old in before.risk_templates() {
        match after.risk_templates().find(|new| new.id == old.id) {
            None => reasons.push(format!("risk template `{}` removed", old.id)),
            Some(new) => same(format_args!("risk template `{}`", old.id), &shape(old), &shape(new), reasons),
        }
    }
    for new in after.risk_templates().filter(|new| before.risk_templates().all(|old| old.id != new.id)) {
        reasons.push(format!("risk template `{}` added (could lower the mean of the others)", new.id));
    }
}
