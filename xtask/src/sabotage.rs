//! `cargo xtask sabotage`: one planted fault at a time; the test that is there for it has to go red.
//!
//! All faults are in one build, of which [`VARIABLE`] chooses one (see `assent-sabotage`). So the tests are built once, and
//! have to pass in that very build while nothing is planted.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use assent_sabotage::{Fault, VARIABLE};

use crate::out;
use crate::postgres::Postgres;
use crate::run::{cargo, kept};
use crate::server::WITH_FAULTS;

/// A planted fault, and what notices it.
struct Planted {
    fault: Fault,
    /// The package that has the test.
    package: &'static str,
    /// The test, whatever module it is in.
    test: &'static str,
}

const fn planted(fault: Fault, package: &'static str, test: &'static str) -> Planted {
    Planted { fault, package, test }
}

const PLANTED: [Planted; 28] = [
    planted(Fault::ChainLink, "assent-log", "chain_link_is_checked_as_well_as_the_tree"),
    planted(Fault::SqliteSynchronousOff, "assent-store-sqlite", "commits_are_synchronous"),
    planted(
        Fault::PostgresSynchronousOff,
        "assent-store-postgres",
        "commits_are_synchronous_whatever_the_database_says",
    ),
    planted(Fault::HeadLock, "assent-store-postgres", "writers_make_one_order"),
    planted(Fault::AckBeforeCommit, "assent-app", "nobody_is_answered_before_the_commit"),
    planted(Fault::IndexColumn, "assent-app", "every_index_column_is_rebuilt_from_the_log"),
    planted(Fault::Idempotency, "assent-app", "a_repeated_request_is_done_once"),
    planted(Fault::ScopePredicate, "assent-app", "a_row_is_listed_just_if_it_is_authorised"),
    planted(Fault::Follow, "assent-app", "what_another_server_wrote_is_seen_at_once"),
    planted(Fault::KeyNotDestroyed, "assent-app", "the_key_of_an_erased_subject_is_destroyed"),
    planted(Fault::LastChunk, "assent-app", "an_envelope_that_was_cut_off_between_two_chunks_is_not_whole"),
    planted(Fault::ChunkHead, "assent-app", "a_chunk_of_another_envelope_does_not_open"),
    planted(Fault::BlobDigest, "assent-app", "an_envelope_around_other_bytes_is_refused"),
    planted(Fault::SeparationOfDuties, "assent-app", "separation_of_duties_holds"),
    planted(Fault::Expiry, "assent-app", "approvals_lapse_with_evidence_time_and_role"),
    planted(Fault::ThresholdSign, "assent-domain", "a_figure_passes_on_its_side_of_the_bound"),
    planted(Fault::AucTies, "assent-eval", "compas_gives_the_figures_of_scikit_learn_and_fairlearn"),
    planted(Fault::RateOfNothing, "assent-eval", "comparisons_that_rest_on_an_undefined_rate_are_absent"),
    planted(Fault::FalseDiscovery, "assent-eval", "adjusted_p_values_keep_the_order_of_the_p_values"),
    planted(Fault::Links, "assent-app", "linked_accounts_are_one_person"),
    planted(Fault::SecondPerson, "assent-app", "one_person_alone_lets_nobody_approve"),
    planted(
        Fault::Weaker,
        "assent-app",
        "a_weaker_pack_is_in_force_once_a_second_person_has_confirmed_its_digest",
    ),
    planted(Fault::Expiry, "assent-domain", "it_begins_and_ends_to_the_second"),
    planted(
        Fault::EmergencyCover,
        "assent-domain",
        "a_rule_that_asks_for_more_than_an_approval_is_not_excused",
    ),
    planted(Fault::Delegator, "assent-domain", "the_exclusions_of_both_hold"),
    planted(
        Fault::CardClaim,
        "assent-domain",
        "a_figure_that_cites_an_evaluation_is_the_figure_of_that_evaluation",
    ),
    planted(Fault::ReturnTo, "assent-domain", "a_no_sends_a_version_back_just_where_it_stands_later"),
    planted(Fault::ExceptionExpiry, "assent-app", "an_exception_ends_by_the_clock_wherever_it_is_asked_for"),
];

