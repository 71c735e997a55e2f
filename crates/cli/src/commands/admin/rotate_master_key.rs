//! `assent admin rotate-master-key`: everything at rest under the first master key, while servers run.

use std::path::PathBuf;
use std::sync::Arc;

use assent_app::Wiring;
use assent_app::blobs::{BlobError, Blobs};
use assent_app::vault::rotate::{self, Count};
use assent_app::vault::{KeyId, Vault};
use assent_store::SubjectKeys;
use clap::Args;
use serde_json::{Value, json};
use tokio::task::block_in_place;

use crate::backup::settle_names;
use crate::commands::serve::{runtime, tell};
use crate::installation::{
    KeysDatabase, MasterKeyFile, Paths, blobs, check_keys, count_seed, files, rotate_seed, system_wiring,
};
use crate::output::{Answer, Block};
use crate::problem::{Exit, Problem};

/// Servers that go on under another key would keep this busy for ever.
const MAX_PASSES: usize = 3;

/// Options of `assent admin rotate-master-key`.
#[derive(Debug, Args)]
pub(crate) struct RotateMasterKey {
    /// The data directory; its servers may be up or down
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// Its keys [default: the data directory with `-keys` added]
    #[arg(long, value_name = "DIR")]
    keys_dir: Option<PathBuf>,
    #[command(flatten)]
    keys_database: KeysDatabase,
    #[command(flatten)]
    master_key: MasterKeyFile,
    /// Only say what depends on which key
    #[arg(long)]
    dry_run: bool,
}

impl RotateMasterKey {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        tell();
        let paths = Paths::new(&self.data_dir, self.keys_dir.as_deref())?;
        let masters = self.master_key.read_outside(&paths)?;
        let Some(first) = masters.first().map(assent_app::vault::MasterKey::id) else {
            return Err(Problem::new("there is no master key to rotate to").hint(
                "make one with `assent admin new-master-key`, and name its file with --master-key-file",
            ));
        };
        if !paths.vkey().exists() {
            let hint =
                "name the data directory of an installation that was started before, and its keys directory";
            return Err(Problem::new(format!("`{}` holds no installation", paths.data.display())).hint(hint));
        }
        let wiring = system_wiring();
        let vault = Vault::new(masters, wiring.clone());
        let keys = self.keys_database.open_alone(&paths, false)?;
        check_keys(&*keys, &vault.keys())?;
        let rotation = Rotation { keys, paths, vault, wiring };
        runtime()?.block_on(async {
            if self.dry_run { rotation.tell(first).await } else { rotation.run(first).await }
        })
    }
}

struct Rotation {
    keys: Arc<dyn SubjectKeys>,
    paths: Paths,
    vault: Vault,
    wiring: Wiring,
}

/// How much was done.
#[derive(Debug, Default)]
struct Done {
    signing_key: u64,
    keys: u64,
    rewrapped: u64,
    encrypted: u64,
    /// What the last pass could not read.
    failed: Vec<BlobError>,
}

impl Done {
    fn sum(&self) -> u64 {
        self.signing_key + self.keys + self.rewrapped + self.encrypted
    }

    fn json(&self) -> Value {
        json!({
            "signingKey": self.signing_key > 0, "keys": self.keys, "blobs": self.rewrapped,
            "encryptedBlobs": self.encrypted,
        })
    }

    fn line(&self, first: KeyId) -> String {
        let keys = self.signing_key + self.keys;
        format!(
            "put under `{first}`: {keys} keys and the data keys of {} blobs; encrypted: {} blobs",
            self.rewrapped, self.encrypted
        )
    }
}

impl Rotation {
    /// Only counts.
    async fn tell(&self, first: KeyId) -> Result<Answer, Problem> {
        let blobs = blobs(&self.paths, &self.vault)?;
        Ok(self.depends(&blobs).await?.answer(first, None))
    }

