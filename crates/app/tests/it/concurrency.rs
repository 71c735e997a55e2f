//! Several people at once: two who decide the same step, one who loses the role meanwhile, facts that change meanwhile, a
//! version that is completed while somebody says no. Whatever was answered is what one order of the same requests, one after
//! the other, would have answered.

use crate::common;
use crate::notices::wait;
use crate::server;

use std::sync::{Arc, Barrier};
use std::thread;

use assent_app::start::Assent;
use assent_app::view::{Snapshot, View};
use assent_app::{Command, Failure, Receipt, replay};
use assent_domain::facts::Target;
use assent_domain::identity::{self, Principal};
use assent_domain::ids::{GrantId, PrincipalId, PromotionId, VersionId};
use assent_domain::registry::VersionCommand;
use assent_domain::workflow::{Decision, NewReview, Promotion, StateName};
use assent_domain::{Code, Sealed};
use assent_store::{MemoryStore, Store};
use common::{World, card};
use proptest::prelude::*;

/// A version before its last reviews, and everybody around it. Made in the same way twice, it has the same ids twice.
struct Scene {
    world: World,
    owner: PrincipalId,
    anne: PrincipalId,
    carl: PrincipalId,
    both: PrincipalId,
    ben: PrincipalId,
    deployer: PrincipalId,
    version: VersionId,
    promotion: PromotionId,
}

/// What somebody tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Try {
    Review(Who, &'static str, Decision),
    LosesRole(Who),
    IsDisabled(Who),
    NewEvidence,
    Withdraw,
    Submit,
    Complete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Anne,
    Carl,
    Both,
    Ben,
}

/// What became of it: the kinds of its events, or the code of the refusal.
type Answer = Result<Vec<String>, Code>;

impl Scene {
    fn on(store: Arc<dyn Store>, first_review: bool) -> Self {
        let world = wait(World::on(store));
        let owner = wait(world.person(&["model_owner"]));
        let [anne, carl] = [(); 2].map(|()| wait(world.person(&["compliance"])));
        let both = wait(world.person(&["compliance", "security"]));
        let ben = wait(world.person(&["security"]));
        let deployer = wait(world.person(&["deployer"]));
        let (_, version) = wait(world.version(owner, "scoring"));
        let attach = Command::Version(version, Box::new(VersionCommand::Attach(card())));
        wait(world.run(owner, attach)).unwrap();
        let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
        let promotion = PromotionId(world.id());
        let ask = Command::RequestPromotion { id: promotion, version, target, comment: None, submit: true };
        wait(world.run(owner, ask)).unwrap();
        let scene = Self { world, owner, anne, carl, both, ben, deployer, version, promotion };
        if first_review {
            let review = scene.command(Try::Review(Who::Anne, "compliance", Decision::Approved));
            wait(scene.world.run(review.0, review.1)).unwrap();
        }
        scene
    }

    fn get<S: assent_domain::aggregate::State>(&self, id: S::Id) -> Arc<S> {
        let read = self.world.store.read().unwrap();
        Snapshot::new(&*read).get::<S>(id).unwrap().unwrap()
    }

    fn who(&self, who: Who) -> PrincipalId {
        match who {
            Who::Anne => self.anne,
            Who::Carl => self.carl,
            Who::Both => self.both,
            Who::Ben => self.ben,
        }
    }

    /// Who asks for what. What a reviewer looked at is what stands when this is asked.
    fn command(&self, what: Try) -> (PrincipalId, Command) {
        let admin = |principal, command| (self.world.admin, Command::Principal(principal, command));
        match what {
            Try::Review(who, step, decision) => {
                let review = NewReview {
                    step: step.to_owned(),
                    role: None,
                    decision,
                    comment: Some(Sealed { subject: self.promotion.0, data: "AAAA".to_owned() }),
                    conditions: Vec::new(),
                    evidence: self.world.evidence(self.promotion),
                };
                (self.who(who), Command::Review(self.promotion, Box::new(review)))
            }
            Try::LosesRole(who) => {
                let person = self.get::<Principal>(self.who(who));
                let grant = person.grants.first().map_or(GrantId(person.id.0), |grant| grant.id);
                admin(person.id, identity::Command::RevokeGrant(grant))
            }
            Try::IsDisabled(who) => admin(self.who(who), identity::Command::Disable),
            Try::NewEvidence => {
                let mut document = card();
                document.name = "card-2.md".to_owned();
                document.blob.sha256 = assent_domain::ids::Digest::of(b"another card");
                (self.owner, Command::Version(self.version, Box::new(VersionCommand::Attach(document))))
            }
            Try::Withdraw => (self.owner, Command::WithdrawPromotion(self.promotion, None)),
            Try::Submit => (self.owner, Command::SubmitPromotion(self.promotion)),
            Try::Complete => (self.deployer, Command::CompletePromotion(self.promotion)),
        }
    }

