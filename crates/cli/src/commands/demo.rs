//! `assent demo`: the whole story on the COMPAS data, or the scenario of another pack, through the public HTTP interface only.
//!
//! The script says who asks what, and in which order; every number comes from the engine, every refusal from the rules. An
//! answer that the story does not expect ends it, and says at which step.

mod acts;
mod cast;
mod figures;
mod log;
mod people;
mod place;
mod production;
mod scenarios;
mod story;
mod versions;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Notify;

use self::place::Place;
use self::scenarios::Scenario;
use self::story::Story;
use super::serve::{options, runtime, stop_signal, tell};
use crate::client::Client;
use crate::embedded;
use crate::installation::{Database, Installation, KeysDatabase, MasterKeys, system_wiring};
use crate::output::{Block, Format, Printer};
use crate::problem::{Exit, Problem};

/// Options of `assent demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Whose way of working to show: a pack that comes with this program
    #[arg(long, value_name = "NAME", default_value = embedded::DEFAULT_PACK)]
    pack: String,
    /// Where to make the installation [default: ./assent-demo; with --exit a new folder for temporary files]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// End after the story, instead of leaving the server up
    #[arg(long)]
    exit: bool,
    /// Remove an earlier demo in that place first
    #[arg(long)]
    fresh: bool,
    /// Where to listen; a free port of this machine if absent
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", hide_default_value = true)]
    listen: SocketAddr,
}

impl Demo {
    /// Runs the command.
    pub(crate) fn run(self, printer: Printer) -> Result<Exit, Problem> {
        tell();
        let scenario = scenarios::of(&self.pack)?;
        let wiring = system_wiring();
        let place = Place::prepare(self.data_dir.as_deref(), self.exit, self.fresh, &wiring)?;
        let runtime = runtime()?;
        let installation = runtime.block_on(Installation::open(
            place.paths().clone(),
            Database::default(),
            KeysDatabase::default(),
            MasterKeys::none(),
            wiring,
            None,
        ))?;
        let server = Server::start(&runtime, &installation, self.listen)?;
        let told = tell_story(&installation, &server, printer, scenario);
        let exit = match &told {
            Ok(story) => {
                place.finished()?;
                let document = document(story, &installation, &server);
                if printer.format() == Format::Json {
                    printer.json(&document);
                }
                if !self.exit {
                    let stop = runtime.block_on(async { stop_signal() })?;
                    if printer.format() != Format::Json {
                        printer.blocks(&look_around(story, &server, scenario.is_none()));
                    }
                    runtime.block_on(stop);
                }
                Ok(Exit::Done)
            }
            Err(problem) => Err(problem.clone()),
        };
        server.stop(&runtime)?;
        exit
    }
}

/// The server in this process.
struct Server {
    url: String,
    stop: Arc<Notify>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Server {
    fn start(runtime: &Runtime, installation: &Installation, listen: SocketAddr) -> Result<Self, Problem> {
        let cannot = |error| {
            Problem::new(format!("cannot listen on `{listen}`: {error}"))
                .hint("name another address with --listen")
        };
        let listener = runtime.block_on(TcpListener::bind(listen)).map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        let assent = installation.assent.clone();
        let served =
            assent_server::serve(assent, listener, options(None)?, async move { stopped.notified().await });
        Ok(Self { url: format!("http://{address}"), stop, task: runtime.spawn(served) })
    }

    /// Lets requests in flight finish, and the last checkpoint be signed.
    fn stop(self, runtime: &Runtime) -> Result<(), Problem> {
        self.stop.notify_one();
        let ended = runtime.block_on(self.task);
        let ended =
            ended.map_err(|error| Problem::new(format!("the server ended: {error}")).exit(Exit::No))?;
        ended.map_err(|error| Problem::new(format!("the server ended: {error}")).exit(Exit::No))
    }
}

fn tell_story(
    installation: &Installation,
    server: &Server,
    printer: Printer,
    scenario: Option<Scenario>,
) -> Result<Story, Problem> {
    let Some(first) = &installation.first_start else {
        return Err(Problem::new("the installation of the demo was there already").hint("use --fresh"));
    };
    let client = Client::new(&server.url, None, None)?;
    let mut story = Story::new(client, printer, &first.token.secret);
    if let Some(tell) = scenario {
        tell(&mut story)?;
        story.chapter("The record");
        log::verify(&mut story, installation)?;
        return Ok(story);
    }
    cast::introduce(&mut story)?;
    // From here on receipts carry a checkpoint: what the log is later shown to begin with.
    log::first_checkpoint(&story)?;
    let scene = versions::tell(&mut story)?;
    production::tell(&mut story, &scene)?;
    log::tell(&mut story, &scene, installation)?;
    Ok(story)
}

fn document(story: &Story, installation: &Installation, server: &Server) -> Value {
    let mut document = story.document();
    if let Some(members) = document.as_object_mut() {
        members.insert("dataDir".to_owned(), json!(installation.paths.data));
        members.insert("keysDir".to_owned(), json!(installation.paths.keys));
        members.insert("origin".to_owned(), json!(installation.assent.signer.origin()));
        members.insert("vkey".to_owned(), json!(installation.assent.signer.vkey()));
        members.insert("url".to_owned(), json!(server.url));
    }
    document
}

/// Where to look while the server is up.
fn look_around(story: &Story, server: &Server, compas: bool) -> Vec<Block> {
    let url = &server.url;
    let mut blocks = vec![
        Block::Title("The server is up; stop it with Ctrl-C".to_owned()),
        Block::Line(format!("API, with every call to try:  {url}/api/docs/")),
        Block::Line(format!("open to anyone:               curl {url}/log/checkpoint")),
        Block::Line(String::new()),
        Block::Line("Tokens of the people, each for a day:".to_owned()),
    ];
    for (name, token) in story.tokens() {
        blocks.push(Block::Line(format!("  {name:<14} {token}")));
    }
    if compas {
        blocks.extend(things_to_ask(story, url));
    }
    blocks
}

/// What is worth asking of the story on the COMPAS data.
fn things_to_ask(story: &Story, url: &str) -> [Block; 6] {
    let curl = |name: &str, path: &str| {
        let token =
            story.tokens().find(|(known, _)| *known == name).map(|(_, token)| token).unwrap_or_default();
        Block::Line(format!("  curl -H 'authorization: Bearer {token}' '{url}{path}'"))
    };
    [
        Block::Line(String::new()),
        Block::Line("Eva's view of the log, and Ines's inbox:".to_owned()),
        curl(cast::EVA, "/api/v1/log/entries?limit=5"),
        curl(cast::INES, "/api/v1/inbox"),
        Block::Line("Or with this program:".to_owned()),
        Block::Line(format!(
            "  ASSENT_URL={url} ASSENT_TOKEN=<token> assent gate recidivism-risk:2 --to PRODUCTION"
        )),
    ]
}
