//! `assent audit verify`: whether a log on disk is what it says.

use std::fs;
use std::path::{Path, PathBuf};

use assent_log::VerifyingKey;
use assent_log::note::MAX_NOTE_BYTES;
use assent_log::verify::Level;
use assent_store::{Read, StoreError};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::replay;
use crate::audit::{self, Findings};
use crate::installation::{Database, ReadOnly, vkey_argument};
use crate::output::{Answer, Block};
use crate::problem::{Exit, Problem};

/// Options of `assent audit verify`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("source").required(true).args(["data_dir", "export"]))]
pub(crate) struct Verify {
    /// The data directory; the server may be up or down
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    database: Database,
    /// An exported log instead
    #[arg(long, value_name = "DIR", requires = "vkey", conflicts_with = "replay")]
    export: Option<PathBuf>,
    /// A checkpoint that was kept elsewhere and that the log must contain
    #[arg(long = "checkpoint", value_name = "FILE")]
    checkpoints: Vec<PathBuf>,
    /// The verifier key as it was published, or a file with it; several where it was rotated
    #[arg(long, value_name = "VKEY")]
    vkey: Vec<String>,
    /// Also rebuild the state from the log in a separate process, and compare it row by row
    #[arg(long)]
    replay: bool,
    /// How much of each entry is checked
    #[arg(long, value_enum, default_value_t)]
    level: LevelArgument,
}

/// How much of each entry is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum LevelArgument {
    /// Hash, index, chain and tree
    Chain,
    /// Also that each entry is canonical and fits the schema
    #[default]
    Schema,
}

impl From<LevelArgument> for Level {
    fn from(level: LevelArgument) -> Self {
        match level {
            LevelArgument::Chain => Self::Chain,
            LevelArgument::Schema => Self::Schema,
        }
    }
}

impl Verify {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let keys: Vec<VerifyingKey> =
            self.vkey.iter().map(|key| vkey_argument(key)).collect::<Result<_, _>>()?;
        let outside: Vec<Vec<u8>> =
            self.checkpoints.iter().map(|path| checkpoint_file(path)).collect::<Result<_, _>>()?;
        let level = self.level.into();
        match (&self.data_dir, &self.export) {
            (Some(data), _) => self.data(data, keys, &outside, level),
            (None, Some(folder)) => {
                let findings = audit::verify_folder(folder, level, &keys, &outside)?;
                Ok(answer(&findings, &keys, None))
            }
            (None, None) => {
                Err(Problem::new("there is nothing to verify").hint("give --data-dir or --export"))
            }
        }
    }

    fn data(
        &self,
        data: &Path,
        given: Vec<VerifyingKey>,
        outside: &[Vec<u8>],
        level: Level,
    ) -> Result<Answer, Problem> {
        let installation = ReadOnly::open(data, &self.database)?;
        let from_data = given.is_empty();
        let keys = match (from_data, installation.vkey) {
            (false, _) => given,
            (true, Some(key)) => vec![key],
            (true, None) => {
                return Err(Problem::new(format!("`{}` holds no `log.vkey`", data.display()))
                    .hint("give the verifier key of the log with --vkey"));
            }
        };
        // One snapshot for everything, so that a server may go on writing.
        let read: Box<dyn Read> = match installation.store.read() {
            Ok(read) => read,
            Err(StoreError::Corrupt(cause)) => {
                return Ok(answer(&audit::unreadable(level, cause), &keys, None));
            }
            Err(error) => return Err(error.into()),
        };
        let findings = audit::verify(&*read, level, &keys, outside)?;
        let replayed = if self.replay { Some(audit::replay(&*read)?) } else { None };
        let answer = answer(&findings, &keys, replayed.as_ref());
        Ok(if from_data { answer.with(Block::Hint(FOREIGN_KEY.to_owned())) } else { answer })
    }
}

const FOREIGN_KEY: &str = "the key was taken from the data directory; who can change that can change both: give the key as it \
was published with --vkey, and a checkpoint that was kept elsewhere with --checkpoint";

fn checkpoint_file(path: &Path) -> Result<Vec<u8>, Problem> {
    let size_bytes = fs::metadata(path).map_err(|error| Problem::path("read", path, error))?.len();
    if size_bytes > MAX_NOTE_BYTES as u64 {
        return Err(Problem::new(format!(
            "`{}` has {size_bytes} bytes and is no checkpoint",
            path.display()
        ))
        .hint("give the signed note, as the server or the sink wrote it"));
    }
    fs::read(path).map_err(|error| Problem::path("read", path, error))
}

fn answer(
    findings: &Findings,
    keys: &[VerifyingKey],
    replayed: Option<&assent_app::replay::Report>,
) -> Answer {
    let sound = findings.is_sound() && replayed.is_none_or(assent_app::replay::Report::is_sound);
    let keys: Vec<String> = keys.iter().map(VerifyingKey::vkey).collect();
    let json = json!({
        "sound": sound,
        "keys": keys,
        "log": findings.json(),
        "replay": replayed.map_or(Value::Null, replay::json),
    });
    let mut answer = Answer::new(json).exit(if sound { Exit::Done } else { Exit::No });
    for finding in &findings.damages {
        let text = format!("{}: {}", finding.code, finding.message);
        answer = answer.with(Block::Bad(text)).hint(&finding.remedy);
    }
    if findings.omitted > 0 {
        answer = answer.line(format!("and {} more findings", findings.omitted));
    }
    let line = format!(
        "{} entries, root {}, {} checkpoints and heads compared",
        findings.size, findings.root, findings.checkpoints_compared
    );
    answer = answer.with(if findings.is_sound() {
        Block::Good(format!("the log is sound: {line}"))
    } else {
        Block::Bad(format!("the log is DAMAGED: {line}"))
    });
    if let Some(report) = replayed {
        answer.blocks.extend(replay::blocks(report));
    }
    answer
}
