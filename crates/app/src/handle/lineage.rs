//! Where things come from. Who registers data sets or versions of any model may say it: an edge names bytes and runs, and
//! never a version.

use assent_domain::event::Change;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::EdgeId;
use assent_domain::lineage::{self, Edge, LineageSource, NewEdge};
use assent_domain::{AggregateId, Kind};
use uuid::Uuid;

use super::{Hand, Outcome};
use crate::ledger::Failure;
use crate::view::View as _;

impl Hand<'_> {
    pub(super) fn record_lineage(&self, edges: Vec<NewEdge>, source: LineageSource) -> Outcome {
        let registers_versions = self.may(Permission::RegisterVersion, Target::Platform);
        registers_versions.or_else(|_| self.may(Permission::RegisterDataset, Target::Platform))?;
        let known = |id: EdgeId| Ok::<_, Failure>(self.unit.get::<Edge>(id)?.is_some());
        let changes: Vec<Change> = lineage::record(edges, source, known)?;
        let nothing = AggregateId { kind: Kind::Lineage, id: Uuid::nil() };
        let object = changes.first().map_or(nothing, |change| change.subject);
        Ok((object, changes))
    }
}
