//! What a verification found, whatever was verified.

use assent_log::VerifyingKey;
use assent_log::verify::{Level, Report};
use assent_store::{Read, StoreError};
use serde_json::{Value, json};

use crate::problem::Problem;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) remedy: String,
}

/// The outcome of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) level: Level,
    pub(crate) size: u64,
    pub(crate) root: String,
    pub(crate) checkpoints_compared: u64,
    pub(crate) damages: Vec<Finding>,
    pub(crate) omitted: u64,
}

impl From<Report> for Findings {
    fn from(report: Report) -> Self {
        let finding = |damage: &assent_log::verify::Damage| Finding {
            code: damage.code().to_owned(),
            message: damage.to_string(),
            remedy: damage.remedy().to_owned(),
        };
        Self {
            level: report.level,
            size: report.size,
            root: report.root.to_string(),
            checkpoints_compared: report.checkpoints_compared,
            damages: report.damages.iter().map(finding).collect(),
            omitted: report.damages_omitted,
        }
    }
}

impl Findings {
    /// Whether nothing is damaged.
    pub(crate) fn is_sound(&self) -> bool {
        self.damages.is_empty() && self.omitted == 0
    }

    /// As JSON.
    pub(crate) fn json(&self) -> Value {
        let damages = self.damages.iter().map(
            |finding| json!({"code": finding.code, "message": finding.message, "remedy": finding.remedy}),
        );
        json!({
            "sound": self.is_sound(),
            "level": self.level,
            "size": self.size,
            "root": self.root,
            "checkpointsCompared": self.checkpoints_compared,
            "damages": damages.collect::<Vec<_>>(),
            "damagesOmitted": self.omitted,
        })
    }
}

/// Verifies the log of a store. A store that cannot be read where it should hold the log is a finding, not a failure: the
/// question was whether the log is whole.
pub(crate) fn verify(
    read: &dyn Read,
    level: Level,
    keys: &[VerifyingKey],
    outside: &[Vec<u8>],
) -> Result<Findings, Problem> {
    match assent_app::verify::verify(read, level, keys, outside) {
        Ok(report) => Ok(report.into()),
        Err(StoreError::Corrupt(cause)) => Ok(unreadable(level, cause)),
        Err(error) => Err(error.into()),
    }
}

/// A store that cannot be read.
pub(crate) fn unreadable(level: Level, cause: String) -> Findings {
    Findings {
        level,
        size: 0,
        root: String::new(),
        checkpoints_compared: 0,
        damages: vec![Finding {
            code: "STORE_CORRUPT".to_owned(),
            message: cause,
            remedy: "restore the log from a backup that verifies, and keep this one as evidence".to_owned(),
        }],
        omitted: 0,
    }
}
