//! Reminders and escalations: given once each, whoever looks and however often, and only while a step is open.

use crate::common;
use crate::server;

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use assent_app::notices::{self, Silent};
use assent_app::start::Assent;
use assent_app::view::Snapshot;
use assent_app::{Command, Receipt, Request, View, replay};
use assent_domain::Sealed;
use assent_domain::facts::Target;
use assent_domain::ids::{PrincipalId, PromotionId};
use assent_domain::registry::VersionCommand;
use assent_domain::workflow::{Decision, NewReview, Promotion, StateName};
use assent_store::{MemoryStore, Store};
use common::{World, card};
use jiff::SignedDuration;
use server::Database;
use tokio::runtime::Runtime;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits outside of the runtime: the store on a server brings its own, and one does not wait within another.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let _blocking_work_goes_here = RUNTIME.get_or_init(|| Runtime::new().unwrap()).enter();
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

/// A promotion whose first review is due after three business days, and its people.
struct Story {
    world: World,
    owner: PrincipalId,
    compliance: PrincipalId,
    promotion: PromotionId,
}

impl Story {
    /// Submitted on a Saturday: the reminder comes on Tuesday at noon, the decision is due when Wednesday ends.
    fn on(store: Arc<dyn Store>) -> Self {
        let world = wait(World::on(store));
        let owner = wait(world.person(&["model_owner"]));
        let compliance = wait(world.person(&["compliance"]));
        let (_, version) = wait(world.version(owner, "scoring"));
        let attach = Command::Version(version, Box::new(VersionCommand::Attach(card())));
        wait(world.run(owner, attach)).unwrap();
        let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
        let id = PromotionId(world.id());
        let ask = Command::RequestPromotion { id, version, target, comment: None, submit: true };
        wait(world.run(owner, ask)).unwrap();
        Self { world, owner, compliance, promotion: id }
    }

    fn new() -> Self {
        Self::on(Arc::new(MemoryStore::new()))
    }

    fn promotion(&self) -> Arc<Promotion> {
        let read = self.world.store.read().unwrap();
        Snapshot::new(&*read).get::<Promotion>(self.promotion).unwrap().unwrap()
    }

    /// What a server finds due.
    fn due(&self, assent: &Assent, silent: &Silent) -> Vec<Request> {
        let read = self.world.store.read().unwrap();
        let view = Snapshot::new(&*read);
        let now = assent.wiring.now();
        let id = || assent.wiring.id();
        let page = notices::due(&view, assent.ledger.packs(), silent, None, now, id).unwrap();
        assert_eq!(page.next, None);
        page.due
    }

    /// What a server says when it looks.
    fn sweep(&self) -> Vec<String> {
        let due = self.due(&self.world.assent, &Silent::default());
        due.into_iter().flat_map(|request| kinds(&give(&self.world.assent, request))).collect()
    }

    fn advance_to(&self, time: &str) {
        let time: jiff::Timestamp = time.parse().unwrap();
        self.world.clock.advance(time.duration_since(self.world.assent.wiring.now()));
    }

    fn decide(&self, decision: Decision) {
        let comment = Some(Sealed { subject: self.promotion.0, data: "AAAA".to_owned() });
        let review = NewReview {
            step: "compliance".to_owned(),
            role: None,
            decision,
            comment,
            conditions: Vec::new(),
            evidence: self.world.evidence(self.promotion),
        };
        wait(self.world.run(self.compliance, Command::Review(self.promotion, Box::new(review)))).unwrap();
    }

    fn given(&self) -> Vec<(String, u32)> {
        let promotion = self.promotion();
        let given = promotion.rounds.iter().flat_map(|round| &round.given);
        given.map(|notice| (notice.step.clone(), notice.level)).collect()
    }
}

fn give(assent: &Assent, request: Request) -> Receipt {
    wait(assent.ledger.execute(request)).unwrap()
}

fn kinds(receipt: &Receipt) -> Vec<String> {
    receipt.events.iter().map(|event| event.kind.clone()).collect()
}

const TUESDAY_NOON: &str = "2026-11-24T12:00:00Z";
const WEDNESDAY_ENDS: &str = "2026-11-26T00:00:00Z";
/// Three business days after it was due.
const SECOND: &str = "2026-12-01T00:00:00Z";
const LATER: &str = "2026-12-10T00:00:00Z";
const AFTER_ITS_END: &str = "2027-01-30T00:00:00Z";

#[test]
fn reviewers_are_reminded_and_the_path_is_walked() {
    let story = Story::new();
    assert!(story.sweep().is_empty());
    story.advance_to("2026-11-24T11:59:59.999Z");
    assert!(story.sweep().is_empty());
    story.advance_to(TUESDAY_NOON);
    assert_eq!(story.sweep(), ["reviewReminded"]);
    assert!(story.sweep().is_empty());
    story.advance_to(WEDNESDAY_ENDS);
    assert_eq!(story.sweep(), ["reviewEscalated"]);
    assert!(story.sweep().is_empty());
    assert_eq!(story.promotion().escalated_to("compliance").collect::<Vec<_>>(), ["deployer"]);
    story.advance_to(SECOND);
    assert_eq!(story.sweep(), ["reviewEscalated"]);
    assert_eq!(story.promotion().escalated_to("compliance").collect::<Vec<_>>(), ["deployer", "admin"]);
    // The step that waits for this one has a time of its own, and nobody to remind.
    story.advance_to(LATER);
    assert!(story.sweep().is_empty());
    let given: Vec<_> = story.given().into_iter().map(|(step, level)| format!("{step} {level}")).collect();
    assert_eq!(given, ["compliance 0", "compliance 1", "compliance 2"]);
    let read = story.world.store.read().unwrap();
    let rebuilt = replay::rebuild_rows(&*read).unwrap().into_iter().find(|row| row.id == story.promotion.0);
    assert_eq!(rebuilt, read.row("promotions", story.promotion.0).unwrap());
}

