use assent_domain::change_request::Move;

use super::*;

/// A change in each state, as it gets there; in `late` it was started by the emergency pair.
fn in_state(state: StateName, late: bool) -> (World, ChangeId) {
    let mut world = World::new();
    let kind = if late { ChangeType::Emergency } else { ChangeType::ModelUpdate };
    let id = world.request(20, content(kind)).unwrap();
    let reviewers: &[u128] = &[OWNER, TECH, SECURITY];
    match state {
        StateName::Draft => {}
        StateName::Withdrawn => world.withdraw(id, REQUESTER).unwrap(),
        StateName::Submitted => world.submit(id, &[]).unwrap(),
        StateName::UnderReview => {
            world.submit(id, &[]).unwrap();
            world.approve(id, &[TECH]);
        }
        StateName::Rejected => {
            world.submit(id, &[]).unwrap();
            world.approve(id, &[TECH]);
            world.sign(id, SECURITY, Verdict::Rejected).unwrap();
        }
        StateName::Approved | StateName::Scheduled => {
            world.submit(id, &[]).unwrap();
            world.approve(id, reviewers);
            if late {
                world.approve(id, &[RISK]);
            }
            if state == StateName::Scheduled {
                world.schedule(id, "2026-12-02T09:00:00Z").unwrap();
            }
        }
        StateName::InProgress | StateName::Completed | StateName::Failed | StateName::RolledBack => {
            world.submit(id, &[]).unwrap();
            world.approve(id, if late { &[RISK, CHIEF] } else { reviewers });
            world.start(id).unwrap();
            if state != StateName::InProgress {
                world.complete(id, state != StateName::Failed).unwrap();
            }
            if state == StateName::RolledBack {
                let rollback = world.roll_back(id, 21).unwrap();
                world.approve(rollback, &[OWNER, TECH]);
                world.start(rollback).unwrap();
                world.complete(rollback, true).unwrap();
            }
        }
    }
    assert_eq!(world.state(id), state);
    (world, id)
}

fn make(world: &mut World, id: ChangeId, wanted: Move) -> Result<(), Refusal> {
    match wanted {
        Move::Submit => world.submit(id, &[]),
        Move::Sign => world.sign(id, CHIEF, Verdict::Approved),
        Move::Schedule => world.schedule(id, "2026-12-03T09:00:00Z"),
        Move::Start => world.start(id),
        Move::Complete => world.complete(id, true),
        Move::RollBack => world.roll_back(id, 22).map(drop),
        Move::Withdraw => world.withdraw(id, REQUESTER),
    }
}

/// Where each move is legal, written out by hand.
fn expected(state: StateName, wanted: Move, late: bool) -> bool {
    use StateName::{
        Approved, Completed, Draft, Failed, InProgress, RolledBack, Scheduled, Submitted, UnderReview,
    };
    match wanted {
        Move::Submit => state == Draft,
        Move::Sign => {
            [Submitted, UnderReview, Approved, Scheduled].contains(&state)
                || (late && [InProgress, Completed, Failed, RolledBack].contains(&state))
        }
        Move::Schedule => state == Approved,
        Move::Start => {
            [Approved, Scheduled].contains(&state) || (late && [Submitted, UnderReview].contains(&state))
        }
        Move::Complete => state == InProgress,
        Move::RollBack => [Completed, Failed].contains(&state),
        Move::Withdraw => [Draft, Submitted, UnderReview, Approved, Scheduled].contains(&state),
    }
}

