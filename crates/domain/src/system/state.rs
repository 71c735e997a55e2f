//! Systems as they stand.

use serde::{Deserialize, Serialize};

use super::event::{Description, SystemRegistered};
use crate::Sealed;
use crate::event::{Event, Stamp};
use crate::ids::SystemId;
use crate::registry::event::Recorded;

/// That a system is out of use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// Since when, and through whom.
    pub recorded: Recorded,
    /// Why.
    pub reason: Sealed,
}

/// An AI system, or a use of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct System {
    /// Its id.
    pub id: SystemId,
    /// What it is.
    pub description: Description,
    /// When it was registered, and by whom.
    pub registered: Recorded,
    /// When it was described last, and by whom.
    pub described: Recorded,
    /// Whether it is out of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<Retired>,
}

impl System {
    /// The system that the event registers.
    pub fn new(id: SystemId, event: &SystemRegistered, stamp: &Stamp) -> Self {
        let recorded = stamp.into();
        let description = event.description.clone();
        Self { id, description, registered: recorded, described: recorded, retired: None }
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::SystemRevised(revised) => {
                self.description = revised.description.clone();
                self.described = stamp.into();
            }
            Event::SystemRetired(retired) => {
                self.retired = Some(Retired { recorded: stamp.into(), reason: retired.reason.clone() });
            }
            _ => {}
        }
    }
}
