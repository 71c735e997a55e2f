//! An installation in this process, with people of all roles.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result};
use assent_app::blobs::Blobs;
use assent_app::cases::{Prepared, Question};
use assent_app::command::Origin;
use assent_app::start::{Assent, Parts};
use assent_app::vault::{MasterKeys, Vault};
use assent_app::view::Snapshot;
use assent_app::{Clock, Command, Entropy, Failure, Receipt, Request, Wiring};
use assent_domain::Time;
use assent_domain::facts::Target;
use assent_domain::identity::{self, PrincipalKind};
use assent_domain::ids::{Digest, GrantId, ModelId, PrincipalId, PromotionId, VersionId};
use assent_domain::registry::{Document, ModelCommand, NewVersion, VersionCommand, VersionKind};
use assent_domain::values::BlobRef;
use assent_domain::workflow::{Decision, NewReview};
use assent_log::SigningKey;
use assent_log::entry::ActorKind;
use assent_store::{LocalClaims, MemoryKeys, Store};
use jiff::SignedDuration;
use tokio::task::block_in_place;

/// The real clock.
struct Real;

impl Clock for Real {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures on the real clock")]
    fn now(&self) -> Time {
        Time::now()
    }
}

/// Numbers that are as good as random for ids, and cost next to nothing.
struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut bits = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let bytes = (bits ^ (bits >> 31)).to_be_bytes();
            chunk.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        }
    }
}

/// An installation and its people.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) assent: Assent,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) owner: PrincipalId,
    pub(crate) compliance: PrincipalId,
    pub(crate) security: PrincipalId,
    /// Whether reading means to wait for another process.
    waits: bool,
}

/// The clock, and numbers that will do for randomness.
pub(crate) fn wiring() -> Wiring {
    Wiring { clock: Arc::new(Real), entropy: Arc::new(Counter(AtomicU64::new(7))) }
}

/// Where promotions of the benchmarks go.
pub(crate) fn target() -> Target {
    Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None }
}

impl World {
    /// A fresh installation on that store.
    pub(crate) async fn new(store: Arc<dyn Store>, waits: bool) -> Result<Self> {
        let wiring = wiring();
        let vault = Vault::new(MasterKeys::none(), wiring.clone());
        let parts = Parts {
            store: Arc::clone(&store),
            claims: Arc::new(LocalClaims::default()),
            keys: Arc::new(MemoryKeys::new()),
            blobs: Blobs::new(Arc::new(object_store::memory::InMemory::new()), vault),
            signing_key: SigningKey::from_seed("bench.local/log", [7; 32])?,
            known_keys: Vec::new(),
            origin: "bench.local/log".to_owned(),
            outside: None,
            alone: true,
            wiring,
        };
        let assent = block_in_place(|| Assent::open(parts))?;
        let life = SignedDuration::from_hours(24);
        let first = assent.bootstrap(crate::pack::documents(), "Ada", &["admin"], life).await?;
        let admin = first.administrator;
        let mut world = Self { assent, store, owner: admin, compliance: admin, security: admin, waits };
        world.owner = world.person(admin, "maker").await?;
        world.compliance = world.person(admin, "compliance").await?;
        world.security = world.person(admin, "security").await?;
        Ok(world)
    }

    async fn person(&self, admin: PrincipalId, role: &str) -> Result<PrincipalId> {
        let id = PrincipalId(self.id());
        let name = self.assent.sealer.seal(id.0, role)?;
        let register =
            identity::Command::Register { kind: PrincipalKind::User, name, email: None, responsible: None };
        self.run(admin, Command::Principal(id, register)).await?;
        self.run(admin, Command::Principal(id, identity::Command::grant(GrantId(self.id()), role))).await?;
        Ok(id)
    }

    /// A fresh id.
    pub(crate) fn id(&self) -> uuid::Uuid {
        self.assent.wiring.id()
    }

    /// Carries out a command. What it wants judged is judged before it queues, as the server does.
    pub(crate) async fn run(&self, actor: PrincipalId, command: Command) -> Result<Receipt, Failure> {
        let prepared = self.prepare(&command)?.map(Arc::new);
        self.run_prepared(actor, command, prepared).await
    }