#[test]
fn every_move_is_tried_in_every_state() {
    let mut tried = 0;
    for state in StateName::ALL {
        for late in [false, true] {
            for wanted in Move::ALL {
                let (mut world, id) = in_state(state, late);
                let before = world.changes.clone();
                let what = format!("{wanted:?} in {state:?}, emergency: {late}");
                let legal = world.changes[&id].legal();
                assert_eq!(legal.contains(&wanted), expected(state, wanted, late), "{what}");
                let answer = make(&mut world, id, wanted);
                match answer {
                    Ok(()) => {
                        assert!(legal.contains(&wanted), "{what}");
                        assert_ne!(world.changes, before, "{what}");
                    }
                    Err(refusal) if legal.contains(&wanted) => {
                        assert_ne!(refusal.code, Code::WrongState, "{what}: {}", refusal.message);
                        assert!(matches!(wanted, Move::Sign | Move::Start), "{what}: {}", refusal.message);
                    }
                    Err(refusal) => {
                        assert_eq!(refusal.code, Code::WrongState, "{what}");
                        let words: Vec<&str> = legal.iter().map(|legal| legal.done()).collect();
                        let list = if words.is_empty() {
                            "nothing is left to do".to_owned()
                        } else {
                            format!("it can be {}", words.join(" or "))
                        };
                        assert!(refusal.message.ends_with(&list), "{what}: {}", refusal.message);
                        assert!(refusal.message.contains(state.name()), "{what}: {}", refusal.message);
                        assert_eq!(world.changes, before, "{what}");
                    }
                }
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 11 * 2 * 7);
}

#[test]
fn a_request_is_checked() {
    let mut world = World::new();
    refused(world.request(1, content(ChangeType::Rollback)), Code::InvalidValue, "rolling back the change");
    let mut elsewhere = small();
    "MOON".clone_into(&mut elsewhere.environment);
    refused(world.request(1, elsewhere), Code::UnknownEnvironment, "it has PRODUCTION, STAGING");
    let mut same = content(ChangeType::ModelUpdate);
    same.target_version = version_id(1);
    refused(world.request(1, same), Code::InvalidValue, "the same");
    let mut backwards = small();
    backwards.blackouts[0].until = backwards.blackouts[0].from;
    refused(world.request(1, backwards), Code::InvalidValue, "begins at");
    let many = change_request::request(
        change_id(1),
        Box::new(small()),
        &world.model,
        (None, &world.versions[1]),
        &world.pack,
        200,
    );
    refused(many, Code::TooManyOpen, "200 changes");
    let mut foreign = World::new();
    foreign.model.id = ModelId(Uuid::from_u128(77));
    refused(foreign.request(1, small()), Code::InvalidValue, "none of the model");
}

#[test]
fn a_submission_needs_impact_and_rollback_plan_and_may_bring_them() {
    let mut world = World::new();
    let mut bare = content(ChangeType::ModelUpdate);
    let plan = std::mem::take(&mut bare.plan);
    let id = world.request(1, bare).unwrap();
    refused(world.submit(id, &[]), Code::PlanMissing, "`impact` is missing");
    let half = Plan { impact: plan.impact.clone(), ..Plan::default() };
    let decided = change_request::submit(&world.hearing(id), half, &[], id_of(REQUESTER));
    refused(decided, Code::PlanMissing, "`rollbackPlan` is missing");
    let other = change_request::submit(&world.hearing(id), plan.clone(), &[], id_of(TECH));
    refused(other, Code::NotTheRequester, "");
    let decided = change_request::submit(&world.hearing(id), plan.clone(), &[], id_of(REQUESTER));
    world.happen(REQUESTER, decided).unwrap();
    assert_eq!(world.changes[&id].content.plan, plan);
    assert_eq!(world.changes[&id].risk(), Some(assent_domain::RiskLevel::High));
}

#[test]
fn a_change_is_scheduled_in_the_future_and_outside_blackouts() {
    let (mut world, id) = in_state(StateName::Approved, false);
    refused(world.schedule(id, "2026-12-01T09:00:00Z"), Code::InvalidValue, "in the future");
    refused(world.schedule(id, "2026-12-10T00:00:00Z"), Code::Blackout, "blackout of the request");
    // The pack's days begin an hour before those of UTC.
    refused(world.schedule(id, "2026-12-23T23:00:00Z"), Code::Blackout, "holidays");
    refused(world.schedule(id, "2026-12-26T22:59:59Z"), Code::Blackout, "holidays");
    world.schedule(id, "2026-12-26T23:00:00Z").unwrap();
    assert_eq!(world.changes[&id].month(), Some("2026-12"));
    // Nor does it begin in one; what cannot wait does.
    world.now = time("2026-12-25T09:00:00Z");
    refused(world.start(id), Code::Blackout, "holidays");
    let (mut world, id) = in_state(StateName::Submitted, true);
    world.now = time("2026-12-25T09:00:00Z");
    world.approve(id, &[RISK, CHIEF]);
    world.start(id).unwrap();
}

/// A pack that an older release accepted stays readable, and what it says of the end of time holds.
#[test]
fn a_blackout_whose_days_no_time_tells_holds_as_far_as_times_go() {
    let (first, last) = ("-009999-01-01", "9999-12-31");
    for (from, until, holds) in [
        ("2026-12-24", last, true),
        ("2026-12-24", "9999-12-30", true),
        ("2026-12-26", last, false),
        (first, "2026-12-31", true),
        (first, "2026-12-24", false),
        (first, last, true),
        (first, first, false),
        (last, last, false),
    ] {
        let (mut world, id) = in_state(StateName::Approved, false);
        let blackouts = json!([{"from": from, "until": until, "reason": "for good"}]);
        world.pack = super::compile(super::rules(|rules| rules["blackouts"] = blackouts)).unwrap();
        let scheduled = world.schedule(id, "2026-12-25T09:00:00Z");
        if holds {
            refused(scheduled, Code::Blackout, "for good");
        } else {
            scheduled.unwrap_or_else(|refusal| panic!("from {from} until {until}: {refusal:?}"));
        }
    }
}

#[test]
fn a_month_is_that_of_the_calendar_of_the_pack() {
    let (mut world, id) = in_state(StateName::Approved, false);
    world.schedule(id, "2026-12-31T23:30:00Z").unwrap();
    assert_eq!(world.changes[&id].month(), Some("2027-01"));
}
