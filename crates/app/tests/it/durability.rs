//! A store that fails, call by call: nobody is answered before the commit has returned, nobody is told of success after it
//! failed, and what follows is what the ledger documents: it goes on, or it stops until the process starts again.

use crate::common;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Waker};

use assent_app::replay::{self, Report};
use assent_app::start::{Assent, Parts};
use assent_app::{Command, Failure, Receipt, Request, verify};
use assent_domain::Code;
use assent_domain::ids::ModelId;
use assent_log::SigningKey;
use assent_log::verify::Level;
use assent_store::{
    Batch, Checkpoint, EntryQuery, Found, Head, LocalClaims, MemoryKeys, MemoryStore, Order, Predicate, Read,
    ReceiptKey, Row, Select, Store, StoreError, StoredReceipt, Value, VisitEntry, VisitKeys, VisitRow, Write,
};
use common::World;
use uuid::Uuid;

/// Where a call fails, once, and with what.
#[derive(Debug, Clone)]
enum Fault {
    Begin(StoreError),
    BeforePersisting(StoreError),
    AfterPersisting(StoreError),
    PutCheckpoint(StoreError),
}

#[derive(Debug, Default)]
struct Plan {
    fault: Option<Fault>,
    /// Commits wait in front of this gate while it is shut.
    shut: bool,
    /// How many commits have come to the gate.
    arrived: u64,
}

/// A store that does as it is told by its plan, and else what the one within does.
struct Faulty {
    inner: MemoryStore,
    plan: Mutex<Plan>,
    changed: Condvar,
}

impl Faulty {
    fn new() -> Arc<Self> {
        Arc::new(Self { inner: MemoryStore::new(), plan: Mutex::default(), changed: Condvar::new() })
    }

    fn arm(&self, fault: Fault) {
        self.plan.lock().unwrap().fault = Some(fault);
    }

    fn shut(&self) {
        let mut plan = self.plan.lock().unwrap();
        (plan.shut, plan.arrived) = (true, 0);
    }

    fn open(&self) {
        self.plan.lock().unwrap().shut = false;
        self.changed.notify_all();
    }

    fn wait_for_a_commit(&self) {
        let plan = self.plan.lock().unwrap();
        drop(self.changed.wait_while(plan, |plan| plan.arrived == 0).unwrap());
    }

    fn pass_the_gate(&self) {
        let mut plan = self.plan.lock().unwrap();
        plan.arrived += 1;
        self.changed.notify_all();
        drop(self.changed.wait_while(plan, |plan| plan.shut).unwrap());
    }

    /// The error of the armed fault, if it is one of those that `of` picks.
    fn take(&self, of: impl Fn(&Fault) -> Option<&StoreError>) -> Result<(), StoreError> {
        let mut plan = self.plan.lock().unwrap();
        let error = plan.fault.as_ref().and_then(|fault| of(fault).cloned());
        error.map_or(Ok(()), |error| {
            plan.fault = None;
            Err(error)
        })
    }
}

impl Store for Faulty {
    fn read(&self) -> Result<Box<dyn Read + '_>, StoreError> {
        self.inner.read()
    }

    fn begin(&self) -> Result<Box<dyn Write + '_>, StoreError> {
        self.take(|fault| if let Fault::Begin(error) = fault { Some(error) } else { None })?;
        Ok(Box::new(Session { inner: self.inner.begin()?, store: self }))
    }

    fn put_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        self.take(|fault| if let Fault::PutCheckpoint(error) = fault { Some(error) } else { None })?;
        self.inner.put_checkpoint(checkpoint)
    }

    fn replace_rows(&self, rows: &mut dyn Iterator<Item = Row>) -> Result<(), StoreError> {
        self.inner.replace_rows(rows)
    }
}

struct Session<'a> {
    inner: Box<dyn Write + 'a>,
    store: &'a Faulty,
}

impl Write for Session<'_> {
    fn commit(self: Box<Self>, batch: Batch) -> Result<(), StoreError> {
        let Self { inner, store } = *self;
        store.take(|fault| if let Fault::BeforePersisting(error) = fault { Some(error) } else { None })?;
        store.pass_the_gate();
        inner.commit(batch)?;
        store.take(|fault| if let Fault::AfterPersisting(error) = fault { Some(error) } else { None })
    }
}

