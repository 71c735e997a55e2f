//! What a pack would do to the gates of the versions that stand above the first stage.

use std::sync::Arc;

use assent_app::cases::{self, OwnedCase};
use assent_app::project;
use assent_domain::facts::Target;
use assent_domain::gate::Verdict;
use assent_domain::ids::VersionId;
use assent_domain::pack::Pack;
use assent_domain::{Aggregate, Kind};
use assent_store::{Order, Predicate, Select, Value};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::desk::Desk;
use crate::http::Caller;
use crate::problem::Problem;
use crate::views::schemas::VerdictWords;

/// The most versions that are judged.
const MAX_JUDGED: u64 = 5_000;
/// The most changes that are listed.
const MAX_LISTED: usize = 100;
const PAGE: u32 = 200;

/// What a pack would do to gates.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Impact {
    /// How many versions were judged.
    judged: u64,
    /// Whether there are more than were judged.
    truncated: bool,
    /// For how many the gate of their stage would give another answer.
    changed: u64,
    /// The first hundred of them.
    versions: Vec<ImpactOnVersion>,
}

/// How the gate of one version would change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ImpactOnVersion {
    version: Uuid,
    model: Uuid,
    model_name: String,
    number: u64,
    stage: String,
    #[schema(value_type = VerdictWords)]
    before: Verdict,
    #[schema(value_type = VerdictWords)]
    after: Verdict,
    /// Why it would be shut.
    reasons: Vec<String>,
}

/// The impact on the versions that the caller may read.
pub(super) fn impact(desk: &Desk<'_>, caller: &Caller, after: &Arc<Pack>) -> Result<Impact, Problem> {
    let table = project::table(Kind::Version).ok_or_else(|| Problem::internal("versions have no table"))?;
    let first = Value::Text(desk.pack()?.first_stage().id.clone());
    let risen = Predicate::Not(Box::new(Predicate::Eq("stage", first)));
    let filter = Predicate::And(vec![risen, desk.readable_rows(caller, Kind::Version)?]);
    let mut impact = Impact::default();
    let mut cursor = None;
    loop {
        let select =
            Select { table, filter: filter.clone(), order: Order::Ascending, after: cursor, limit: PAGE };
        let rows = desk.view.read().select(&select)?;
        for row in &rows {
            if impact.judged == MAX_JUDGED {
                impact.truncated = true;
                return Ok(impact);
            }
            cursor = Some(row.id);
            if let Aggregate::Version(version) = project::aggregate(Kind::Version, row)? {
                judge(desk, version.id, &version.stage, after, &mut impact)?;
            }
        }
        if rows.len() < PAGE as usize {
            return Ok(impact);
        }
    }
}

fn judge(
    desk: &Desk<'_>,
    id: VersionId,
    stage: &str,
    pack: &Arc<Pack>,
    impact: &mut Impact,
) -> Result<(), Problem> {
    let target = Target { stage: stage.to_owned(), environment: None, strategy: None, replicas: None };
    let case = cases::of_version(&desk.view, desk.app.assent.ledger.packs(), id, Some(target), desk.now)?;
    let before = case.gate().verdict;
    let case = OwnedCase { pack: Arc::clone(pack), ..case.overseen(&desk.view)? };
    let after = case.gate();
    impact.judged += 1;
    if before == after.verdict {
        return Ok(());
    }
    impact.changed += 1;
    if impact.versions.len() < MAX_LISTED {
        impact.versions.push(ImpactOnVersion {
            version: id.0,
            model: case.model.id.0,
            model_name: case.model.name.clone(),
            number: case.version.number,
            stage: stage.to_owned(),
            before,
            after: after.verdict,
            reasons: after.reasons.into_iter().map(|reason| reason.message).collect(),
        });
    }
    Ok(())
}
