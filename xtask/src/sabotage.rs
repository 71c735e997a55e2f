//! `cargo xtask sabotage`: one planted fault at a time; the test that is there for it has to go red.

use anyhow::{Context as _, Result, bail, ensure};

use crate::crash;
use crate::out;
use crate::postgres::Postgres;
use crate::powerloss;
use crate::run::{cargo, kept};
use crate::site::Kind;

/// A planted fault, and what notices it.
struct Fault {
    /// What goes wrong.
    what: &'static str,
    /// The package whose test notices it.
    package: &'static str,
    /// The feature that plants it, as cargo names it for that package.
    feature: &'static str,
    /// The test.
    test: &'static str,
}

const FAULTS: [Fault; 18] = [
    Fault {
        what: "the link of the chain is not checked",
        package: "assent-log",
        feature: "sabotage-chain-link",
        test: "chain_link_is_checked_as_well_as_the_tree",
    },
    Fault {
        what: "commits are not synchronous",
        package: "assent-store-sqlite",
        feature: "sabotage-synchronous-off",
        test: "commits_are_synchronous",
    },
    Fault {
        what: "commits on PostgreSQL are not synchronous",
        package: "assent-store-postgres",
        feature: "sabotage-synchronous-off",
        test: "commits_are_synchronous_whatever_the_database_says",
    },
    Fault {
        what: "writes are acknowledged before the commit",
        package: "assent-app",
        feature: "sabotage-ack-before-commit",
        test: "nobody_is_answered_before_the_commit",
    },
    Fault {
        what: "an index column is not replayed",
        package: "assent-app",
        feature: "sabotage-index-column",
        test: "every_index_column_is_rebuilt_from_the_log",
    },
    Fault {
        what: "the head of the log is read without its lock",
        package: "assent-store-postgres",
        feature: "sabotage-head-lock",
        test: "writers_make_one_order",
    },
    Fault {
        what: "the key of an erased subject is not destroyed",
        package: "assent-app",
        feature: "sabotage-key-not-destroyed",
        test: "the_key_of_an_erased_subject_is_destroyed",
    },
    Fault {
        what: "an encrypted blob may end after any of its chunks",
        package: "assent-app",
        feature: "sabotage-last-chunk",
        test: "an_envelope_that_was_cut_off_between_two_chunks_is_not_whole",
    },
    Fault {
        what: "the chunks of an encrypted blob are not bound to its head",
        package: "assent-app",
        feature: "sabotage-chunk-head",
        test: "a_chunk_of_another_envelope_does_not_open",
    },
    Fault {
        what: "what a blob holds is not compared with its digest",
        package: "assent-app",
        feature: "sabotage-blob-digest",
        test: "an_envelope_around_other_bytes_is_refused",
    },
    Fault {
        what: "separation of duties is skipped",
        package: "assent-app",
        feature: "assent-domain/sabotage-separation-of-duties",
        test: "separation_of_duties_holds",
    },
    Fault {
        what: "the condition of scopes on rows is dropped",
        package: "assent-app",
        feature: "sabotage-scope-predicate",
        test: "a_row_is_listed_just_if_it_is_authorised",
    },
    Fault {
        what: "the expiry of an approval is ignored",
        package: "assent-app",
        feature: "assent-domain/sabotage-expiry",
        test: "approvals_lapse_with_evidence_time_and_role",
    },
    Fault {
        what: "the sign of thresholds is flipped",
        package: "assent-domain",
        feature: "sabotage-threshold-sign",
        test: "a_figure_passes_on_its_side_of_the_bound",
    },
    Fault {
        what: "a repeated request is carried out again, whatever its key",
        package: "assent-app",
        feature: "sabotage-idempotency",
        test: "a_repeated_request_is_done_once",
    },
    Fault {
        what: "two linked accounts count as two people",
        package: "assent-app",
        feature: "assent-domain/sabotage-links",
        test: "linked_accounts_are_one_person",
    },
    Fault {
        what: "who proposes a grant that approves confirms it",
        package: "assent-app",
        feature: "assent-domain/sabotage-second-person",
        test: "one_person_alone_lets_nobody_approve",
    },
    Fault {
        what: "no pack counts as weaker than another",
        package: "assent-app",
        feature: "assent-domain/sabotage-weaker",
        test: "a_weaker_pack_is_in_force_once_a_second_person_has_confirmed_its_digest",
    },
];