    async fn run_prepared(
        &self,
        actor: PrincipalId,
        command: Command,
        prepared: Option<Arc<Prepared>>,
    ) -> Result<Receipt, Failure> {
        let request = Request {
            actor,
            actor_kind: ActorKind::User,
            origin: Origin::default(),
            correlation: self.id(),
            idempotency: None,
            expected: None,
            prepared: prepared.clone(),
            restriction: assent_domain::identity::Restriction::default(),
            in_session: false,
            on_behalf_of: None,
            may_name: command.blobs().into_iter().map(|named| named.sha256).collect(),
            command,
        };
        self.assent.ledger.execute(request).await
    }

    fn prepare(&self, command: &Command) -> Result<Option<Prepared>, Failure> {
        if Question::of(command).is_none() {
            return Ok(None);
        }
        let prepare = || {
            let read = self.store.read()?;
            let now = self.assent.wiring.now();
            let view = Snapshot::with(&*read, self.assent.ledger.recent())?;
            Prepared::new(&view, self.assent.ledger.packs(), command, now)
        };
        // A thread that waits must not be one that drives tasks.
        if self.waits { block_in_place(prepare) } else { prepare() }
    }

    /// Registers a model.
    pub(crate) async fn model(&self) -> Result<ModelId> {
        let id = ModelId(self.id());
        let register = ModelCommand::Register {
            name: format!("model {}", id.0),
            purpose: "decide on credit".to_owned(),
            use_cases: vec!["loans".to_owned()],
            tags: [("team".to_owned(), "risk".to_owned())].into(),
            tier: None,
            owner: None,
            criteria: std::collections::BTreeMap::new(),
        };
        self.run(self.owner, Command::Model(id, register)).await?;
        Ok(id)
    }

    /// Registers a version.
    pub(crate) async fn version(&self, model: ModelId) -> Result<VersionId> {
        let id = VersionId(self.id());
        let new = NewVersion {
            kind: VersionKind::Classical,
            artifacts: Vec::new(),
            params: [("depth".to_owned(), "3".to_owned())].into(),
            reported_metrics: [(
                "accuracy".to_owned(),
                assent_domain::values::Decimal::new(0.9).context("a number")?,
            )]
            .into(),
            datasets: Vec::new(),
            source_run: None,
        };
        self.run(self.owner, Command::RegisterVersion(id, model, Box::new(new))).await?;
        Ok(id)
    }

    /// Attaches a model card.
    pub(crate) async fn card(&self, version: VersionId) -> Result<()> {
        let blob = BlobRef { sha256: Digest::of(b"card"), size_bytes: 4 };
        let card = Document { kind: "MODEL_CARD".to_owned(), name: "card.md".to_owned(), blob, card: None };
        self.run(self.owner, Command::Version(version, Box::new(VersionCommand::Attach(card)))).await?;
        Ok(())
    }

    /// Asks for a promotion and submits it.
    pub(crate) async fn submit(&self, version: VersionId) -> Result<PromotionId> {
        let id = PromotionId(self.id());
        let command =
            Command::RequestPromotion { id, version, target: target(), comment: None, submit: true };
        self.run(self.owner, command).await?;
        Ok(id)
    }

    /// Approves a step, on the evidence as it stands.
    pub(crate) async fn approve(&self, promotion: PromotionId, step: &str) -> Result<()> {
        let mut review = NewReview {
            step: step.to_owned(),
            role: None,
            decision: Decision::Approved,
            comment: None,
            conditions: Vec::new(),
            evidence: None,
        };
        let prepared = self.prepare(&Command::Review(promotion, Box::new(review.clone())))?.map(Arc::new);
        review.evidence = prepared.as_deref().map(Prepared::evidence);
        let by = if step == "security" { self.security } else { self.compliance };
        self.run_prepared(by, Command::Review(promotion, Box::new(review)), prepared).await?;
        Ok(())
    }
}
