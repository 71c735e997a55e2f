//! `assent serve`: the server on a data directory.

mod transport;

use std::net::SocketAddr;
use std::path::PathBuf;

use assent_app::start::FirstStart;
use assent_domain::identity::credential::INVITATION_LIFE;
use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;

use crate::embedded;
use crate::installation::{
    Database, Installation, KeysDatabase, MasterKeyFile, Paths, Sink, providers, system_wiring,
};
use crate::output::{Answer, Block, Printer};
use crate::problem::{Exit, Problem};
use crate::table::Table;
use transport::Transport;

/// Options of `assent serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The log, its state and the blobs
    #[arg(long, value_name = "DIR", default_value = "./assent-data")]
    data_dir: PathBuf,
    /// The signing key and the keys of subjects; outside of the data directory [default: the data directory with `-keys` added]
    #[arg(long, value_name = "DIR")]
    keys_dir: Option<PathBuf>,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    keys_database: KeysDatabase,
    #[command(flatten)]
    master_key: MasterKeyFile,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    transport: Transport,
    /// A folder outside of the data directory that each new checkpoint is written to
    #[arg(long, value_name = "DIR")]
    checkpoint_sink: Option<PathBuf>,
    /// A YAML file with the providers (`OpenID` Connect) that people can log in with
    #[arg(long, value_name = "FILE", env = "ASSENT_PROVIDERS")]
    providers: Option<PathBuf>,
}

impl Serve {
    /// Runs the command: until a signal ends it.
    pub(crate) fn run(self, printer: Printer) -> Result<Exit, Problem> {
        tell();
        runtime()?.block_on(self.serve(printer))
    }

    async fn serve(self, printer: Printer) -> Result<Exit, Problem> {
        let paths = Paths::new(&self.data_dir, self.keys_dir.as_deref())?;
        let tls = self.transport.identity()?;
        let providers = self.providers.as_deref().map(providers).transpose()?.unwrap_or_default();
        let sink = self.checkpoint_sink.as_deref().map(Sink::open).transpose()?;
        let masters = self.master_key.read_outside(&paths)?;
        let (database, keys) = (self.database.clone(), self.keys_database.clone());
        let installation =
            Installation::open(paths, database, keys, masters, system_wiring(), sink.as_ref()).await?;
        #[cfg(unix)]
        if self.master_key.path().is_some() {
            installation.reload_at_hangup(self.master_key.clone())?;
        }
        let listener = TcpListener::bind(self.listen).await.map_err(|error| {
            Problem::new(format!("cannot listen on `{}`: {error}", self.listen))
                .hint("name another address with --listen")
        })?;
        let address = listener.local_addr().unwrap_or(self.listen);
        let shutdown = stop_signal()?;
        self.transport.warn(address);
        let scheme = if tls.is_some() { "https" } else { "http" };
        printer.answer(&started(&installation, &format!("{scheme}://{address}")));
        let proxies = self.transport.proxies();
        let options = assent_server::Options { tls, providers, proxies, ..options(sink.as_ref())? };
        assent_server::serve(installation.assent.clone(), listener, options, shutdown)
            .await
            .map_err(|error| Problem::new(format!("the server ended: {error}")).exit(Exit::Refused))?;
        Ok(Exit::Done)
    }
}

/// The options of a server of this program.
pub(super) fn options(sink: Option<&Sink>) -> Result<assent_server::Options, Problem> {
    Ok(assent_server::Options {
        builtin_packs: embedded::packs()?,
        checkpoint_sink: sink.map(|sink| sink.folder().to_owned()),
        ..assent_server::Options::default()
    })
}

/// The most threads for blocking work: snapshots, evaluations, files, and the verification. More would only take the
/// processors from each other.
const BLOCKING_THREADS: usize = 24;

/// A runtime with its threads.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    let built = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build();
    built.map_err(|error| Problem::new(format!("the threads of the server cannot be started: {error}")))
}

/// The operator's log goes to the standard error, as `RUST_LOG` says; warnings and the worse of it if it says nothing.
pub(super) fn tell() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    // Where somebody set one up before, that one stays.
    drop(tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init());
}

/// Waits for the first SIGINT or SIGTERM. Both are caught from the call on, and not only once somebody waits: who was told
/// that the server is up can ask it to end.
pub(super) fn stop_signal() -> Result<impl Future<Output = ()>, Problem> {
    let cannot = |error| Problem::new(format!("signals cannot be caught: {error}"));
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(windows)]
    {
        let mut interrupt = tokio::signal::windows::ctrl_c().map_err(cannot)?;
        Ok(async move { drop(interrupt.recv().await) })
    }
}

fn started(installation: &Installation, url: &str) -> Answer {
    let (assent, paths) = (&installation.assent, &installation.paths);
    let mut json = json!({
        "url": url,
        "apiDocs": format!("{url}/api/docs/"),
        "dataDir": paths.data,
        "keysDir": paths.keys,
        "database": installation.database.kind(),
        "masterKey": assent.blobs.vault().keys().first().map(|key| key.id().to_string()),
        "origin": assent.signer.origin(),
        "vkey": assent.signer.vkey(),
    });
    let facts = [
        ("listening on", "/url"),
        ("API", "/apiDocs"),
        ("data", "/dataDir"),
        ("keys", "/keysDir"),
        ("database", "/database"),
        ("master key", "/masterKey"),
        ("log", "/origin"),
        ("verifier key", "/vkey"),
    ];
    let mut blocks = vec![Block::Table(Table::facts(&json, &facts))];
    match (assent.blobs.vault().keys().first(), installation.plain_keys) {
        (None, _) => blocks.push(Block::Line(
            "blobs and keys are not encrypted on the disk: there is no master key".to_owned(),
        )),
        (Some(_), 0) => {}
        (Some(_), count) => {
            let line = format!("{count} keys of people are not encrypted yet");
            blocks.push(Block::Line(line));
            blocks
                .push(Block::Hint("run `assent admin rotate-master-key`; the server may stay up".to_owned()));
        }
    }
    if let Some(reason) = assent.ledger.halted() {
        blocks.push(Block::Bad(format!("the ledger is read-only: {reason}")));
        blocks.push(Block::Hint("run `assent audit verify` on the data directory".to_owned()));
    }
    if let Some(first) = &installation.first_start {
        blocks.extend(introduced(first));
        if let Some(json) = json.as_object_mut() {
            let principal = json!({
                "id": first.administrator,
                "token": first.token.secret,
                "invitation": first.invitation.secret,
            });
            json.insert("administrator".to_owned(), principal);
        }
    }
    Answer { blocks, ..Answer::new(json) }
}

/// What the first start tells once.
fn introduced(first: &FirstStart) -> [Block; 4] {
    [
        Block::Good("first start: the built-in pack is in force, and there is an administrator".to_owned()),
        Block::Line(format!("administrator's token (shown once): {}", first.token.secret)),
        Block::Line(format!(
            "administrator's invitation to set a password (used once, holds {} hours): {}",
            INVITATION_LIFE.as_hours(),
            first.invitation.secret
        )),
        Block::Hint(
            "export the token as ASSENT_TOKEN, and add people with `assent admin principal add`".to_owned(),
        ),
    ]
}
