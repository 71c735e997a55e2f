use assent_domain::calendar;
use assent_domain::change_request::metrics::{Metrics, Tally};

use super::*;

fn counted(world: &World, month: &str) -> Metrics {
    let first = calendar::first_of_month(month).unwrap();
    let mut tally = Tally::of_month(calendar::month_bounds(&world.pack.settings().calendar, first).unwrap());
    world.changes.values().for_each(|change| tally.add(change));
    tally.finish()
}

/// A change that is asked for at one time and ends at another.
fn made(world: &mut World, number: u128, (asked, ended): (&str, &str), success: bool) -> ChangeId {
    world.now = time(asked);
    let id = world.request(number, content(ChangeType::ModelUpdate)).unwrap();
    world.submit(id, &[]).unwrap();
    world.approve(id, &[TECH, SECURITY, OWNER]);
    world.now = time(ended);
    world.start(id).unwrap();
    world.complete(id, success).unwrap();
    id
}

#[test]
fn figures_are_counted_by_the_month_of_the_pack() {
    let mut world = World::new();
    assert_eq!(counted(&world, "2026-12"), Metrics::default());
    // Half an hour before midnight in UTC is the next month where the pack is.
    made(&mut world, 30, ("2026-11-30T22:30:00Z", "2026-11-30T23:30:00Z"), true);
    made(&mut world, 31, ("2026-12-01T00:00:00Z", "2026-12-01T03:00:00Z"), true);
    let taken_back = made(&mut world, 32, ("2026-12-02T00:00:00Z", "2026-12-02T00:00:07Z"), true);
    made(&mut world, 33, ("2026-12-03T00:00:00Z", "2026-12-04T00:00:00Z"), false);
    made(&mut world, 34, ("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"), false);
    world.now = time("2026-12-05T00:00:00Z");
    let rollback = world.roll_back(taken_back, 35).unwrap();
    world.approve(rollback, &[OWNER, TECH]);
    world.start(rollback).unwrap();
    world.complete(rollback, true).unwrap();
    world.request(36, small()).unwrap();
    let waiting = world.request(37, small()).unwrap();
    world.submit(waiting, &[]).unwrap();
    let urgent = world.request(38, content(ChangeType::Emergency)).unwrap();
    world.submit(urgent, &[]).unwrap();
    world.approve(urgent, &[RISK, CHIEF]);
    world.start(urgent).unwrap();
    let expected = Metrics {
        open: 2,
        pending_approval: 2,
        deployed: 3,
        rolled_back: 1,
        ended: 4,
        failed: 2,
        lead_time_seconds: Some(3_600),
    };
    assert_eq!(counted(&world, "2026-12"), expected);
    let november = counted(&world, "2026-11");
    assert_eq!((november.deployed, november.ended, november.failed), (0, 1, 1));
    assert_eq!(november.lead_time_seconds, None);
}

#[test]
fn of_two_in_the_middle_the_mean_counts() {
    let mut world = World::new();
    made(&mut world, 30, ("2026-12-01T00:00:00Z", "2026-12-01T00:00:10Z"), true);
    made(&mut world, 31, ("2026-12-01T00:00:00Z", "2026-12-01T00:00:21Z"), true);
    assert_eq!(counted(&world, "2026-12").lead_time_seconds, Some(15));
}
