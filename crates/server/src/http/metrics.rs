//! Counters and histograms, kept for each installation, so that two of them in one process stay apart.

use std::time::Duration;

use metrics::{counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

/// Bounds of the duration buckets in seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// The meters of an installation.
pub(crate) struct Meters {
    recorder: PrometheusRecorder,
}

impl Meters {
    pub(crate) fn new() -> Self {
        // Buckets are refused only where there are none.
        let builder = PrometheusBuilder::new();
        let recorder = match PrometheusBuilder::new().set_buckets(&SECONDS) {
            Ok(builder) => builder.build_recorder(),
            Err(_) => builder.build_recorder(),
        };
        Self { recorder }
    }

    /// A request was answered. `route` is the template of its path, so that there are as many labels as routes.
    pub(crate) fn request(&self, route: &str, status: u16, elapsed: Duration) {
        with_local_recorder(&self.recorder, || {
            let labels = [("route", route.to_owned()), ("status", status.to_string())];
            counter!("assent_http_requests_total", &labels).increment(1);
            histogram!("assent_http_request_duration_seconds", "route" => route.to_owned())
                .record(elapsed.as_secs_f64());
        });
    }

    /// The gate answered.
    pub(crate) fn gate(&self, eligible: bool) {
        let verdict = if eligible { "ELIGIBLE" } else { "NOT_ELIGIBLE" };
        with_local_recorder(&self.recorder, || {
            counter!("assent_gate_decisions_total", "verdict" => verdict).increment(1);
        });
    }

    /// An attempt was denied.
    pub(crate) fn denial(&self, code: &'static str) {
        with_local_recorder(&self.recorder, || counter!("assent_denials_total", "code" => code).increment(1));
    }

    /// Events were committed by one command.
    pub(crate) fn events(&self, count: usize) {
        with_local_recorder(&self.recorder, || {
            counter!("assent_ledger_events_total").increment(u64::try_from(count).unwrap_or(u64::MAX));
            counter!("assent_ledger_commands_total").increment(1);
        });
    }

    /// The text for a scraper, with what is measured now.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; the log is far below 2^53 entries")]
    pub(crate) fn render(&self, log_size: u64, checkpoint_size: u64, halted: bool) -> String {
        with_local_recorder(&self.recorder, || {
            gauge!("assent_log_size").set(log_size as f64);
            gauge!("assent_checkpoint_size").set(checkpoint_size as f64);
            gauge!("assent_ledger_halted").set(f64::from(u8::from(halted)));
        });
        let handle = self.recorder.handle();
        handle.run_upkeep();
        handle.render()
    }

    /// Folds samples together; called from time to time, so that they do not pile up between two scrapes.
    pub(crate) fn tidy(&self) {
        self.recorder.handle().run_upkeep();
    }
}