    /// Passes over everything until there is nothing left to do: servers may still have written under a former key.
    async fn run(&self, first: KeyId) -> Result<Answer, Problem> {
        let _lock = files::lock(&self.paths.keys.join("rotation.lock"))?;
        let blobs = blobs(&self.paths, &self.vault)?;
        let mut done = Done::default();
        for _ in 0..MAX_PASSES {
            let before = done.sum();
            self.pass(&blobs, &mut done).await?;
            if done.sum() == before {
                break;
            }
        }
        // Plain files were removed: they must not come back with a loss of power.
        settle_names(&self.paths.blobs())?;
        let mut depends = self.depends(&blobs).await?;
        depends.failed = std::mem::take(&mut done.failed);
        Ok(depends.answer(first, Some(&done)))
    }

    async fn pass(&self, blobs: &Blobs, done: &mut Done) -> Result<(), Problem> {
        let origin = files::read_text(&self.paths.origin())?.unwrap_or_default();
        done.signing_key += u64::from(rotate_seed(&self.paths, &self.vault, &origin)?);
        // Keys block, and this is a thread of a runtime.
        done.keys += block_in_place(|| rotate::rotate_keys(&*self.keys, &self.vault))?;
        let rotated = rotate::rotate_blobs(blobs, &self.wiring).await.map_err(unreachable_store)?;
        done.rewrapped += rotated.rewrapped;
        done.encrypted += rotated.encrypted;
        done.failed = rotated.failed;
        Ok(())
    }

    async fn depends(&self, blobs: &Blobs) -> Result<Depends, Problem> {
        let mut keys = block_in_place(|| rotate::count_keys(&*self.keys))?;
        keys.extend(&count_seed(&self.paths)?);
        let (blobs, failed) = rotate::count_blobs(blobs).await.map_err(unreachable_store)?;
        Ok(Depends { keys, blobs, failed })
    }
}

fn unreachable_store(error: BlobError) -> Problem {
    Problem::new(error)
        .hint("see that the data directory can be read and written, and repeat: what was done stays done")
}

/// What depends on which master key.
struct Depends {
    keys: Count,
    blobs: Count,
    failed: Vec<BlobError>,
}

impl Depends {
    fn answer(&self, first: KeyId, done: Option<&Done>) -> Answer {
        let mut all = self.keys.clone();
        all.extend(&self.blobs);
        let others = all.keys().filter(|id| *id != first).count();
        let is_complete = others == 0 && all.plain() == 0 && self.failed.is_empty();
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        for id in all.0.keys() {
            let [keys, blobs] = [&self.keys, &self.blobs].map(|of| of.0.get(id).copied().unwrap_or_default());
            let id = id.map(|id| id.to_string());
            lines.push(match &id {
                Some(id) => format!("under the master key `{id}`: {keys} keys, {blobs} blobs"),
                None => format!("not encrypted: {keys} keys, {blobs} blobs"),
            });
            rows.push(json!({"masterKey": id, "keys": keys, "blobs": blobs}));
        }
        let failed: Vec<String> = self.failed.iter().map(ToString::to_string).collect();
        let exit = if is_complete || done.is_none() { Exit::Done } else { Exit::No };
        let mut answer = Answer::new(json!({
            "masterKey": first.to_string(), "dryRun": done.is_none(), "done": done.map(Done::json), "dependOn": rows,
            "complete": is_complete, "failed": failed,
        }))
        .exit(exit);
        answer.blocks.extend(done.map(|done| Block::Line(done.line(first))));
        answer.blocks.extend(lines.into_iter().map(Block::Line));
        answer.blocks.extend(failed.into_iter().map(Block::Bad));
        match (is_complete, done) {
            (true, _) => answer
                .with(Block::Good(format!("everything is under the master key `{first}`")))
                .hint("other master keys can go from the key file; keep them as long as backups that were made under them"),
            (false, None) => answer.hint("run it without --dry-run to put all of it under the first key"),
            (false, Some(_)) => answer
                .with(Block::Bad("not everything could be put under the first key".to_owned()))
                .hint("where a server still writes under another key, give it the new key file and send it SIGHUP; then repeat"),
        }
    }
}
