use assent_domain::ids::PeriodicReviewId;
use assent_domain::periodic_review::{
    Move, NewFinding, Outcome, PeriodicReview, StateName, act, due, find, open, sign, submit, withdraw,
};
use assent_domain::signoff::{Case, NewSignature, Verdict};

use super::*;

const REVIEW: PeriodicReviewId = PeriodicReviewId(Uuid::from_u128(30));

impl World {
    fn review(&self) -> Arc<PeriodicReview> {
        match self.state.get(&REVIEW.into()) {
            Some(Aggregate::PeriodicReview(review)) => Arc::clone(review),
            other => panic!("{other:?}"),
        }
    }

    fn open(&mut self) -> Result<usize, Code> {
        let known = self.state.contains_key(&REVIEW.into()).then(|| self.review());
        let known = known.filter(|review| review.state().is_open());
        let decided = open(REVIEW, &self.model(), known.as_deref(), &self.pack);
        self.apply(decided, OWNER)
    }

    fn find(&mut self, section: &str, outcome: Outcome, actions: &[&str]) -> Result<usize, Code> {
        let new = NewFinding {
            section: section.to_owned(),
            outcome,
            finding: sealed(),
            actions: actions.iter().map(|due| (sealed(), id(STEWARD), time(due))).collect(),
        };
        let decided = find(&self.review(), &self.model(), new, self.now);
        self.apply(decided, OWNER)
    }

    fn submit(&mut self, by: u128) -> Result<usize, Code> {
        let decided = submit(&self.review(), &self.model(), &self.pack);
        self.apply(decided, by)
    }

    fn sign(&mut self, by: u128, verdict: Verdict) -> Result<usize, Code> {
        let (review, model) = (self.review(), self.model());
        let case = Case {
            roles: review.roles(),
            signatures: &review.signatures,
            requester: review.requester(),
            makers: &[model.owner],
            model: &model,
            people: &self.people,
            pack: &self.pack,
            now: self.now,
        };
        let new = NewSignature { role: None, verdict, comment: Some(sealed()) };
        let decided = sign(&review, &case, &self.people[&id(by)], new);
        self.apply(decided, by)
    }

    fn withdraw(&mut self, by: u128) -> Result<usize, Code> {
        let decided = withdraw(&self.review(), &self.model(), None, id(by));
        self.apply(decided, by)
    }

    fn act(&mut self, action: &str, by: u128) -> Result<usize, Code> {
        let decided = act(&self.review(), &self.model(), action, None, id(by));
        self.apply(decided, by)
    }

    /// A review with one action, in that state.
    fn in_state(state: StateName) -> Self {
        let mut world = Self::new();
        world.open().unwrap();
        world.find("FIGURES", Outcome::Ok, &[]).unwrap();
        world.find("INCIDENTS", Outcome::ActionNeeded, &["2026-06-01T00:00:00Z"]).unwrap();
        match state {
            StateName::Open => {}
            StateName::Withdrawn => drop(world.withdraw(OWNER).unwrap()),
            StateName::Submitted | StateName::Completed | StateName::Rejected => {
                world.submit(OWNER).unwrap();
            }
        }
        match state {
            StateName::Completed => drop(world.sign(RISK, Verdict::Approved).unwrap()),
            StateName::Rejected => drop(world.sign(RISK, Verdict::Rejected).unwrap()),
            StateName::Open | StateName::Submitted | StateName::Withdrawn => {}
        }
        assert_eq!(world.review().state(), state);
        world
    }
}

#[test]
fn every_move_is_tried_in_every_state() {
    let legal = |state, wanted| match wanted {
        Move::Find | Move::Submit => state == StateName::Open,
        Move::Sign => state == StateName::Submitted,
        Move::Withdraw => matches!(state, StateName::Open | StateName::Submitted),
        Move::Act => matches!(state, StateName::Submitted | StateName::Completed),
    };
    for state in StateName::ALL {
        for wanted in Move::ALL {
            let mut world = World::in_state(state);
            let before = world.state.clone();
            let answer = match wanted {
                Move::Find => world.find("FIGURES", Outcome::Ok, &[]),
                Move::Submit => world.submit(OWNER),
                Move::Sign => world.sign(RISK, Verdict::Approved),
                Move::Withdraw => world.withdraw(OWNER),
                Move::Act => world.act("INCIDENTS-1", STEWARD),
            };
            let what = format!("{wanted:?} in {state:?}");
            assert_eq!(state.moves().contains(&wanted), legal(state, wanted), "{what}");
            if legal(state, wanted) {
                answer.unwrap_or_else(|code| panic!("{what}: {code:?}"));
            } else {
                assert_eq!((answer, &world.state), (Err(Code::WrongState), &before), "{what}");
            }
        }
    }
}