    fn answer(result: Result<Receipt, Failure>) -> (Answer, Option<u64>) {
        match result {
            Ok(receipt) => {
                let kinds = receipt.events.iter().map(|event| event.kind.clone()).collect();
                (Ok(kinds), receipt.log_index())
            }
            Err(Failure::Refused(refusal)) => (Err(refusal.code), None),
            Err(other) => panic!("{other:?}"),
        }
    }

    /// All of them at once, spread over the servers.
    fn race(&self, tries: &[Try], servers: &[&Assent]) -> Vec<(Answer, Option<u64>)> {
        let barrier = &Barrier::new(tries.len());
        let request = |what: &Try| {
            let (actor, command) = self.command(*what);
            self.world.request(actor, command)
        };
        // All of them are made before any thread waits: what cannot be made would let the others wait for ever.
        let requests: Vec<_> = tries.iter().map(request).collect();
        thread::scope(|scope| {
            let running: Vec<_> = requests
                .into_iter()
                .zip(servers.iter().cycle())
                .map(|(request, server)| {
                    scope.spawn(move || {
                        barrier.wait();
                        Self::answer(wait(server.ledger.execute(request)))
                    })
                })
                .collect();
            running.into_iter().map(|running| running.join().unwrap()).collect()
        })
    }

    /// Whoever let the version through could do so at that time: two persons, each with the role of the step, neither of
    /// them the owner, on the evidence of the completion.
    fn is_sound(&self, before: &[(PrincipalId, Vec<String>)]) {
        let promotion = self.get::<Promotion>(self.promotion);
        let state = promotion.lifecycle.name();
        if state != StateName::Completed {
            return;
        }
        let counted: Vec<_> =
            promotion.reviews.iter().filter(|record| record.review.decision == Decision::Approved).collect();
        for step in ["compliance", "security"] {
            assert!(counted.iter().any(|record| record.review.step == step), "{step}");
        }
        for record in &counted {
            let by = record.recorded.by;
            assert_ne!(by, self.owner);
            let (_, roles) = before.iter().find(|(id, _)| *id == by).unwrap();
            assert!(record.review.role.as_ref().is_some_and(|role| roles.contains(role)), "{roles:?}");
        }
    }
}

/// The same scene, one request after the other: the first ones are those that were carried out, in the order of the log.
fn alone(
    first_review: bool,
    carried_out: &[(PrincipalId, Command)],
    next: Option<&Try>,
    try_at: usize,
) -> Vec<Answer> {
    let scene = Scene::on(Arc::new(MemoryStore::new()), first_review);
    // What a reviewer looked at was there before all of it.
    let next = next.map(|next| scene.command(*next));
    let run = |(actor, command): &(PrincipalId, Command)| {
        Scene::answer(wait(scene.world.run(*actor, command.clone()))).0
    };
    let mut answers: Vec<Answer> = carried_out.iter().take(try_at).map(run).collect();
    answers.extend(next.as_ref().map(run));
    answers
}