impl Read for Session<'_> {
    fn head(&self) -> Result<Head, StoreError> {
        self.inner.head()
    }

    fn row(&self, table: &'static str, id: Uuid) -> Result<Option<Row>, StoreError> {
        self.inner.row(table, id)
    }

    fn ids(&self, table: &'static str, column: &'static str, value: &Value) -> Result<Vec<Uuid>, StoreError> {
        self.inner.ids(table, column, value)
    }

    fn first_ids(
        &self,
        table: &'static str,
        column: &'static str,
        value: &Value,
        order: Order,
        most: u32,
    ) -> Result<Vec<Uuid>, StoreError> {
        self.inner.first_ids(table, column, value, order, most)
    }

    fn select(&self, select: &Select) -> Result<Vec<Row>, StoreError> {
        self.inner.select(select)
    }

    fn count(&self, table: &'static str, filter: &Predicate) -> Result<u64, StoreError> {
        self.inner.count(table, filter)
    }

    fn scan_rows(&self, table: &'static str, visit: &mut VisitRow<'_>) -> Result<(), StoreError> {
        self.inner.scan_rows(table, visit)
    }

    fn scan_lines(
        &self,
        table: &'static str,
        visit: &mut assent_store::VisitLine<'_>,
    ) -> Result<(), StoreError> {
        self.inner.scan_lines(table, visit)
    }

    fn keeps_lines_apart(&self) -> bool {
        self.inner.keeps_lines_apart()
    }

    fn entries(&self, from: u64, limit: u32) -> Result<Vec<Vec<u8>>, StoreError> {
        self.inner.entries(from, limit)
    }

    fn scan_entries(&self, from: u64, visit: &mut VisitEntry<'_>) -> Result<(), StoreError> {
        self.inner.scan_entries(from, visit)
    }

    fn scan_keys(&self, from: u64, visit: &mut VisitKeys<'_>) -> Result<(), StoreError> {
        self.inner.scan_keys(from, visit)
    }

    fn scan_places(&self, visit: &mut assent_store::VisitPlace<'_>) -> Result<(), StoreError> {
        self.inner.scan_places(visit)
    }

    fn find_entries(&self, query: &EntryQuery) -> Result<Found, StoreError> {
        self.inner.find_entries(query)
    }

    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.tile(level, n)
    }

    fn payload(&self, digest: [u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.payload(digest)
    }

    fn scan_receipts(&self, visit: &mut assent_store::VisitReceipt<'_>) -> Result<(), StoreError> {
        self.inner.scan_receipts(visit)
    }

    fn receipt(&self, key: &ReceiptKey) -> Result<Option<StoredReceipt>, StoreError> {
        self.inner.receipt(key)
    }

    fn checkpoints(&self, after: Option<u64>, limit: u32) -> Result<Vec<Checkpoint>, StoreError> {
        self.inner.checkpoints(after, limit)
    }

    fn latest_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        self.inner.latest_checkpoint()
    }
}

type Answers = Vec<Pin<Box<dyn Future<Output = Result<Receipt, Failure>>>>>;

/// Asks each future once; the answers that are there.
fn poll_all(answers: &mut Answers) -> Vec<Result<Receipt, Failure>> {
    let mut context = Context::from_waker(Waker::noop());
    let ready = answers.iter_mut().filter_map(|answer| match answer.as_mut().poll(&mut context) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    });
    ready.collect()
}

/// So many registrations of models by one owner, each queued, none awaited.
fn queue(world: &World, owner: assent_domain::ids::PrincipalId, names: &[&str]) -> Answers {
    let futures = names.iter().map(|name| {
        let request = world.request(owner, Command::Model(ModelId(world.id()), common::register(name)));
        let ledger = world.assent.ledger.clone();
        Box::pin(async move { ledger.execute(request).await }) as _
    });
    let mut answers: Answers = futures.collect();
    assert!(poll_all(&mut answers).is_empty(), "answered before anybody could have worked on it");
    answers
}

fn keyed(world: &World, owner: assent_domain::ids::PrincipalId) -> Request {
    let mut request = world.request(owner, Command::Model(ModelId(world.id()), common::register("scoring")));
    let key = ReceiptKey { principal: owner.0, route: "models".to_owned(), key: "once".to_owned() };
    request.idempotency = Some((key, [1; 32]));
    request
}

fn check_log(store: &Faulty, models: u64) {
    let read = store.read().unwrap();
    assert_eq!(read.count("models", &Predicate::True).unwrap(), models);
    let report = verify::verify(&*read, Level::Schema, &[], &[]).unwrap();
    assert!(report.is_sound(), "{:?}", report.damages);
    let replayed = replayed(&*read);
    assert!(replayed.is_sound(), "{replayed:#?}");
}

