//! The command line of Assent, as a library, so that tests can open an installation in their own process.
//!
//! `serve` and `demo` open an [`installation`]; `audit verify`, `audit replay` and `audit export` read one, with the server up
//! or down; `evaluate --data`, `drift` and `scan` work on files alone; everything else is a client of the HTTP interface and can do
//! nothing that another client could not. One command is one file in `commands`; [`output`] is the only place that prints.
//!
//! Invariants: a command that could not ask never exits 0 or 1; what a server sends is shown without control characters;
//! a secret is printed once, where it is made, and nowhere else.

mod audit;
mod backup;
mod ci;
mod cli;
mod client;
mod commands;
mod data_files;
pub mod documents;
pub mod embedded;
mod imported;
pub mod installation;
mod names;
pub mod output;
mod pairs;
mod pin;
mod place;
pub mod problem;
mod progress;
mod table;
mod thresholds;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::output::Printer;
use crate::problem::Exit;

/// Runs the program with these arguments.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too; where nobody reads them there is nothing to do.
            drop(error.print());
            return if error.use_stderr() { Exit::NotAsked.into() } else { Exit::Done.into() };
        }
    };
    let printer = Printer::new(cli.global.output);
    match commands::run(cli, printer) {
        Ok(exit) => exit.into(),
        Err(problem) => {
            printer.problem(&problem);
            problem.exit.into()
        }
    }
}
