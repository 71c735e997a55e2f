//! `cargo xtask <command>`.

use std::process::ExitCode;

use anyhow::{Result, bail};
use xtask::args::Args;
use xtask::site::Kind;
use xtask::{
    bench, crash, fault, out, postgres, powerloss, reference, replicas, sabotage, schemathesis, tamper, test,
    tidy,
};

const HELP: &str = "\
cargo xtask test                                   all checks and tests: the one command
cargo xtask tidy                                   what no compiler checks: layers, licences, links, names, paths
cargo xtask sabotage                               plants one fault at a time; its test must go red
cargo xtask crash [--rounds N] [--seed S] [--profile P] [--store sqlite|postgres]  kill -9 under concurrent writers
cargo xtask fault [--rounds N] [--seed S] [--profile P] [--store sqlite|postgres]  calls on the disk that fail, one at a time
cargo xtask powerloss [--rounds N] [--seed S] [--profile P] [--store sqlite|postgres]  losses of power under concurrent writers
cargo xtask replicas [--rounds N] [--seed S] [--profile P]   servers and database failing under load, three on one
cargo xtask tamper [--rounds N] [--seed S] [--profile P]     every class of change behind our back, found and named
cargo xtask postgres <command>                     runs a command with a PostgreSQL of its own
cargo xtask reference <command>                    runs a command with the reference implementations of metrics
cargo xtask lineage <command>                      the same, and with DVC and the client of OpenLineage
cargo xtask schemathesis [--seconds N] [--seed S] [--profile P]  requests made up from the API description
cargo xtask bench rules|log|blobs                  measures, beside the machine's own rates and peers
cargo xtask bench write|gate [--store sqlite|postgres]   the same, for each store
cargo xtask bench drift [--peers none]              the same, for the drift of columns
cargo xtask bench eval [--rows N] [--rounds N] [--peers none] [--growth]  the same, for evaluations of files
cargo xtask bench audit [--entries N] [--store sqlite|postgres] [--keep]  searches of a large log";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        // The tests have said what failed, and their totals stay the last line.
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            out::line(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    if command == "postgres" {
        return postgres::run(&arguments.collect::<Vec<_>>()).map(|()| true);
    }
    if command == "reference" {
        return reference::run(&arguments.collect::<Vec<_>>()).map(|()| true);
    }
    if command == "lineage" {
        return reference::run_lineage(&arguments.collect::<Vec<_>>()).map(|()| true);
    }
    let args = Args::parse(arguments, options_of(&command))?;
    let profile = args.text("profile").unwrap_or("dev").to_owned();
    let stores = Kind::named(args.text("store"))?;
    let (rounds, seed) = (|default| args.number("rounds", default), args.number("seed", 1)?);
    match command.as_str() {
        "test" => return test::run(),
        "tidy" => tidy::run(),
        "sabotage" => sabotage::run().map(drop),
        "crash" => {
            let rounds = rounds(test::CRASH_ROUNDS)?;
            crash::run(&crash::Plan { rounds, seed, profile, stores })
        }
        "fault" => {
            let rounds = rounds(test::FAULT_ROUNDS)?;
            fault::run(&fault::Plan { rounds, seed, profile, stores })
        }
        "powerloss" => {
            let rounds = rounds(test::POWERLOSS_ROUNDS)?;
            powerloss::run(&powerloss::Plan { rounds, seed, profile, stores })
        }
        "replicas" => {
            let rounds = rounds(test::REPLICAS_ROUNDS)?;
            replicas::run(&replicas::Plan { rounds, seed, profile })
        }
        "tamper" => {
            let rounds = rounds(test::TAMPER_ROUNDS)?;
            tamper::run(&tamper::Plan { rounds, seed, profile }).map(drop)
        }
        "schemathesis" => {
            let seconds = args.number("seconds", test::SCHEMATHESIS_SECONDS)?;
            schemathesis::run(&schemathesis::Plan { seconds, seed, profile }).map(drop)
        }
        "bench" => bench::run(&args),
        "" | "help" => {
            out::line(HELP);
            Ok(())
        }
        other => bail!("`{other}` is no command of this project:\n{HELP}"),
    }
    .map(|()| true)
}

/// The options that a command knows.
fn options_of(command: &str) -> &'static [&'static str] {
    match command {
        "crash" | "fault" | "powerloss" => &["rounds", "seed", "profile", "store"],
        "replicas" | "tamper" => &["rounds", "seed", "profile"],
        "schemathesis" => &["seconds", "seed", "profile"],
        "bench" => &["store", "entries", "keep", "rows", "rounds", "peers", "growth"],
        _ => &[],
    }
}