fn replayed(read: &dyn Read) -> Report {
    let (mut frames, mut rows) = (Vec::new(), Vec::new());
    replay::send(read, &mut frames).unwrap();
    replay::serve(&mut std::io::Cursor::new(frames), &mut rows).unwrap();
    replay::compare(read, &mut std::io::Cursor::new(rows)).unwrap()
}

/// The installation as another process would open it.
fn open_again(world: &World, store: &Arc<Faulty>) -> Assent {
    let parts = Parts {
        store: Arc::clone(store) as _,
        claims: Arc::new(LocalClaims::default()),
        keys: Arc::new(MemoryKeys::new()),
        blobs: world.assent.blobs.clone(),
        signing_key: SigningKey::from_seed("test.local/log", [7; 32]).unwrap(),
        known_keys: Vec::new(),
        origin: "test.local/log".to_owned(),
        outside: None,
        alone: true,
        wiring: world.assent.wiring.clone(),
    };
    Assent::open(parts).unwrap()
}

/// The named test of the fault `acknowledge before commit`.
#[tokio::test]
async fn nobody_is_answered_before_the_commit() {
    let store = Faulty::new();
    let world = World::on(Arc::clone(&store) as _).await;
    let owner = world.person(&["model_owner"]).await;
    store.shut();
    let mut answers = queue(&world, owner, &["one", "two", "three"]);
    store.wait_for_a_commit();
    let early = poll_all(&mut answers).len();
    store.open();
    assert_eq!(early, 0, "{early} answers came while the commit was still under way");
    for answer in answers {
        assert_eq!(answer.await.unwrap().events.len(), 1);
    }
    check_log(&store, 3);
}

#[tokio::test]
async fn a_failed_commit_fails_the_whole_batch() {
    let store = Faulty::new();
    let world = World::on(Arc::clone(&store) as _).await;
    let owner = world.person(&["model_owner"]).await;
    // The first is under way while the others gather behind it, and so share the next commit.
    store.shut();
    let first = queue(&world, owner, &["first"]);
    store.wait_for_a_commit();
    let others = queue(&world, owner, &["a", "b", "c", "d"]);
    let full = StoreError::Unavailable("there is no space left".to_owned());
    // The first commit has passed the place where this fault is asked for; the next one meets it.
    store.arm(Fault::BeforePersisting(full.clone()));
    store.open();
    for answer in first {
        answer.await.unwrap();
    }
    for answer in others {
        match answer.await {
            Err(Failure::Store(error)) => assert_eq!(error, full),
            other => panic!("{other:?}"),
        }
    }
    check_log(&store, 1);
    world.run(owner, Command::Model(ModelId(world.id()), common::register("a"))).await.unwrap();
    check_log(&store, 2);
}

/// What must follow a fault.
struct Case {
    name: &'static str,
    fault: Fault,
    /// Whether what was asked is in the log in spite of the error.
    recorded: bool,
    /// Whether the ledger stops until it is opened again.
    stops: bool,
}

fn cases() -> Vec<Case> {
    let text = || "as told".to_owned();
    let case = |name, fault, recorded, stops| Case { name, fault, recorded, stops };
    let (unavailable, conflict) = (StoreError::Unavailable(text()), StoreError::Conflict(text()));
    let (unknown, lost) = (StoreError::OutcomeUnknown(text()), StoreError::DurabilityLost(text()));
    let corrupt = StoreError::Corrupt(text());
    vec![
        case("begin, unavailable", Fault::Begin(unavailable.clone()), false, false),
        case("begin, durability lost", Fault::Begin(lost.clone()), false, true),
        case("begin, corrupt", Fault::Begin(corrupt.clone()), false, true),
        case("commit, unavailable", Fault::BeforePersisting(unavailable.clone()), false, false),
        case("commit, conflict", Fault::BeforePersisting(conflict), false, false),
        case("commit, unknown and not kept", Fault::BeforePersisting(unknown.clone()), false, false),
        case("commit, unknown and kept", Fault::AfterPersisting(unknown), true, false),
        case("commit, an error and kept", Fault::AfterPersisting(unavailable), true, false),
        case("commit, lost and not kept", Fault::BeforePersisting(lost.clone()), false, true),
        case("commit, lost and kept", Fault::AfterPersisting(lost), true, true),
        case("commit, corrupt", Fault::BeforePersisting(corrupt), false, true),
    ]
}

