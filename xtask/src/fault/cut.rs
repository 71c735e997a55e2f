//! Connections to PostgreSQL that are cut, one message at a time: the question never arrives, or the answer never comes back.
//! The server has to go on over a new connection, and whatever it has acknowledged is there.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::load::{self, Story};
use super::proxy::{Cut, Proxy, Way};
use super::{Lab, said_why};
use crate::out;
use crate::postgres::Postgres;
use crate::rng::Rng;
use crate::server::Server;
use crate::site::Site;

/// The database of a round.
const DATABASE: &str = "round";
/// How often the last question is asked again: the cut may have met it.
const ASKED: usize = 3;

/// What was seen of one kind.
#[derive(Debug, Default)]
struct Counts {
    rounds: u64,
    unreached: u64,
    not_started: u64,
    refused: u64,
    acknowledged: u64,
}

/// Records, and runs so many rounds: at most one for each message.
pub(super) fn run(lab: &Lab<'_>, postgres: &Postgres, rounds: u64, seed: u64) -> Result<()> {
    let (questions, answers) = record(lab, postgres)?;
    let mut cases: Vec<Cut> = (1..=questions).map(|when| Cut { way: Way::Question, when }).collect();
    cases.extend((1..=answers).map(|when| Cut { way: Way::Answer, when }));
    super::cases::shuffle(&mut cases, &mut Rng::new(seed));
    let all = cases.len();
    let mut table = [(Way::Question, Counts::default()), (Way::Answer, Counts::default())];
    for (number, cut) in cases.into_iter().enumerate().take(usize::try_from(rounds)?) {
        let Some((_, counts)) = table.iter_mut().find(|(way, _)| *way == cut.way) else { continue };
        round(lab, postgres, cut, counts)
            .with_context(|| format!("round {}: {cut:?}; the files are kept", number + 1))?;
    }
    out::line(
        "| connection cut at | messages | rounds | refused first | did not start | not reached | writes acknowledged |",
    );
    out::line("| --- | --- | --- | --- | --- | --- | --- |");
    for (way, Counts { rounds, unreached, not_started, refused, acknowledged }) in &table {
        let (name, messages) = match way {
            Way::Question => ("a question", questions),
            Way::Answer => ("an answer", answers),
        };
        out::line(&format!(
            "| {name} | {messages} | {rounds} | {refused} | {not_started} | {unreached} | {acknowledged} |"
        ));
    }
    out::line(&format!(
        "fault: connections cut at {} of {all} messages, nothing acknowledged was lost",
        rounds.min(all as u64)
    ));
    Ok(())
}

fn record(lab: &Lab<'_>, postgres: &Postgres) -> Result<(u64, u64)> {
    let (site, _) = lab.copy()?;
    let proxy = Proxy::start(&postgres.socket(), None)?;
    let server =
        Server::start(lab.binary, &site.home, &site.by_way_of(&proxy.address_of(DATABASE)).variables())?;
    let story = load::run(&lab.client(&server), "recording")?;
    server.stop()?;
    ensure!(story.pending.is_empty() && !story.gone, "the load fails without a fault too: {story:?}");
    Ok(proxy.counts())
}

fn round(lab: &Lab<'_>, postgres: &Postgres, cut: Cut, counts: &mut Counts) -> Result<()> {
    let (site, _): (Site, PathBuf) = lab.copy()?;
    let proxy = Proxy::start(&postgres.socket(), Some(cut))?;
    counts.rounds += 1;
    let started = site.by_way_of(&proxy.address_of(DATABASE)).start(lab.binary);
    let story = match started {
        Ok(server) => {
            let story = load::run(&lab.client(&server), "round")?;
            ensure!(!story.gone, "the server went away: {story:?}");
            goes_on(lab, &server)?;
            server.stop()?;
            counts.unreached += u64::from(!proxy.has_cut());
            counts.refused += u64::from(!story.refused.is_empty());
            story
        }
        // It says why, and starts over another connection.
        Err(error) => {
            ensure!(proxy.has_cut() && said_why(&error), "it did not start, and did not say why: {error:#}");
            counts.not_started += 1;
            Story::default()
        }
    };
    counts.acknowledged += story.acks.len() as u64;
    drop(proxy);
    lab.restart(&site, story)
}

/// One connection was cut, once: a further write succeeds, at the latest when it is repeated.
fn goes_on(lab: &Lab<'_>, server: &Server) -> Result<()> {
    let probe = json!({"name": "probe", "purpose": "to see whether the server goes on"});
    let mut said = String::new();
    for _ in 0..ASKED {
        let answer = lab.client(server).post("/api/v1/models", Some("probe"), &probe)?;
        if answer.status / 100 == 2 {
            return Ok(());
        }
        said = String::from_utf8_lossy(&answer.body).into_owned();
        ensure!(
            answer.status == 503,
            "a write over a connection that was cut was answered {} {said}",
            answer.status
        );
    }
    anyhow::bail!("the server does not go on after one connection was cut: {said}")
}