/// Losses of power, and kills of PostgreSQL with what is in its memory, that have to show a fault within so many rounds.
const LOSSES: [(Fault, [&str; 5]); 4] = [
    (Fault::SqliteSynchronousOff, ["powerloss", "--store", "sqlite", "--rounds", "40"]),
    (Fault::AckBeforeCommit, ["powerloss", "--store", "sqlite", "--rounds", "40"]),
    (Fault::PostgresSynchronousOff, ["powerloss", "--store", "postgres", "--rounds", "40"]),
    (Fault::PostgresSynchronousOff, ["crash", "--store", "postgres", "--rounds", "20"]),
];

/// The words with which such a run says that something acknowledged is gone, that a disk does not verify or start, or that
/// what was acknowledged is not there for the very next request.
const SIGNS: [&str; 4] = ["LOST", "audit verify", "did not become ready", "answered 404"];

/// Exit code of nextest when tests ran and some failed.
const TESTS_FAILED: i32 = 100;

/// Runs every fault; gives how many were noticed.
pub fn run() -> Result<u64> {
    let postgres = Postgres::start()?;
    out::step("sabotage: nothing planted yet");
    let (green, said) = kept(&mut nextest(&PLANTED, &postgres))?;
    if green != 0 {
        show(&said);
        bail!("tests fail with nothing planted (exit {green}): mend them first");
    }
    for planted in &PLANTED {
        goes_red(planted, &postgres).with_context(|| of(planted.fault))?;
    }
    for (fault, arguments) in LOSSES {
        is_shown(fault, &arguments).with_context(|| of(fault))?;
    }
    Ok((PLANTED.len() + LOSSES.len()) as u64)
}

fn of(fault: Fault) -> String {
    format!("planted fault `{}`: {}", fault.name(), fault.what())
}

fn goes_red(planted: &Planted, postgres: &Postgres) -> Result<()> {
    out::step(&format!("sabotage: {} ({})", planted.fault.what(), planted.fault.name()));
    let mut red = nextest(std::slice::from_ref(planted), postgres);
    let (exit, said) = kept(red.env(VARIABLE, planted.fault.name()))?;
    if exit == TESTS_FAILED {
        out::line(&format!("noticed: `{}` went red", planted.test));
        return Ok(());
    }
    show(&said);
    match exit {
        0 => bail!("`{}` stays green with the fault: it tests nothing", planted.test),
        other => bail!("`{}` could not be run with the fault (exit {other})", planted.test),
    }
}

/// The tests of some faults. What is built is the same whichever they are.
fn nextest(some: &[Planted], postgres: &Postgres) -> Command {
    let mut command = cargo(&["nextest", "run", "--no-tests", "fail", "--status-level", "none"]);
    command.args(["--final-status-level", "fail"]).args(WITH_FAULTS);
    for package in PLANTED.iter().map(|planted| planted.package).collect::<BTreeSet<_>>() {
        command.args(["--package", package]);
    }
    let one = |planted: &Planted| format!("(package({}) & test(/(^|::){}$/))", planted.package, planted.test);
    let filter = some.iter().map(one).collect::<Vec<_>>().join(" | ");
    command.args(["-E", &filter]).envs(postgres.variables());
    command
}

fn is_shown(fault: Fault, arguments: &[&str]) -> Result<()> {
    let what = arguments.join(" ");
    out::step(&format!("sabotage: {} ({}), by {what}", fault.what(), fault.name()));
    let (exit, said) =
        kept(Command::new(std::env::current_exe()?).args(arguments).env(VARIABLE, fault.name()))?;
    ensure!(exit != 0, "`{what}` did not show it");
    let sign =
        said.iter().find(|line| line.starts_with("error: ") && SIGNS.iter().any(|sign| line.contains(sign)));
    let Some(sign) = sign else {
        show(&said);
        bail!("`{what}` failed for another reason (exit {exit})");
    };
    out::line(&format!("noticed: {sign}"));
    Ok(())
}

fn show(said: &[String]) {
    for line in said {
        out::line(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_a_test() {
        let tested: BTreeSet<Fault> = PLANTED.iter().map(|planted| planted.fault).collect();
        assert_eq!(tested, Fault::ALL.iter().copied().collect());
    }
}