#[tokio::test]
async fn each_failing_call_is_survived_or_stops_the_ledger() {
    for case in cases() {
        let store = Faulty::new();
        let world = World::on(Arc::clone(&store) as _).await;
        let owner = world.person(&["model_owner"]).await;
        let size = store.read().unwrap().head().unwrap().size;
        store.arm(case.fault.clone());
        match world.assent.ledger.execute(keyed(&world, owner)).await {
            Err(Failure::Store(_)) => {}
            other => panic!("{}: answered {other:?} after the storage failed", case.name),
        }
        let head = store.read().unwrap().head().unwrap();
        assert_eq!(head.size, size + u64::from(case.recorded), "{}", case.name);
        check_log(&store, u64::from(case.recorded));

        assert_eq!(world.assent.ledger.halted().is_some(), case.stops, "{}", case.name);
        let assent = if case.stops {
            let refused = world.assent.ledger.execute(keyed(&world, owner)).await;
            assert!(matches!(refused, Err(Failure::Halted(_))), "{}: {refused:?}", case.name);
            open_again(&world, &store)
        } else {
            world.assent.clone()
        };
        // The client asks again with its key, and learns what became of its request; either way it is there once.
        let again = assent.ledger.execute(keyed(&world, owner)).await.unwrap();
        assert_eq!(again.replayed, case.recorded, "{}", case.name);
        assert_eq!(again.log_index(), Some(size), "{}", case.name);
        check_log(&store, 1);
        // And the tree in memory goes on from what is stored.
        let next = world.request(owner, Command::Model(ModelId(world.id()), common::register("next")));
        assert_eq!(assent.ledger.execute(next).await.unwrap().log_index(), Some(size + 1), "{}", case.name);
        check_log(&store, 2);
    }
}

#[tokio::test]
async fn a_key_with_another_body_is_refused_after_an_unknown_outcome_too() {
    let store = Faulty::new();
    let world = World::on(Arc::clone(&store) as _).await;
    let owner = world.person(&["model_owner"]).await;
    store.arm(Fault::AfterPersisting(StoreError::OutcomeUnknown("cut".to_owned())));
    assert!(world.assent.ledger.execute(keyed(&world, owner)).await.is_err());
    let mut other = keyed(&world, owner);
    other.idempotency = other.idempotency.map(|(key, _)| (key, [2; 32]));
    match world.assent.ledger.execute(other).await {
        Err(Failure::Refused(refusal)) => assert_eq!(refusal.code, Code::KeyReused),
        other => panic!("{other:?}"),
    }
    check_log(&store, 1);
}

#[tokio::test]
async fn a_checkpoint_that_was_not_kept_is_not_published() {
    let store = Faulty::new();
    let world = World::on(Arc::clone(&store) as _).await;
    let owner = world.person(&["model_owner"]).await;
    let first = world.assent.signer.sign_head(&world.assent.ledger).unwrap().unwrap();
    world.run(owner, Command::Model(ModelId(world.id()), common::register("scoring"))).await.unwrap();

    store.arm(Fault::PutCheckpoint(StoreError::Unavailable("there is no space left".to_owned())));
    assert!(world.assent.signer.sign_head(&world.assent.ledger).is_err());
    assert_eq!(store.read().unwrap().latest_checkpoint().unwrap(), Some(first.clone()));
    let published = world.assent.ledger.checkpoint().unwrap();
    assert_eq!(published.as_bytes(), first.note, "receipts carry the newest checkpoint that is kept");

    let second = world.assent.signer.sign_head(&world.assent.ledger).unwrap().unwrap();
    assert_eq!(second.size, first.size + 1);
    assert_eq!(store.read().unwrap().latest_checkpoint().unwrap(), Some(second.clone()));
    let key = SigningKey::from_seed("test.local/log", [7; 32]).unwrap();
    let read = store.read().unwrap();
    let report =
        verify::verify(&*read, Level::Schema, &[key.verifying_key().clone()], &[second.note]).unwrap();
    assert!(report.is_sound() && report.checkpoints_compared >= 2, "{report:?}");
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_undo_its_command() {
    let store = Faulty::new();
    let world = World::on(Arc::clone(&store) as _).await;
    let owner = world.person(&["model_owner"]).await;
    store.shut();
    {
        let mut answer = pin!(world.assent.ledger.execute(keyed(&world, owner)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(answer.as_mut().poll(&mut context).is_pending());
        store.wait_for_a_commit();
    }
    store.open();
    let again = world.assent.ledger.execute(keyed(&world, owner)).await.unwrap();
    assert!(again.replayed);
    check_log(&store, 1);
}
