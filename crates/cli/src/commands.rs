//! One command, one file.

pub(crate) mod accountability;
pub(crate) mod admin;
pub(crate) mod apply;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod card;
pub(crate) mod change;
pub(crate) mod check;
mod ci_reports;
pub(crate) mod comment;
pub(crate) mod dataset;
pub(crate) mod delegation;
pub(crate) mod demo;
pub(crate) mod desk;
pub(crate) mod drift;
pub(crate) mod emergency;
pub(crate) mod evaluate;
pub(crate) mod exception;
pub(crate) mod facts;
pub(crate) mod gate;
pub(crate) mod in_place_of;
pub(crate) mod inbox;
pub(crate) mod init;
pub(crate) mod lineage;
pub(crate) mod model;
pub(crate) mod onboard;
pub(crate) mod pack;
pub(crate) mod periodic_review;
pub(crate) mod policy;
pub(crate) mod promote;
pub(crate) mod report;
pub(crate) mod restore;
pub(crate) mod retention;
pub(crate) mod review;
pub(crate) mod risk;
pub(crate) mod scan;
pub(crate) mod serve;
pub(crate) mod signature;
pub(crate) mod system;
mod target;
pub(crate) mod version;

use crate::cli::{Cli, Command, Global};
use crate::client::Client;
use crate::output::{Answer, Format, Printer};
use crate::pin;
use crate::problem::{Exit, Problem};

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Context {
    global: Global,
    /// Where answers go, and how they are written.
    pub(crate) printer: Printer,
}

impl Context {
    /// A client of the server, which has first shown that its log only grew since it was last seen.
    pub(crate) fn client(&self) -> Result<Client, Problem> {
        let client =
            Client::new(&self.global.url, self.global.token.as_deref(), self.global.ca_file.as_deref())?;
        if !self.global.no_pin {
            pin::check(&client, self.global.state_dir.as_deref(), self.printer)?;
        }
        Ok(client)
    }
}

/// Runs a command.
pub(crate) fn run(cli: Cli, printer: Printer) -> Result<Exit, Problem> {
    if !cli.command.writes().contains(&printer.format()) {
        return Err(Problem::new("this command does not write this format")
            .hint("ask for `--output table` or `--output json`; `evaluate` and `drift` also write `html` and `junit`, and `report` also writes `markdown`; `check` and `gate` write reports to files: `--junit`, `--sarif`, `--markdown`"));
    }
    let context = Context { global: cli.global, printer };
    let answer = match cli.command {
        Command::Serve(command) => return command.run(printer),
        Command::Demo(command) => return command.run(printer),
        Command::Init(command) => command.run(),
        Command::Apply(command) => command.run(&context),
        Command::Policy(command) => command.run(),
        Command::Model(command) => command.run(&context),
        Command::Onboard(command) => command.run(&context),
        Command::Version(command) => command.run(&context),
        Command::Dataset(command) => command.run(&context),
        Command::Lineage(command) => command.run(&context),
        Command::System(command) => command.run(&context),
        Command::Evaluate(command) => command.run(&context),
        Command::Drift(command) => command.run(&context),
        Command::Scan(command) => command.run(),
        Command::Facts(command) => command.run(&context),
        Command::Check(command) => command.run(&context).map_err(not_asked),
        Command::Gate(command) => command.run(&context).map_err(not_asked),
        Command::Promote(command) => command.run(&context),
        Command::Review(command) => command.run(&context),
        Command::Comment(command) => command.run(&context),
        Command::Exception(command) => command.run(&context),
        Command::Delegation(command) => command.run(&context),
        Command::Emergency(command) => command.run(&context),
        Command::Risk(command) => command.run(&context),
        Command::Change(command) => command.run(&context),
        Command::Card(command) => command.run(&context),
        Command::Pack(command) => command.run(&context),
        Command::Inbox(command) => command.run(&context),
        Command::Desk(command) => command.run(&context),
        Command::Accountability(command) => command.run(&context),
        Command::PeriodicReview(command) => command.run(&context),
        Command::Report(command) => command.run(&context),
        Command::Retention => retention::run(&context),
        Command::Audit(command) => return command.run(&context),
        Command::Backup(command) => command.run(),
        Command::Restore(command) => command.run(),
        Command::Admin(command) => command.run(&context),
    };
    answer.map(|answer: Answer| printer.answer(&answer))
}

impl Command {
    /// The formats that its answer can be written in.
    fn writes(&self) -> &'static [Format] {
        if matches!(self, Self::Evaluate(_) | Self::Drift(_)) {
            &[Format::Table, Format::Json, Format::Html, Format::Junit]
        } else if matches!(self, Self::Report(_)) {
            &[Format::Table, Format::Json, Format::Markdown]
        } else {
            &Format::COMMON
        }
    }
}

/// A pipeline must be able to tell "no" from "could not ask", whatever it was that failed.
fn not_asked(problem: Problem) -> Problem {
    problem.exit(Exit::NotAsked)
}
