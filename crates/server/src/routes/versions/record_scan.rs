//! `POST /api/v1/versions/{id}/scans`

use std::collections::BTreeMap;

use assent_app::naming::Named;
use assent_domain::ids::{Digest, VersionId};
use assent_domain::registry::{Scan, ScanStatus, VersionCommand};
use assent_domain::values::Provenance;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{change, visible};
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::schemas::ScanStatusWords;
use crate::views::{VersionView, Written};

/// The result of a security scan of the artifacts. Somebody sends it, so its provenance is REPORTED.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewScan {
    /// The scanner.
    tool: String,
    /// Its version.
    tool_version: String,
    #[schema(value_type = ScanStatusWords)]
    status: ScanStatus,
    /// Findings by severity, for example `{"CRITICAL": 1}`.
    #[serde(default)]
    findings: BTreeMap<String, u64>,
    /// SHA-256 of the scanner's own report, which was uploaded before.
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{64}$")]
    report: Option<Digest>,
}

/// The largest number of findings that an entry of the log can hold: integers are exact below 2^53 there.
const MAX_FINDINGS: u64 = (1 << 53) - 1;

/// Records a security scan of a version. The latest counts.
#[utoipa::path(post, path = "/api/v1/versions/{id}/scans", tag = "versions", operation_id = "recordScan",
    params(("id" = Uuid, Path, description = "Id of the version"), WriteHeaders), request_body = NewScan,
    responses((status = 200, description = "Recorded", body = Written<VersionView>), Problems))]
pub(crate) async fn record_scan(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewScan>,
) -> Result<Response, Problem> {
    let (id, NewScan { tool, tool_version, status, findings, report }) = (VersionId(id), write.body);
    if findings.values().any(|count| *count > MAX_FINDINGS) {
        return Err(Problem::invalid(format!("a number of findings is above {MAX_FINDINGS}")).at("/findings"));
    }
    visible(&app, &write.sent.caller, id).await?;
    let report = match report {
        Some(sha256) => Some(app.named(&write.sent.caller, Named::new(sha256, "/report").of(id)).await?),
        None => None,
    };
    let scan = Scan { tool, tool_version, status, findings, report, provenance: Provenance::Reported };
    change(&app, &write.sent, id, VersionCommand::RecordScan(scan)).await
}
