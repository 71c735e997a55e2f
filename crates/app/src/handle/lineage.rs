//! Where things come from. Who registers data sets or versions of any model may say it: an edge names bytes and runs, and
//! never a version. They take their own word back; who manages principals takes back the words of all.

use assent_domain::event::Change;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::EdgeId;
use assent_domain::lineage::{self, Edge, LineageSource, NewEdge};
use assent_domain::{AggregateId, Kind, Refusal, Sealed};
use uuid::Uuid;

use super::{Hand, Outcome};
use crate::cases::not_found;
use crate::ledger::Failure;
use crate::view::View as _;

impl Hand<'_> {
    pub(super) fn record_lineage(&self, edges: Vec<NewEdge>, source: LineageSource) -> Outcome {
        self.may_speak()?;
        let known = |id: EdgeId| Ok::<_, Failure>(self.unit.get::<Edge>(id)?);
        let changes: Vec<Change> = lineage::record(edges, source, self.actor.id, known)?;
        let nothing = AggregateId { kind: Kind::Lineage, id: Uuid::nil() };
        let object = changes.first().map_or(nothing, |change| change.subject);
        Ok((object, changes))
    }

    pub(super) fn retract_lineage(&self, id: EdgeId, reason: Sealed, all: bool) -> Outcome {
        if all {
            self.may(Permission::ManagePrincipals, Target::Platform)?;
        } else {
            self.may_speak()?;
        }
        let edge = self.unit.get::<Edge>(id)?.ok_or_else(|| not_found("edge", id))?;
        Ok((id.into(), lineage::retract(&edge, self.actor.id, reason, all)?))
    }

    fn may_speak(&self) -> Result<(), Refusal> {
        let registers_versions = self.may(Permission::RegisterVersion, Target::Platform);
        registers_versions.or_else(|_| self.may(Permission::RegisterDataset, Target::Platform))
    }
}
