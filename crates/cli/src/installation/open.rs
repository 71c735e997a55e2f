//! Opening for writing: what a server does.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use assent_app::Wiring;
use assent_app::start::{Assent, FirstStart, Parts};
use assent_app::vault::{MasterKeys, Vault};
use assent_domain::identity::Permission;
use assent_domain::pack::{Pack, Problem as PackProblem};
use assent_log::SigningKey;
use assent_store::SubjectKeys;
use jiff::SignedDuration;

use super::paths::Paths;
use super::{Database, KeysDatabase, MasterKeyFile, Sink, at_rest, files};
use crate::embedded;
use crate::problem::Problem;

/// The first administrator's token holds so long.
const FIRST_TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The first administrator.
const ADMINISTRATOR: &str = "Administrator";

/// An installation that this process may write to.
pub struct Installation {
    /// What runs on it.
    pub assent: Assent,
    /// Where it lies.
    pub paths: Paths,
    /// Set where it was made just now.
    pub first_start: Option<FirstStart>,
    /// Where the log is kept.
    pub database: Database,
    /// How many keys of people are not encrypted.
    pub plain_keys: u64,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only a signal reads it"))]
    keys: Arc<dyn SubjectKeys>,
    /// Held as long as this lives, where one process writes.
    _lock: Option<File>,
}

impl std::fmt::Debug for Installation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Installation").field("paths", &self.paths).finish_non_exhaustive()
    }
}

/// What was opened, before the first start.
struct Opened {
    assent: Assent,
    vkey: String,
    is_empty: bool,
    keys: Arc<dyn SubjectKeys>,
    plain_keys: u64,
}

impl Installation {
    /// Opens the installation, and makes it where there is none: then the built-in pack is put in force and an administrator
    /// is made.
    pub async fn open(
        paths: Paths,
        database: Database,
        keys: KeysDatabase,
        masters: MasterKeys,
        wiring: Wiring,
        sink: Option<&Sink>,
    ) -> Result<Self, Problem> {
        files::make_folder(&paths.data)?;
        let vault = Vault::new(masters, wiring.clone());
        let lock = files::lock(&paths.lock())?;
        let started_before = started_before(&paths, &database, &keys)?;
        // Stores block, and the caller is a thread of a runtime.
        let opened = tokio::task::block_in_place(|| {
            Self::assent(&paths, (&database, &keys), started_before, &vault, wiring, sink)
        })?;
        let Opened { assent, vkey, is_empty, keys, plain_keys } = opened;
        let first_start = match (is_empty, assent.ledger.halted()) {
            (true, None) => Some(bootstrap(&assent).await?),
            _ => None,
        };
        if !started_before {
            files::write_new(&paths.vkey(), format!("{vkey}\n").as_bytes())?;
        }
        let lock = (!database.is_shared()).then_some(lock);
        Ok(Self { assent, paths, first_start, database, plain_keys, keys, _lock: lock })
    }

    /// Reads the file of master keys again whenever SIGHUP comes.
    #[cfg(unix)]
    pub(crate) fn reload_at_hangup(&self, file: MasterKeyFile) -> Result<(), Problem> {
        let vault = self.assent.blobs.vault().clone();
        let wiring = self.assent.wiring.clone();
        at_rest::reload_at_hangup(file, self.paths.clone(), Arc::clone(&self.keys), vault, wiring)
    }