#[test]
fn findings_are_written_down_section_by_section() {
    let mut world = World::new();
    world.open().unwrap();
    assert_eq!(world.open(), Err(Code::PeriodicReviewOpen));
    assert_eq!(world.review().sections, ["FIGURES", "INCIDENTS"]);
    assert_eq!(world.submit(OWNER), Err(Code::FindingsMissing));
    assert_eq!(world.find("DRIFT", Outcome::Ok, &[]), Err(Code::InvalidValue));
    assert_eq!(world.find("FIGURES", Outcome::ActionNeeded, &[]), Err(Code::InvalidValue));
    assert_eq!(world.find("FIGURES", Outcome::Ok, &["2026-06-01T00:00:00Z"]), Err(Code::InvalidValue));
    assert_eq!(
        world.find("FIGURES", Outcome::ActionNeeded, &["2026-05-01T09:00:00Z"]),
        Err(Code::InvalidValue)
    );
    let many = ["2026-06-01T00:00:00Z"; 21];
    assert_eq!(world.find("FIGURES", Outcome::ActionNeeded, &many), Err(Code::TooMany));
    // The last finding of a section counts.
    world.find("FIGURES", Outcome::Ok, &[]).unwrap();
    world.find("FIGURES", Outcome::ActionNeeded, &many[..2]).unwrap();
    world.find("INCIDENTS", Outcome::Ok, &[]).unwrap();
    let review = world.review();
    let ids: Vec<&str> = review.actions().map(|(_, action)| action.id.as_str()).collect();
    assert_eq!(ids, ["FIGURES-1", "FIGURES-2"]);
    world.submit(OWNER).unwrap();
    assert_eq!(world.act("FIGURES-1", RISK), Err(Code::NotTheRequester));
    assert_eq!(world.act("FIGURES-3", STEWARD), Err(Code::InvalidValue));
    world.act("FIGURES-1", STEWARD).unwrap();
    assert_eq!(world.act("FIGURES-1", STEWARD), Err(Code::WrongState));
    world.act("FIGURES-2", OWNER).unwrap();
    assert_eq!(world.withdraw(RISK), Err(Code::NotTheRequester));
}

#[test]
fn the_owner_alone_completes_nothing() {
    let mut world = World::in_state(StateName::Submitted);
    // The submission carries the attestation of the owner; the other role is for somebody else.
    assert_eq!(world.sign(SECURITY, Verdict::Approved), Err(Code::ReviewerLacksRole));
    world.alter(OWNER, |owner| owner.grants.push(Grant::of(GrantId(Uuid::nil()), "risk")));
    assert_eq!(world.sign(OWNER, Verdict::Approved), Err(Code::ReviewerIsRequester));
    assert_eq!(world.sign(RISK, Verdict::Approved), Ok(2));

    // Where the other role submits, the owner attests, and a second person of that role signs.
    let mut world = World::in_state(StateName::Open);
    world.submit(RISK).unwrap();
    assert_eq!(world.sign(RISK, Verdict::Approved), Err(Code::ReviewerIsRequester));
    assert_eq!(world.sign(OWNER, Verdict::Approved), Ok(1));
    assert_eq!(world.review().state(), StateName::Submitted);
    world.person(SUCCESSOR, Some("risk"));
    assert_eq!(world.sign(SUCCESSOR, Verdict::Approved), Ok(2));
    assert_eq!(world.review().completed().map(|recorded| recorded.by), Some(id(SUCCESSOR)));
}

#[test]
fn when_the_next_review_is_due() {
    let world = World::in_state(StateName::Completed);
    let (model, review) = (world.model(), world.review());
    let asked = |model: &Model, last: Option<&PeriodicReview>, since: Option<&str>, now: &str| {
        let due = due(model, last, since.map(time), &world.pack, time(now));
        (due.last.map(|at| at.to_string()), due.next.map(|at| at.to_string()), due.overdue)
    };
    let some = |at: &str| Some(at.to_owned());
    let since = Some("2026-01-01T00:00:00Z");
    // Before the first review it counts from the way into service, to the millisecond.
    assert_eq!(asked(&model, None, None, "2030-01-01T00:00:00Z"), (None, None, false));
    assert_eq!(
        asked(&model, None, since, "2026-01-30T23:59:59.999Z"),
        (None, some("2026-01-31T00:00:00Z"), false)
    );
    assert!(asked(&model, None, since, "2026-01-31T00:00:00Z").2);
    // Afterwards from the last one that was completed.
    let last = some("2026-05-01T09:00:00Z");
    assert_eq!(
        asked(&model, Some(&review), since, "2026-05-31T08:59:59Z"),
        (last.clone(), some("2026-05-31T09:00:00Z"), false)
    );
    assert!(asked(&model, Some(&review), since, "2026-05-31T09:00:00Z").2);
    assert_eq!(asked(&model, Some(&review), None, "2026-05-31T09:00:00Z"), (last, None, false));
    // One that was rejected does not count.
    let rejected = World::in_state(StateName::Rejected).review();
    assert_eq!(asked(&model, Some(&rejected), since, "2026-05-31T09:00:00Z").0, None);
    // And a tier may ask for none.
    let low = Model { tier: "LOW".to_owned(), ..(*model).clone() };
    assert_eq!(asked(&low, None, since, "2030-01-01T00:00:00Z"), (None, None, false));
}