/// Races them, and looks for the order that explains what was answered.
fn one_order_explains(store: Arc<dyn Store>, replicas: usize, first_review: bool, tries: &[Try]) {
    let scene = Scene::on(store, first_review);
    let roles = |id: PrincipalId| {
        let person = scene.get::<Principal>(id);
        (id, person.grants.iter().map(|grant| grant.role.clone()).collect::<Vec<_>>())
    };
    let before: Vec<_> = [scene.anne, scene.carl, scene.both, scene.ben].into_iter().map(roles).collect();
    let commands: Vec<_> = tries.iter().map(|what| scene.command(*what)).collect();
    let others: Vec<Assent> = (1..replicas)
        .map(|n| {
            let wiring = common::wiring_from(&scene.world.clock, 1_000 * u64::try_from(n).unwrap());
            World::open_beside(Arc::clone(&scene.world.store), scene.world.keys.clone(), wiring, false)
        })
        .collect();
    let servers: Vec<&Assent> = [&scene.world.assent].into_iter().chain(&others).collect();
    let answers = scene.race(tries, &servers);
    scene.is_sound(&before);

    let mut carried_out: Vec<(u64, usize)> =
        answers.iter().enumerate().filter_map(|(i, (_, index))| Some(((*index)?, i))).collect();
    carried_out.sort_unstable();
    let in_order: Vec<_> = carried_out.iter().map(|(_, i)| commands[*i].clone()).collect();
    let expected: Vec<&Answer> = carried_out.iter().map(|(_, i)| &answers[*i].0).collect();
    let alone_in_order = alone(first_review, &in_order, None, in_order.len());
    assert_eq!(alone_in_order.iter().collect::<Vec<_>>(), expected, "{tries:?}: {answers:?}");
    for (i, (answer, index)) in answers.iter().enumerate() {
        if index.is_none() {
            let explains =
                |at: usize| alone(first_review, &in_order, Some(&tries[i]), at).last() == Some(answer);
            assert!((0..=in_order.len()).any(explains), "{:?} of {tries:?}: {answers:?}", tries[i]);
        }
    }
    let read = scene.world.store.read().unwrap();
    for row in replay::rebuild_rows(&*read).unwrap() {
        assert_eq!(Some(&row), read.row(row.table, row.id).unwrap().as_ref());
    }
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let decision = prop::sample::select(vec![
        Decision::Approved,
        Decision::Approved,
        Decision::Approved,
        Decision::ChangesRequested,
        Decision::Rejected,
    ]);
    let who = || prop::sample::select(vec![Who::Anne, Who::Carl, Who::Both, Who::Ben]);
    let step = prop::sample::select(vec!["compliance", "security"]);
    let one = prop_oneof![
        6 => (who(), step, decision).prop_map(|(who, step, decision)| Try::Review(who, step, decision)),
        2 => who().prop_map(Try::LosesRole),
        1 => who().prop_map(Try::IsDisabled),
        2 => Just(Try::NewEvidence),
        1 => Just(Try::Withdraw),
        1 => Just(Try::Submit),
        3 => Just(Try::Complete),
    ];
    prop::collection::vec(one, 2..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_order_explains_what_several_were_answered_at_once(first_review: bool, tries in tries()) {
        one_order_explains(Arc::new(MemoryStore::new()), 1, first_review, &tries);
    }
}

/// The races that everybody thinks of first, on two servers and one database.
fn known_races() -> Vec<(bool, Vec<Try>)> {
    let yes = |who, step| Try::Review(who, step, Decision::Approved);
    vec![
        (false, vec![yes(Who::Anne, "compliance"), yes(Who::Carl, "compliance")]),
        (false, vec![yes(Who::Both, "compliance"), yes(Who::Both, "security")]),
        (true, vec![yes(Who::Ben, "security"), Try::LosesRole(Who::Ben), Try::Complete]),
        (true, vec![yes(Who::Ben, "security"), Try::NewEvidence, Try::Complete]),
        (
            true,
            vec![
                yes(Who::Ben, "security"),
                Try::Review(Who::Both, "security", Decision::Rejected),
                Try::Complete,
            ],
        ),
        (true, vec![yes(Who::Ben, "security"), Try::LosesRole(Who::Anne), Try::Complete, Try::Complete]),
        (true, vec![yes(Who::Ben, "security"), Try::Withdraw, Try::Complete, Try::IsDisabled(Who::Ben)]),
    ]
}

#[test]
fn servers_on_one_file_agree_on_one_order() {
    for (first_review, tries) in known_races() {
        let folder = tempfile::tempdir().unwrap();
        let options = assent_store_sqlite::Options::default();
        let store =
            assent_store_sqlite::SqliteStore::open(&folder.path().join("log.sqlite"), options).unwrap();
        one_order_explains(Arc::new(store), 2, first_review, &tries);
    }
}

#[test]
fn servers_on_one_postgresql_agree_on_one_order() {
    for (first_review, tries) in known_races() {
        let database = server::Database::new();
        let options = assent_store_postgres::Options { read_connections: 4, busy_timeout_ms: 5_000 };
        let store = assent_store_postgres::PostgresStore::open(&database.address(), options).unwrap();
        one_order_explains(Arc::new(store), 2, first_review, &tries);
    }
}
