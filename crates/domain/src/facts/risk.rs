//! What is known of the risk: the assessment that counts, and the score of the deployment.

use serde_json::{Map, Value, json};

use super::build::{Inputs, age_days, put};
use crate::Time;
use crate::risk::assessment::Approval;
use crate::risk::deployment::{self, Deployment};
use crate::risk::score::AssessmentResult;
use crate::risk::{Assessment, Exact};

/// The facts under `risk`.
pub(super) fn risk(inputs: &Inputs<'_>) -> Value {
    let counting = inputs.assessment.and_then(|assessment| {
        Some(counting(assessment, assessment.approval()?, &assessment.submitted.as_ref()?.result, inputs.now))
    });
    let mut facts = Map::new();
    put(&mut facts, "assessment", Some(counting.unwrap_or_else(|| json!({"status": "MISSING"}))));
    put(&mut facts, "deployment", deployment(inputs));
    Value::Object(facts)
}

fn counting(assessment: &Assessment, approval: &Approval, result: &AssessmentResult, now: Time) -> Value {
    let residuals: Map<String, Value> =
        result.risks.iter().map(|risk| (risk.id.clone(), json!(risk.residual.get()))).collect();
    let unaccepted: Vec<&str> = assessment.unaccepted(now).map(|risk| risk.id.as_str()).collect();
    let mut facts = Map::new();
    put(&mut facts, "status", Some("APPROVED"));
    put(&mut facts, "id", Some(assessment.id));
    put(&mut facts, "overall", Some(result.overall.get()));
    put(&mut facts, "class", Some(&result.class));
    put(&mut facts, "high", Some(result.high));
    put(&mut facts, "medium", Some(result.medium));
    put(&mut facts, "low", Some(result.low));
    put(&mut facts, "tier", Some(&result.tier));
    put(&mut facts, "approvedAt", Some(approval.recorded.at.to_string()));
    put(&mut facts, "ageDays", Some(age_days(approval.recorded.at, now)));
    put(&mut facts, "nextReviewAt", approval.next_review_at.map(|at| at.to_string()));
    put(&mut facts, "reviewOverdue", Some(approval.next_review_at.is_some_and(|at| at <= now)));
    put(&mut facts, "unaccepted", Some(unaccepted));
    put(&mut facts, "residuals", Some(residuals));
    Value::Object(facts)
}

fn deployment(inputs: &Inputs<'_>) -> Option<Value> {
    let model = &inputs.pack.risk_model().ok()?.deployment;
    let datasets = inputs.datasets.iter().map(AsRef::as_ref);
    let deployment = Deployment::new(inputs.version, datasets, inputs.target, inputs.is_first);
    let assessed = deployment::assess(model, &deployment);
    let factors: Map<String, Value> =
        assessed.factors.iter().map(|(factor, score)| (factor.name().to_owned(), json!(score))).collect();
    Some(json!({
        "score": Exact::get(assessed.score),
        "class": assessed.class,
        "factors": factors,
        "reviews": assessed.reviews,
        "recommendations": assessed.recommendations,
    }))
}
