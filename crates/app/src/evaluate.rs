//! Evaluations of a version on a data set of a steward: labels and predictions are joined by row id, here, so that the
//! builder never sees the labels.

use std::io::Read;

use assent_domain::evaluation::{EvaluationRequested, Job};
use assent_domain::identity::Principal;
use assent_domain::pack::Pack;
use assent_domain::registry::{Dataset, Evaluation, GroupCounts, Metric, Model, Version};
use assent_domain::values::{Decimal, Provenance};
use assent_domain::{Code, Refusal};
use assent_eval::{EvaluationOptions, Input, Report, evaluate_joined};

/// The largest file that is evaluated in one request, in bytes.
pub const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// Runs a task on both files. Blocking, and as long as the files are large. Ids stand in a column of the predictions that is
/// named as in the data set; the sensitive columns of the data set are always evaluated.
pub fn run(
    task: &EvaluationRequested,
    dataset: &Dataset,
    pack: &Pack,
    labels: impl Read,
    predictions: impl Read,
) -> Result<Report, Refusal> {
    let Some(columns) = &dataset.facts.labels else {
        let message =
            format!("the data set `{}` does not say which columns hold ids and labels", dataset.facts.name);
        return Err(Refusal::new(Code::DataInvalid, message).at("/dataset"));
    };
    // The steward says which attributes are protected; who asks for an evaluation may add others, and leave none out.
    let declared = &dataset.facts.sensitive_attributes;
    let mut protected = declared.clone();
    protected.extend(task.protected.iter().filter(|column| !declared.contains(column)).cloned());
    let options = EvaluationOptions {
        id: Some(columns.id.clone()),
        label: columns.label.clone(),
        label_positive: columns.positive.clone(),
        prediction: task.prediction.clone(),
        positive: task.positive.clone(),
        score: task.score.clone(),
        protected,
        suites: task.suites.clone(),
        min_group_size: pack.thresholds().map_or(0, |set| set.min_group_size),
        ..EvaluationOptions::default()
    };
    let labels = Input::new(format!("data set {}", dataset.facts.name), labels);
    evaluate_joined(&options, labels, Input::new("predictions", predictions)).map_err(|error| {
        Refusal::new(Code::DataInvalid, format!("{error} ({}: {})", error.code(), error.remedy()))
            .at("/predictions")
    })
}

/// How the figures came to be known: MEASURED where the suites are designated to the data set and its steward is another
/// person than who created the version or owns the model; else COMPUTED.
pub fn provenance(
    suites: &[String],
    dataset: &Dataset,
    steward: &Principal,
    builders: &[&Principal],
) -> Provenance {
    let designated = suites.iter().all(|suite| dataset.facts.designated_for.contains(suite));
    let independent = builders.iter().all(|builder| builder.person() != steward.person());
    if designated && independent { Provenance::Measured } else { Provenance::Computed }
}

/// The record of a report.
pub fn record(job: &Job, report: &Report, provenance: Provenance) -> Evaluation {
    let task = &job.task;
    let metrics = report.metrics.iter().map(|(path, metric)| {
        let reason = metric.reason.as_ref().map(ToString::to_string);
        (path.clone(), Metric { value: metric.value.and_then(Decimal::new), n: metric.n, reason })
    });
    let groups = report.groups.iter().map(|group| GroupCounts {
        attribute: group.attribute.clone(),
        group: group.group.clone(),
        compared: group.compared,
        tn: group.tn,
        fp: group.fp,
        fn_: group.fn_,
        tp: group.tp,
    });
    Evaluation {
        id: job.id,
        suites: task.suites.clone(),
        provenance,
        dataset: task.dataset,
        data_sha256: task.data_sha256,
        predictions_sha256: task.predictions.sha256,
        rows: report.rows,
        min_group_size: report.options.min_group_size,
        engine: format!("{} {}", report.engine.name, report.engine.version),
        metrics: metrics.collect(),
        groups: groups.collect(),
    }
}

/// Whether somebody may have a version evaluated on a data set at all is asked by the ledger; this says who counts as its
/// builder: who created the version, and who owns the model.
pub fn builders(model: &Model, version: &Version) -> [assent_domain::ids::PrincipalId; 2] {
    [version.registered.by, model.owner]
}
