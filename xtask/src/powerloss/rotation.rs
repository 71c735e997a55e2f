//! Losses of power while `assent admin rotate-master-key` works. What is plain is encrypted under a first key, and then put
//! under a second one; whatever a loss leaves, every acknowledged name and every artifact has to open, and the rotation,
//! done again, has to leave nothing that needs a former key.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::image::{Loss, Tree, crash, ensure_same};
use super::journal::{self, Record};
use super::recorder::Recorder;
use super::stage::Stage;
use super::{Counts, Lab, Start};
use crate::audit;
use crate::http::Client;
use crate::load::{Ack, hex};
use crate::out;
use crate::run::check;
use crate::server::{Home, Server};

/// The variable by which the binary learns of a master key.
const VARIABLE: &str = "ASSENT_MASTER_KEY_FILE";
/// So many acknowledged writes are looked at after each loss: each is asked for over HTTP, twice.
const LOOKED_AT: usize = 60;

/// A key file as it is during a rotation, and as it is afterwards.
struct Keys {
    during: PathBuf,
    after: PathBuf,
}

struct Rotation {
    base: Tree,
    bytes: Vec<u8>,
    records: Vec<Record>,
}

impl Lab<'_> {
    /// Rotates on what the last loss has left, with so many losses in the middle of it.
    pub(super) fn rotate(&mut self, losses: u64, counts: &mut Counts) -> Result<()> {
        let Stage::File { shim } = &self.stage else { return Ok(()) };
        let (shim, Some(start)) = (shim.clone(), self.start.take()) else { return Ok(()) };
        let [first, second] = [self.master_key(), self.master_key()];
        let steps = [self.key_files(1, &first, "")?, self.key_files(2, &second, &first)?];
        for (step, keys) in steps.iter().enumerate() {
            let journal = self.folder.join(format!("journal-rotation-{step}"));
            let rotation = self.record_rotation(&shim, &start.home, keys, &journal)?;
            for _ in 0..losses.div_ceil(2) {
                self.lose_rotation(&rotation, &start, keys)?;
                counts.during_rotation += 1;
            }
        }
        out::line(&counts.line());
        Ok(())
    }

    fn master_key(&mut self) -> String {
        let bytes: Vec<u8> = (0..4).flat_map(|_| self.rng.next_u64().to_be_bytes()).collect();
        hex(&bytes) + "\n"
    }

    fn key_files(&self, number: u64, key: &str, former: &str) -> Result<Keys> {
        let [during, after] =
            ["during", "after"].map(|name| self.folder.join(format!("master-{number}-{name}.key")));
        for (path, text) in [(&during, format!("{key}{former}")), (&after, key.to_owned())] {
            fs::write(path, text)?;
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        }
        Ok(Keys { during, after })
    }

    fn record_rotation(&mut self, shim: &Path, home: &Home, keys: &Keys, journal: &Path) -> Result<Rotation> {
        let roots = self.stage.roots(home);
        let base = Tree::read(&roots)?;
        let mut recorder = Recorder::new(shim, journal)?;
        let mut command = self.rotation(home, keys);
        check(command.envs(recorder.environment(&roots)?))?;
        let bytes = recorder.read()?;
        let records = journal::parse(&bytes)?;
        ensure!(!records.is_empty(), "the rotation has changed nothing");
        let replayed = crash(&base, &bytes, &records, records.len(), Loss::Nothing, &mut self.rng)?;
        ensure_same(&replayed, &Tree::read(&roots)?)?;
        Ok(Rotation { base, bytes, records })
    }

    fn rotation(&self, home: &Home, keys: &Keys) -> Command {
        let mut command = Command::new(self.binary);
        command.args(["admin", "rotate-master-key", "--output", "json", "--data-dir"]).arg(&home.data);
        command.arg("--keys-dir").arg(&home.keys).arg("--master-key-file").arg(&keys.during);
        command.stdout(std::process::Stdio::null());
        command
    }

    fn lose_rotation(&mut self, rotation: &Rotation, start: &Start, keys: &Keys) -> Result<()> {
        let Rotation { base, bytes, records } = rotation;
        let count = usize::try_from(self.rng.below(records.len() as u64))? + 1;
        let loss = self.loss();
        let disk = crash(base, bytes, records, count, loss, &mut self.rng)?;
        let home = Home::below(&self.folder.join("lost-rotation"));
        self.stage.put(&disk, &home)?;
        self.examine_rotation(&home, start, keys).with_context(|| {
            format!("the loss after {count} of {} calls of a rotation, {loss:?}", records.len())
        })
    }

    fn examine_rotation(&self, home: &Home, start: &Start, keys: &Keys) -> Result<()> {
        let skipped = start.acks.len().saturating_sub(LOOKED_AT);
        let acks = start.acks.get(skipped..).unwrap_or_default();
        self.open_all(home, &keys.during, &start.token, acks)?;
        check(&mut self.rotation(home, keys))?;
        self.open_all(home, &keys.after, &start.token, acks).context("after the rotation was done again")
    }

    /// Whether everything opens with the keys in that file.
    fn open_all(&self, home: &Home, keys: &Path, token: &str, acks: &[Ack]) -> Result<()> {
        let server = Server::start(self.binary, home, &[(VARIABLE, keys.as_os_str())])?;
        let client = Client::new(&server.url, Some(token));
        audit::ensure_readable(&client, acks.iter())?;
        audit::ensure_artifacts(&client, acks.iter())?;
        server.kill()
    }
}
