//! Evaluations of a version on a data set of a steward: labels and predictions are joined by row id, here, so that the
//! builder never sees the labels.

use assent_domain::evaluation::EvaluationRequested;
use assent_domain::identity::Principal;
use assent_domain::ids::EvaluationId;
use assent_domain::pack::Pack;
use assent_domain::registry::event::LabelTask;
use assent_domain::registry::{Dataset, Evaluation, GroupCounts, Metric, Model, Version};
use assent_domain::values::{Decimal, Provenance};
use assent_domain::{Code, Refusal};
use assent_eval::metrics::MetricValue;
use assent_eval::{DataFile, EvaluationOptions, Report, Storage, Task, evaluate_joined};

/// The largest Parquet or Arrow file that is evaluated, in bytes.
const MAX_COLUMNS_BYTES: u64 = 256 * 1024 * 1024;

/// Runs a task on both files. Blocking, and as long as the files are large. Ids stand in a column of the predictions that is
/// named as in the data set; the sensitive columns of the data set are always evaluated. What the labels are is the steward's
/// to say: whoever chooses the predictions could else have classes added up as numbers.
pub fn run(
    task: &EvaluationRequested,
    dataset: &Dataset,
    pack: &Pack,
    labels: impl Storage + 'static,
    predictions: impl Storage + 'static,
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
        task: match columns.task {
            LabelTask::Binary => Task::Binary,
            LabelTask::Multiclass => Task::Multiclass,
            LabelTask::Regression => Task::Regression,
        },
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
    let labels = checked(DataFile::new(format!("data set {}", dataset.facts.name), labels))?;
    let predictions = checked(DataFile::new("predictions", predictions))?;
    evaluate_joined(&options, &labels, &predictions).map_err(|error| {
        Refusal::new(Code::DataInvalid, format!("{error} ({}: {})", error.code(), error.remedy()))
            .at("/predictions")
    })
}

/// Refuses a file of columns that is too large. What cannot be read is for the engine to say.
fn checked(file: DataFile) -> Result<DataFile, Refusal> {
    let mut start = [0; 6];
    let bytes = file.storage.size_bytes().unwrap_or(0);
    let read = file.storage.read_at(0, &mut start).unwrap_or(0);
    let start = start.get(..read).unwrap_or_default();
    let columns: [&[u8]; 3] = [b"PAR1", b"ARROW1", &[0xff; 4]];
    if bytes > MAX_COLUMNS_BYTES && columns.iter().any(|magic| start.starts_with(magic)) {
        let message = format!(
            "`{}` has {bytes} bytes: of Parquet and Arrow files parts are held whole, and {MAX_COLUMNS_BYTES} bytes are the \
             limit; give CSV or JSON lines, which are read row by row",
            file.name
        );
        return Err(Refusal::new(Code::DataInvalid, message).at("/predictions"));
    }
    Ok(file)
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
pub fn record(
    id: EvaluationId,
    task: &EvaluationRequested,
    report: &Report,
    provenance: Provenance,
) -> Evaluation {
    let metrics = report.metrics.iter().map(|(path, metric)| (path.clone(), figure(metric)));
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
        id,
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

/// A figure of a report as it is recorded and judged.
pub fn figure(metric: &MetricValue) -> Metric {
    let reason = metric.reason.as_ref().map(ToString::to_string);
    Metric { value: metric.value.and_then(Decimal::new), n: metric.n, reason }
}

/// Whether somebody may have a version evaluated on a data set at all is asked by the ledger; this says who counts as its
/// builder: who created the version, and who has owned the model since.
pub fn builders(model: &Model, version: &Version) -> Vec<assent_domain::ids::PrincipalId> {
    [version.registered.by].into_iter().chain(model.owners_since(version.registered.at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of a size that nobody has to keep.
    struct Large(&'static [u8]);

    impl Storage for Large {
        fn size_bytes(&self) -> std::io::Result<u64> {
            Ok(MAX_COLUMNS_BYTES + 1)
        }

        fn read_at(&self, _offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
            buffer.iter_mut().zip(self.0).for_each(|(to, from)| *to = *from);
            Ok(self.0.len().min(buffer.len()))
        }
    }

    #[test]
    fn only_what_is_read_row_by_row_may_be_large() {
        for (start, fits) in
            [(&b"id,said\n"[..], true), (b"{\"id\": 1}", true), (b"PAR1....", false), (b"ARROW1..", false)]
        {
            assert_eq!(checked(DataFile::new("predictions", Large(start))).is_ok(), fits, "{start:?}");
        }
    }
}
