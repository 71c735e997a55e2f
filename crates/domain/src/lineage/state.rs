//! An edge as it stands: who says it, and who took their word back.

use serde::{Deserialize, Serialize};

use super::{LineageRecorded, LineageSource, Thing};
use crate::Sealed;
use crate::event::{Event, Stamp};
use crate::ids::{EdgeId, PrincipalId};
use crate::registry::event::Recorded;

/// How many statements of an edge are kept, those that were taken back included.
pub(super) const KEPT: usize = 16;

/// Where an edge is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateName {
    /// Somebody says it.
    Recorded,
    /// Whoever said it took it back.
    Retracted,
}

impl StateName {
    /// Every state.
    pub const ALL: [Self; 2] = [Self::Recorded, Self::Retracted];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recorded => "RECORDED",
            Self::Retracted => "RETRACTED",
        }
    }

    /// What can be done from here.
    pub fn moves(self) -> &'static [Move] {
        match self {
            Self::Recorded => &[Move::Record, Move::Retract],
            Self::Retracted => &[Move::Record],
        }
    }
}

/// What somebody can do with an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Say it, as another who does, or with more to say of it.
    Record,
    /// Take it back.
    Retract,
}

impl Move {
    /// Every move.
    pub const ALL: [Self; 2] = [Self::Record, Self::Retract];

    /// In words, after "it can be".
    pub fn done(self) -> &'static str {
        match self {
            Self::Record => "recorded",
            Self::Retract => "retracted",
        }
    }
}

/// What somebody says of an edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    /// What told us.
    pub source: LineageSource,
    /// What the file or data set is called where it is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its columns, where they were told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Where the data is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_source: Option<String>,
}

impl Said {
    /// How much text it holds.
    pub fn bytes(&self) -> usize {
        let texts = self.label.iter().chain(&self.data_source).chain(&self.columns);
        texts.map(String::len).sum()
    }

    /// Whether the other one adds nothing to this one.
    pub fn covers(&self, other: &Self) -> bool {
        let holds = |own: &Option<String>, other: &Option<String>| other.is_none() || own == other;
        self.source == other.source
            && holds(&self.label, &other.label)
            && holds(&self.data_source, &other.data_source)
            && other.columns.iter().all(|column| self.columns.contains(column))
    }
}

impl From<&LineageRecorded> for Said {
    fn from(event: &LineageRecorded) -> Self {
        Self {
            source: event.source,
            label: event.label.clone(),
            columns: event.columns.clone(),
            data_source: event.data_source.clone(),
        }
    }
}

/// One statement of one speaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// What they said.
    pub said: Said,
    /// When, and who.
    pub recorded: Recorded,
    /// That it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracted: Option<Retraction>,
}

/// That a statement was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Retraction {
    /// When, and by whom.
    pub recorded: Recorded,
    /// Why.
    pub reason: Sealed,
}

/// One thing came from another, as somebody says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    /// Its id.
    pub id: EdgeId,
    /// What was there before.
    pub upstream: Thing,
    /// What came of it.
    pub downstream: Thing,
    /// Who says it, and what; the first first.
    pub statements: Vec<Statement>,
}

impl Edge {
    /// The edge that the event records.
    pub fn new(id: EdgeId, event: &LineageRecorded, stamp: &Stamp) -> Self {
        let LineageRecorded { upstream, downstream, .. } = event.clone();
        let statement = Statement { said: event.into(), recorded: stamp.into(), retracted: None };
        Self { id, upstream, downstream, statements: vec![statement] }
    }

    /// Where it stands.
    pub fn state(&self) -> StateName {
        if self.standing().next().is_some() { StateName::Recorded } else { StateName::Retracted }
    }

    /// What is said of it, and was not taken back.
    pub fn standing(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| statement.retracted.is_none())
    }

    /// Whether somebody says it.
    pub fn is_said_by(&self, speaker: PrincipalId) -> bool {
        self.standing().any(|statement| statement.recorded.by == speaker)
    }

    /// What it is called: the first name that stands, or else the first that was given.
    pub fn label(&self) -> Option<&str> {
        self.standing().chain(&self.statements).find_map(|statement| statement.said.label.as_deref())
    }

    /// Takes account of an event.
    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        if let Event::LineageRecorded(event) = event {
            self.say(Statement { said: event.into(), recorded: stamp.into(), retracted: None });
        }
        if let Event::LineageRetracted(event) = event {
            let retraction = Retraction { recorded: stamp.into(), reason: event.reason.clone() };
            for statement in &mut self.statements {
                if statement.retracted.is_none() && (event.all || statement.recorded.by == stamp.actor) {
                    statement.retracted = Some(retraction.clone());
                }
            }
        }
    }

    /// What a speaker says takes the place of what they took back, and of what it covers. Where there is no room, the oldest
    /// statement that was taken back goes; it stays in the log.
    fn say(&mut self, new: Statement) {
        let own = |other: &Statement| other.recorded.by == new.recorded.by;
        if self.standing().any(|other| own(other) && other.said.covers(&new.said)) {
            return;
        }
        self.statements
            .retain(|other| !own(other) || (other.retracted.is_none() && !new.said.covers(&other.said)));
        if self.statements.len() >= KEPT
            && let Some(oldest) = self.statements.iter().position(|other| other.retracted.is_some())
        {
            self.statements.remove(oldest);
        }
        self.statements.push(new);
    }
}