/// Faults that losses of power have to show, as features of the binary.
const LOSSES: [(&str, Kind); 3] = [
    ("assent-store-sqlite/sabotage-synchronous-off", Kind::Sqlite),
    ("assent-app/sabotage-ack-before-commit", Kind::Sqlite),
    ("assent-store-postgres/sabotage-synchronous-off", Kind::Postgres),
];
/// Losses that are tried before such a fault counts as unnoticed.
const LOSS_ROUNDS: u64 = 40;

/// The fault that kills of PostgreSQL have to show: what it has not written yet is in its memory, which they take away.
const KILL: &str = "assent-store-postgres/sabotage-synchronous-off";
/// Kills that are tried before it counts as unnoticed; every other one is of the database.
const KILL_ROUNDS: u64 = 20;

/// Exit code of nextest when tests ran and some failed.
const TESTS_FAILED: i32 = 100;

/// Runs every fault; gives how many were noticed.
pub fn run() -> Result<u64> {
    let (mut noticed, postgres) = (0, Postgres::start()?);
    for fault in &FAULTS {
        check(fault, &postgres)
            .with_context(|| format!("planted fault `{}`: {}", fault.feature, fault.what))?;
        noticed += 1;
    }
    for (feature, kind) in LOSSES {
        check_loss(feature, kind)?;
        noticed += 1;
    }
    check_kill()?;
    Ok(noticed + 1)
}

fn check(fault: &Fault, postgres: &Postgres) -> Result<()> {
    out::step(&format!("sabotage: {} ({})", fault.what, fault.feature));
    let (green, said) = test(fault, postgres, &[])?;
    if green != 0 {
        show(&said);
        bail!("`{}` fails without the fault too (exit {green}): mend it first", fault.test);
    }
    let (red, said) = test(fault, postgres, &["--features", fault.feature])?;
    if red == TESTS_FAILED {
        out::line(&format!("noticed: `{}` went red", fault.test));
        return Ok(());
    }
    show(&said);
    match red {
        0 => bail!("`{}` stays green with the fault: it tests nothing", fault.test),
        other => bail!("`{}` could not be built or found with the fault (exit {other})", fault.test),
    }
}

fn show(said: &[String]) {
    for line in said {
        out::line(line);
    }
}

/// Exit code and what was printed, which is shown only where it surprises.
fn test(fault: &Fault, postgres: &Postgres, features: &[&str]) -> Result<(i32, Vec<String>)> {
    let name = format!("test(/(^|::){}$/)", fault.test);
    let mut arguments = vec!["nextest", "run", "--package", fault.package, "--no-tests", "fail"];
    arguments.extend(["--status-level", "none", "--final-status-level", "fail", "-E", &name]);
    arguments.extend(features);
    kept(cargo(&arguments).envs(postgres.variables()))
}

/// The words with which a run of losses says that something acknowledged is gone, that a disk does not verify or start, or
/// that what was acknowledged is not there for the very next request.
const SIGNS: [&str; 4] = ["LOST", "audit verify", "did not become ready", "answered 404"];

fn check_kill() -> Result<()> {
    let plan = crash::Plan {
        rounds: KILL_ROUNDS,
        seed: 1,
        profile: "dev".to_owned(),
        stores: vec![Kind::Postgres],
        features: vec![KILL.to_owned()],
    };
    ensure_noticed(KILL, crash::run(&plan))
}

fn check_loss(feature: &str, kind: Kind) -> Result<()> {
    let plan = powerloss::Plan {
        rounds: LOSS_ROUNDS,
        seed: 1,
        profile: "dev".to_owned(),
        stores: vec![kind],
        features: vec![feature.to_owned()],
    };
    ensure_noticed(feature, powerloss::run(&plan))
}

/// Whether a run has shown the planted fault.
fn ensure_noticed(feature: &str, run: Result<()>) -> Result<()> {
    match run {
        Ok(()) => bail!("planted fault `{feature}`: the run did not show it"),
        Err(error) => {
            let text = format!("{error:#}");
            ensure!(SIGNS.iter().any(|sign| text.contains(sign)), "planted fault `{feature}`: {text}");
            let first = text.lines().next().unwrap_or_default();
            out::line(&format!("noticed: {first}"));
            Ok(())
        }
    }
}