    /// What runs on the folders and the database.
    fn assent(
        paths: &Paths,
        (database, keys): (&Database, &KeysDatabase),
        started_before: bool,
        vault: &Vault,
        wiring: Wiring,
        sink: Option<&Sink>,
    ) -> Result<Opened, Problem> {
        let store = database.open(paths)?;
        let is_empty = store.read()?.head()?.size == 0;
        if is_empty && started_before {
            let file = if database.is_shared() { paths.data.clone() } else { paths.log() };
            return Err(lost(&file, "its log is empty, and this installation was started before"));
        }
        files::make_folder(&paths.keys)?;
        let origin = origin(paths, &wiring, is_empty)?;
        let signing_key = signing_key(paths, vault, &wiring, &origin, is_empty)?;
        let vkey = signing_key.vkey();
        check_vkey(paths, &vkey)?;
        let keys = keys.open(paths, database, is_empty)?;
        let plain_keys = at_rest::check_keys(&*keys, &vault.keys())?.plain();
        at_rest::encrypt_plain_seed(paths, vault, &origin)?;
        let assent = Assent::open(Parts {
            store,
            claims: database.claims()?,
            keys: Arc::clone(&keys),
            blobs: at_rest::blobs(paths, vault)?,
            signing_key,
            known_keys: Vec::new(),
            origin,
            outside: sink.map(Sink::newest).transpose()?.flatten(),
            alone: !database.is_shared(),
            wiring,
        })?;
        Ok(Opened { assent, vkey, is_empty, keys, plain_keys })
    }
}

/// The first administrator holds the roles that let others in.
async fn bootstrap(assent: &Assent) -> Result<FirstStart, Problem> {
    let documents = embedded::pack(embedded::DEFAULT_PACK)?;
    let unsound = |problems: Vec<PackProblem>| {
        Problem::new(format!("the built-in pack has {} problems", problems.len()))
    };
    let pack = Pack::compile(documents.clone()).map_err(unsound)?;
    let roles = pack.roles_with(Permission::ManageGrants);
    Ok(assent.bootstrap(documents, ADMINISTRATOR, &roles, FIRST_TOKEN_LIFE).await?)
}

/// Whether this installation was started before. Then nothing of it may be missing.
fn started_before(paths: &Paths, database: &Database, keys: &KeysDatabase) -> Result<bool, Problem> {
    let started = paths.vkey().exists();
    if started {
        let log = (!database.is_shared()).then(|| paths.log());
        let subjects = (!keys.is_shared()).then(|| paths.subjects());
        for file in log.into_iter().chain(subjects).chain([paths.origin(), paths.seed()]) {
            if !file.exists() {
                return Err(lost(&file, "it is missing, and this installation was started before"));
            }
        }
    }
    Ok(started)
}

pub(super) fn lost(file: &Path, what: &str) -> Problem {
    Problem::path("used", file, what).hint(
        "restore it from a backup; nothing was made in its place. If the log is kept in PostgreSQL, name it with --database-url, and its keys with \
         --keys-database-url if they are. \
         To begin anew, name another --data-dir",
    )
}

/// The name of the log, made at the first start.
fn origin(paths: &Paths, wiring: &Wiring, is_empty: bool) -> Result<String, Problem> {
    let path = paths.origin();
    if let Some(origin) = files::read_text(&path)? {
        return Ok(origin);
    }
    if !is_empty {
        return Err(lost(&path, "it is missing"));
    }
    let random: [u8; 4] = wiring.random();
    let origin = format!("assent.local/{:08x}", u32::from_be_bytes(random));
    files::write_new(&path, format!("{origin}\n").as_bytes())?;
    Ok(origin)
}

/// The key that signs checkpoints, made at the first start.
fn signing_key(
    paths: &Paths,
    vault: &Vault,
    wiring: &Wiring,
    origin: &str,
    is_empty: bool,
) -> Result<SigningKey, Problem> {
    let path = paths.seed();
    let seed = match at_rest::seed(paths, vault, origin)? {
        Some(seed) => seed,
        None if is_empty => {
            let seed = wiring.random();
            at_rest::keep_seed(paths, vault, origin, &seed)?;
            seed
        }
        None => return Err(lost(&path, "it is missing")),
    };
    SigningKey::from_seed(origin, seed).map_err(|error| Problem::path("used", &paths.origin(), error))
}

fn check_vkey(paths: &Paths, vkey: &str) -> Result<(), Problem> {
    match files::read_text(&paths.vkey())? {
        Some(written) if written != vkey => {
            let message = format!("`{}` is not the public half of the signing key", paths.vkey().display());
            Err(Problem::new(message).hint("name the keys directory of this data directory with --keys-dir"))
        }
        _ => Ok(()),
    }
}