#[test]
fn after_a_long_silence_everything_that_is_due_is_said_at_once_and_no_reminder() {
    let story = Story::new();
    story.advance_to(LATER);
    assert_eq!(story.sweep(), ["reviewEscalated", "reviewEscalated"]);
    assert!(story.sweep().is_empty());
}

#[test]
fn a_step_that_opens_late_is_reminded_of_then() {
    let story = Story::new();
    story.advance_to(TUESDAY_NOON);
    story.decide(Decision::Approved);
    // The other step was due to be reminded of on Monday; it opened just now.
    assert_eq!(story.sweep(), ["reviewReminded"]);
    assert_eq!(story.given(), [("security".to_owned(), 0)]);
}

#[test]
fn what_is_decided_withdrawn_or_over_reminds_nobody() {
    let decided = Story::new();
    decided.decide(Decision::ChangesRequested);
    decided.advance_to(LATER);
    assert!(decided.sweep().is_empty());

    let withdrawn = Story::new();
    let take_back = Command::WithdrawPromotion(withdrawn.promotion, None);
    wait(withdrawn.world.run(withdrawn.owner, take_back)).unwrap();
    withdrawn.advance_to(LATER);
    assert!(withdrawn.sweep().is_empty());

    let over = Story::new();
    over.advance_to(AFTER_ITS_END);
    assert_eq!(over.sweep(), ["promotionExpired"]);
    assert_eq!(over.promotion().lifecycle.name(), StateName::Expired);
    assert!(over.sweep().is_empty());
}

#[test]
fn what_was_found_due_and_decided_meanwhile_is_not_said() {
    let story = Story::new();
    story.advance_to(TUESDAY_NOON);
    let due = story.due(&story.world.assent, &Silent::default());
    assert_eq!(due.len(), 1);
    story.decide(Decision::Rejected);
    for request in due {
        assert!(kinds(&give(&story.world.assent, request)).is_empty());
    }
    assert!(story.given().is_empty());
}

#[test]
fn a_clock_that_goes_back_says_nothing_twice_and_one_that_was_ahead_nothing_early() {
    let story = Story::new();
    story.advance_to(TUESDAY_NOON);
    assert_eq!(story.sweep(), ["reviewReminded"]);
    story.world.clock.advance(SignedDuration::from_hours(-72));
    assert!(story.sweep().is_empty());
    story.advance_to("2026-11-24T13:00:00Z");
    assert!(story.sweep().is_empty());
    story.advance_to(WEDNESDAY_ENDS);
    assert_eq!(story.sweep(), ["reviewEscalated"]);
    assert_eq!(story.given().len(), 2);
}

#[test]
fn what_has_nothing_to_say_is_left_alone_until_something_changes() {
    let story = Story::new();
    let silent = Silent::default();
    story.advance_to(SECOND);
    for request in story.due(&story.world.assent, &silent) {
        give(&story.world.assent, request);
    }
    assert!(story.promotion().next_notice().is_some(), "the other step still has something to say");
    for _ in 0..3 {
        assert!(story.due(&story.world.assent, &silent).is_empty());
    }
    story.decide(Decision::Approved);
    let due = story.due(&story.world.assent, &silent);
    assert_eq!(due.len(), 1, "the step that waited is open now");
    assert_eq!(kinds(&give(&story.world.assent, due.into_iter().next().unwrap())), ["reviewReminded"]);
}

/// Two servers find the same due before either says it; a third, which died before it said it, and one that starts again.
fn servers_say_it_once_on(shared: Arc<dyn Store>) {
    let story = Story::on(shared);
    let beside = |seed| {
        let wiring = common::wiring_from(&story.world.clock, seed);
        World::open_beside(Arc::clone(&story.world.store), story.world.keys.clone(), wiring, false)
    };
    let (two, three) = (beside(1_000), beside(2_000));
    for (time, level) in [(TUESDAY_NOON, 0), (WEDNESDAY_ENDS, 1), (SECOND, 2)] {
        story.advance_to(time);
        let found = [&story.world.assent, &two, &three].map(|assent| story.due(assent, &Silent::default()));
        let [first, second, third] = found.map(|due| due.into_iter().next().unwrap());
        // Nobody hears of the third: its server is gone.
        drop(third);
        let said = thread::scope(|scope| {
            let one = scope.spawn(|| give(&story.world.assent, first));
            let two = scope.spawn(|| give(&two, second));
            [one, two].map(|server| kinds(&server.join().unwrap()).len())
        });
        assert_eq!(said.iter().sum::<usize>(), 1, "{said:?}");
        assert_eq!(story.given().last(), Some(&("compliance".to_owned(), level)));
        let again = beside(3_000 + u64::from(level));
        assert!(story.due(&again, &Silent::default()).is_empty());
    }
    assert_eq!(story.given().len(), 3);
}

#[test]
fn servers_on_one_file_say_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let options = assent_store_sqlite::Options::default();
    let store = assent_store_sqlite::SqliteStore::open(&folder.path().join("log.sqlite"), options).unwrap();
    servers_say_it_once_on(Arc::new(store));
}

#[test]
fn servers_on_one_postgresql_say_it_once() {
    let database = Database::new();
    let options = assent_store_postgres::Options { read_connections: 4, busy_timeout_ms: 5_000 };
    let store = assent_store_postgres::PostgresStore::open(&database.address(), options).unwrap();
    servers_say_it_once_on(Arc::new(store));
}
