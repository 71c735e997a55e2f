//! An emergency as it stands.

use assent_sabotage::{Fault, planted};
use serde::{Deserialize, Serialize};

use super::event::{EmergencyDeclared, EmergencyUsed};
use crate::Time;
use crate::event::Stamp;
use crate::ids::Digest;
use crate::registry::event::Recorded;
use crate::signoff::SignatureRecord;

/// Where an emergency stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EmergencyState {
    /// One person has signed.
    Declared,
    /// Both have; the promotion can be completed.
    Granted,
    /// One of them said no.
    Refused,
    /// Its time is over, and it was not used.
    Expired,
    /// The version went through, and is to be reviewed.
    FollowUpDue,
    /// The version went through, and should have been reviewed.
    FollowUpOverdue,
    /// The reviews were given, and the version stays.
    Accepted,
    /// A reviewer said no: the version has to leave.
    Rejected,
}

impl EmergencyState {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Declared,
        Self::Granted,
        Self::Refused,
        Self::Expired,
        Self::FollowUpDue,
        Self::FollowUpOverdue,
        Self::Accepted,
        Self::Rejected,
    ];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Declared => "DECLARED",
            Self::Granted => "GRANTED",
            Self::Refused => "REFUSED",
            Self::Expired => "EXPIRED",
            Self::FollowUpDue => "FOLLOW_UP_DUE",
            Self::FollowUpOverdue => "FOLLOW_UP_OVERDUE",
            Self::Accepted => "ACCEPTED",
            Self::Rejected => "REJECTED",
        }
    }

    /// What can be done from here. What was let through and rejected has to leave; that is no move of the emergency.
    pub fn moves(self) -> &'static [EmergencyMove] {
        match self {
            Self::Declared => &[EmergencyMove::Sign],
            Self::Granted => &[EmergencyMove::Complete],
            Self::Expired => &[EmergencyMove::Declare],
            Self::FollowUpDue | Self::FollowUpOverdue => &[EmergencyMove::Review],
            Self::Refused | Self::Accepted | Self::Rejected => &[],
        }
    }

    /// Whether somebody has to do something about it.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Refused | Self::Expired | Self::Accepted)
    }

    /// Whether its reviews are to be given afterwards.
    pub fn is_followed_up(self) -> bool {
        matches!(self, Self::FollowUpDue | Self::FollowUpOverdue)
    }
}

/// What somebody can do with an emergency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmergencyMove {
    /// Declare it, or declare it anew.
    Declare,
    /// Sign it, as the second person.
    Sign,
    /// Let the version through.
    Complete,
    /// Review afterwards what was skipped.
    Review,
}

impl EmergencyMove {
    /// In words, after "it can be".
    pub fn done(self) -> &'static str {
        match self {
            Self::Declare => "declared anew",
            Self::Sign => "signed",
            Self::Complete => "used to complete the promotion",
            Self::Review => "reviewed afterwards",
        }
    }
}

/// That a promotion was completed by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Used {
    /// The steps whose approvals were missing.
    pub steps: Vec<String>,
    /// Until when they have to be given afterwards (not included).
    pub follow_up_due_at: Time,
    /// When, and through whom.
    pub recorded: Recorded,
}

/// How the reviews went that were given afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// Whether the version may stay where it is.
    pub accepted: bool,
    /// When that was clear, and by whom.
    pub recorded: Recorded,
}

/// A promotion whose glass was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Emergency {
    /// What was said when it was declared.
    #[serde(flatten)]
    pub declared: EmergencyDeclared,
    /// When, and by whom.
    pub recorded: Recorded,
    /// What was signed.
    pub signatures: Vec<SignatureRecord>,
    /// When the second person signed, and who that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<Recorded>,
    /// When one of them said no, and who that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Recorded>,
    /// That a promotion was completed by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Used>,
    /// How the reviews went that were given afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followed: Option<Followed>,
}

impl Emergency {
    pub(in crate::workflow) fn new(declared: &EmergencyDeclared, stamp: &Stamp) -> Self {
        Self {
            declared: declared.clone(),
            recorded: stamp.into(),
            signatures: Vec::new(),
            granted: None,
            refused: None,
            used: None,
            followed: None,
        }
    }

    /// Where it stands at that time. This is the one place where its ends are compared with a clock.
    pub fn state_at(&self, now: Time) -> EmergencyState {
        let ends = |end: Time| end <= now && !planted(Fault::Expiry);
        match (&self.followed, &self.used) {
            (Some(followed), _) if followed.accepted => EmergencyState::Accepted,
            (Some(_), _) => EmergencyState::Rejected,
            (None, Some(used)) if ends(used.follow_up_due_at) => EmergencyState::FollowUpOverdue,
            (None, Some(_)) => EmergencyState::FollowUpDue,
            (None, None) if self.refused.is_some() => EmergencyState::Refused,
            (None, None) if ends(self.declared.expires_at) => EmergencyState::Expired,
            (None, None) if self.granted.is_some() => EmergencyState::Granted,
            (None, None) => EmergencyState::Declared,
        }
    }

    /// Digest of the evidence that it is for.
    pub fn evidence(&self) -> Digest {
        self.declared.evidence
    }

    pub(in crate::workflow) fn used(&mut self, used: &EmergencyUsed, stamp: &Stamp) {
        let (steps, follow_up_due_at) = (used.steps.clone(), used.follow_up_due_at);
        self.used = Some(Used { steps, follow_up_due_at, recorded: stamp.into() });
    }
}
