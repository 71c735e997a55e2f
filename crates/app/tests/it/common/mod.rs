//! An installation in memory, with a clock that stands still until it is told, and randomness from a seed.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use assent_app::blobs::Blobs;
use assent_app::cases;
use assent_app::command::{Origin, Request};
use assent_app::start::{Assent, Parts};
use assent_app::vault::{MasterKeys, Vault};
use assent_app::view::Snapshot;
use assent_app::{Clock, Command, Entropy, Failure, Receipt, Wiring};
use assent_domain::identity::{self, PrincipalKind};
use assent_domain::ids::{Digest, GrantId, ModelId, PrincipalId, PromotionId, VersionId};
use assent_domain::registry::{ModelCommand, NewVersion, VersionKind};
use assent_domain::{Code, Time};
use assent_log::SigningKey;
use assent_log::entry::ActorKind;
use assent_store::{LocalClaims, MemoryKeys, MemoryStore, Store};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// A clock that is set by hand.
pub struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Time {
        Time::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl Hand {
    pub fn advance(&self, duration: SignedDuration) {
        self.0.fetch_add(i64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

/// Numbers that are as good as random for ids, and the same in every run.
struct Seeded(AtomicU64);

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut x = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
            x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            let bytes = (x ^ (x >> 31)).to_be_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

pub fn hand() -> Arc<Hand> {
    Arc::new(Hand(AtomicI64::new(1_795_222_800_123)))
}

pub fn wiring(clock: &Arc<Hand>) -> Wiring {
    wiring_from(clock, 7)
}

/// The same with other ids.
pub fn wiring_from(clock: &Arc<Hand>, seed: u64) -> Wiring {
    Wiring { clock: Arc::clone(clock) as _, entropy: Arc::new(Seeded(AtomicU64::new(seed))) }
}

pub struct World {
    pub assent: Assent,
    pub store: Arc<dyn Store>,
    pub clock: Arc<Hand>,
    pub keys: MemoryKeys,
    pub admin: PrincipalId,
    people: Mutex<Vec<PrincipalId>>,
}

/// A pack small enough to read: two tiers, three stages, a fairness-free policy, a review by two roles.
pub fn pack() -> Vec<(String, Value)> {
    let steps = ["1", "2", "3", "4", "5"].map(|step| json!({"id": step, "title": step}));
    let documents = json!([
        {"kind": "Pack", "id": "test", "title": "Test"},
        {"kind": "Settings", "id": "settings", "thresholdSet": "bounds", "primaryMetric": "f1", "complianceLevel": "MODERATE",
         "promotionsExpireAfter": "30d"},
        {"kind": "Role", "id": "admin", "title": "Administrator",
         "permissions": ["READ", "READ_LOG", "MANAGE_PRINCIPALS", "MANAGE_GRANTS", "ERASE_SUBJECTS", "APPLY_PACK"]},
        {"kind": "Role", "id": "model_owner", "title": "Model owner", "permissions":
         ["READ", "REGISTER_MODEL", "REGISTER_VERSION", "ATTACH_EVIDENCE", "EVALUATE", "REQUEST_PROMOTION",
          "REQUEST_EXCEPTION", "ASSESS_RISK", "REQUEST_CHANGE", "REGISTER_SYSTEM"]},
        {"kind": "Role", "id": "steward", "title": "Data steward", "permissions": ["READ", "REGISTER_DATASET", "EVALUATE"]},
        {"kind": "Role", "id": "compliance", "title": "Compliance", "permissions": ["READ", "REVIEW", "COMMENT"]},
        {"kind": "Role", "id": "security", "title": "Security", "permissions": ["READ", "REVIEW", "COMMENT"]},
        {"kind": "Role", "id": "deployer", "title": "Deployer", "permissions": ["READ", "COMPLETE_PROMOTION", "MOVE_VERSION"]},
        {"kind": "Tier", "id": "HIGH", "title": "High", "rank": 2, "riskLevel": "HIGH", "reviewEvery": "30d"},
        {"kind": "Tier", "id": "LOW", "title": "Low", "rank": 1, "riskLevel": "LOW"},
        {"kind": "TierRule", "id": "credit", "order": 1, "tier": "HIGH", "condition": "text.matches('\\\\bcredit\\\\b')"},
        {"kind": "Stage", "id": "DEV", "title": "Development", "order": 1},
        {"kind": "Stage", "id": "PROD", "title": "Production", "order": 2, "supersededTo": "OLD"},
        {"kind": "Stage", "id": "OLD", "title": "Archive", "order": 3, "retired": true},
        {"kind": "Suite", "id": "performance", "title": "Performance", "maxAge": "10d"},
        {"kind": "ThresholdSet", "id": "bounds", "title": "Bounds", "thresholds":
         [{"suite": "performance", "metric": "accuracy", "operator": ">=", "bound": 0.8}]},
        {"kind": "Policy", "id": "card", "name": "Model card", "version": "1", "category": "COMPLIANCE", "severity": "HIGH",
         "enforcement": "BLOCKING", "exceptions": {"allowExceptions": true, "maxDuration": "2d"}, "rules": [{"id": "present", "condition": "hasDocument('MODEL_CARD')",
         "message": "a model card is attached", "remediation": "attach it"}]},
        {"kind": "Workflow", "id": "to-prod", "title": "To production", "target": "PROD", "from": ["DEV"], "steps": [
            {"id": "check", "type": "automated"},
            {"id": "compliance", "type": "review", "roles": ["compliance"], "slaBusinessDays": 3, "expiresAfter": "20d",
             "escalation": ["deployer", "admin"]},
            {"id": "security", "type": "review", "roles": ["security"], "slaBusinessDays": 2}
        ]},
        {"kind": "RiskTemplate", "id": "R-1", "title": "It is wrong", "category": "QUALITY"},
        {"kind": "RiskModel", "id": "risk", "categories": ["QUALITY"],
         "likelihoods": steps, "impacts": steps, "unanswered": {"likelihood": "3", "impact": "3"},
         "impactRise": {"HIGH": 1}, "classes": [{"id": "HIGH", "atLeast": 10}, {"id": "LOW", "atLeast": 0}],
         "bands": {"high": 10, "medium": 5}, "nextReview": {"HIGH": "5d"}, "deployment": {
            "weights": {"complexity": 0.2, "sensitivity": 0.2, "scope": 0.2, "change": 0.2, "coverage": 0.1, "rollback": 0.1},
            "complexity": {"param": "size", "above": [], "otherwise": 2},
            "sensitivity": {"public": 1, "internal": 2, "confidential": 3, "restricted": 4, "unknown": 5},
            "scope": {"stages": [{"stage": "PROD", "score": 6}], "otherwise": 2},
            "change": {"newModel": 9, "blueGreen": 3, "canary": 4, "other": 6},
            "coverage": {"metric": "coverage", "atLeast": [], "otherwise": 8},
            "rollback": {"metric": "minutes", "atMost": [], "otherwise": 6, "unknownMinutes": 60, "none": 9},
            "classes": [{"id": "ANY", "reviews": ["security"]}]}},
        {"kind": "Duties", "id": "duties", "assessmentApprover": ["compliance"], "tierLoweringApprover": ["compliance"],
         "emergencyPair": ["compliance", "security"], "configurationApprover": ["admin"], "dataSteward": ["steward"],
         "periodicReviewer": ["owner", "compliance"],
         "tierChangeApprovers": {"HIGH": ["compliance"], "LOW": ["compliance"]},
         "accountability": {"HIGH": ["model_owner"], "LOW": ["model_owner"]},
         "exceptionApprovers": {"HIGH": ["compliance", "security"], "LOW": ["compliance"]},
         "changeReviewers": {"LOW": ["owner"], "MEDIUM": ["owner", "compliance"],
            "HIGH": ["owner", "compliance", "security"], "CRITICAL": ["owner", "compliance", "security"]}},
        {"kind": "ChangeRules", "id": "changes", "fixed": {"EMERGENCY": "CRITICAL", "ROLLBACK": "MEDIUM"},
         "byType": {"MODEL_UPDATE": "HIGH", "CONFIG_CHANGE": "MEDIUM", "PROMPT_UPDATE": "MEDIUM", "INFRASTRUCTURE": "HIGH"},
         "downtime": "HIGH", "environments": {"DEV": "LOW", "PROD": "HIGH"}},
    ]);
    let documents = documents.as_array().unwrap().clone();
    documents.into_iter().enumerate().map(|(i, document)| (format!("{i}.yaml"), document)).collect()
}

impl World {
    pub async fn new() -> Self {
        Self::on(Arc::new(MemoryStore::new())).await
    }

    pub async fn on(store: Arc<dyn Store>) -> Self {
        let clock = hand();
        let wiring = wiring(&clock);
        let keys = MemoryKeys::new();
        let assent = Self::open(Arc::clone(&store), keys.clone(), wiring);
        let life = SignedDuration::from_hours(24);
        let first = assent.bootstrap(pack(), "Ada", &["admin"], life).await.unwrap();
        let admin = first.administrator;
        Self { assent, store, clock, keys, admin, people: Mutex::default() }
    }

    /// Opens an installation, as a process that starts does.
    pub fn open(store: Arc<dyn Store>, keys: MemoryKeys, wiring: Wiring) -> Assent {
        Self::open_beside(store, keys, wiring, true)
    }

    /// The same; others may write to it where it is not alone.
    pub fn open_beside(store: Arc<dyn Store>, keys: MemoryKeys, wiring: Wiring, alone: bool) -> Assent {
        let vault = Vault::new(MasterKeys::none(), wiring.clone());
        let parts = Parts {
            store,
            claims: Arc::new(LocalClaims::default()),
            keys: Arc::new(keys),
            blobs: Blobs::new(Arc::new(object_store::memory::InMemory::new()), vault),
            signing_key: SigningKey::from_seed("test.local/log", [7; 32]).unwrap(),
            known_keys: Vec::new(),
            origin: "test.local/log".to_owned(),
            outside: None,
            alone,
            wiring,
        };
        Assent::open(parts).unwrap()
    }

    pub fn id(&self) -> uuid::Uuid {
        self.assent.wiring.id()
    }

    pub fn request(&self, actor: PrincipalId, command: Command) -> Request {
        Request {
            actor,
            actor_kind: ActorKind::User,
            origin: Origin::default(),
            correlation: self.id(),
            idempotency: None,
            expected: None,
            prepared: None,
            restriction: assent_domain::identity::Restriction::default(),
            in_session: false,
            on_behalf_of: None,
            may_name: command.blobs().into_iter().map(|named| named.sha256).collect(),
            command,
        }
    }

    pub async fn run(&self, actor: PrincipalId, command: Command) -> Result<Receipt, Failure> {
        self.assent.ledger.execute(self.request(actor, command)).await
    }

    /// The code of the refusal that the command meets.
    pub async fn refused(&self, actor: PrincipalId, command: Command) -> Code {
        match self.run(actor, command).await {
            Err(Failure::Refused(refusal)) => refusal.code,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    /// The evidence that a reviewer of the promotion sees now.
    pub fn evidence(&self, promotion: PromotionId) -> Option<Digest> {
        let read = self.store.read().unwrap();
        let view = Snapshot::new(&*read);
        let now = self.assent.wiring.now();
        cases::of_promotion(&view, self.assent.ledger.packs(), promotion, now)
            .ok()
            .map(|case| case.judge().evidence)
    }

    /// A person with these roles.
    pub async fn person(&self, roles: &[&str]) -> PrincipalId {
        let id = self.principal(PrincipalKind::User, None, roles).await;
        self.people.lock().unwrap().push(id);
        id
    }

    /// A service account for which that person is responsible, with these roles.
    pub async fn service(&self, responsible: PrincipalId, roles: &[&str]) -> PrincipalId {
        self.principal(PrincipalKind::Service, Some(responsible), roles).await
    }

    async fn principal(
        &self,
        kind: PrincipalKind,
        responsible: Option<PrincipalId>,
        roles: &[&str],
    ) -> PrincipalId {
        let id = PrincipalId(self.id());
        let name = self.assent.sealer.seal(id.0, "Somebody").unwrap();
        let register = identity::Command::Register { kind, name, email: None, responsible };
        self.run(self.admin, Command::Principal(id, register)).await.unwrap();
        for role in roles {
            let grant = identity::Command::grant(GrantId(self.id()), *role);
            self.run(self.admin, Command::Principal(id, grant)).await.unwrap();
        }
        id
    }

    /// A model of the tier HIGH with one version.
    pub async fn version(&self, owner: PrincipalId, name: &str) -> (ModelId, VersionId) {
        let model = ModelId(self.id());
        self.run(owner, Command::Model(model, register(name))).await.unwrap();
        let version = VersionId(self.id());
        self.run(owner, Command::RegisterVersion(version, model, Box::new(new_version()))).await.unwrap();
        (model, version)
    }
}

pub fn register(name: &str) -> ModelCommand {
    ModelCommand::Register {
        name: name.to_owned(),
        purpose: "decide on credit".to_owned(),
        use_cases: vec!["loans".to_owned()],
        tags: [("größe".to_owned(), "klein".to_owned())].into(),
        tier: None,
        owner: None,
        criteria: std::collections::BTreeMap::new(),
    }
}

pub fn new_version() -> NewVersion {
    NewVersion {
        kind: VersionKind::Classical,
        artifacts: Vec::new(),
        params: [("depth".to_owned(), "3".to_owned())].into(),
        reported_metrics: [("accuracy".to_owned(), assent_domain::values::Decimal::new(0.9).unwrap())].into(),
        datasets: Vec::new(),
        source_run: None,
    }
}

/// A request for an exception from the policy `card` for one version.
pub fn exception(model: ModelId, version: VersionId) -> assent_domain::exception::NewException {
    use assent_domain::exception::{NewException, Terms, Watch};
    let words = || assent_domain::Sealed { subject: model.0, data: "AAAA".to_owned() };
    let terms = Terms {
        justification: words(),
        risk_assessment: words(),
        mitigation: words(),
        remediation_plan: words(),
        duration: "1h".parse().unwrap(),
        monitoring: vec![Watch { what: words(), every: "5m".parse().unwrap() }],
    };
    NewException { policy: "card".to_owned(), model, version: Some(version), extends: None, terms }
}

pub fn artifact() -> assent_domain::registry::Artifact {
    let blob = assent_domain::values::BlobRef { sha256: Digest::of(b"weights"), size_bytes: 7 };
    assent_domain::registry::Artifact { name: "model.bin".to_owned(), blob, format: None, licence: None }
}

pub fn scan(passed: bool) -> assent_app::command::Found {
    use assent_domain::registry::{Scan, ScanStatus};
    assent_app::command::Found::Scan(Box::new(Scan {
        tool: "assent-scan".to_owned(),
        tool_version: "1".to_owned(),
        status: if passed { ScanStatus::Passed } else { ScanStatus::Failed },
        findings: [("CRITICAL".to_owned(), u64::from(!passed))].into(),
        report: Some(card().blob),
        provenance: assent_domain::values::Provenance::Measured,
    }))
}

/// The report of a tool: another one for each number.
pub fn report(number: u8) -> assent_domain::registry::Evidence {
    let value = assent_domain::values::Decimal::new(0.5).unwrap();
    let figure = assent_domain::registry::ReportedFigure { value, n: Some(7), lower: None, upper: None };
    assent_domain::registry::Evidence {
        format: "METRICS".to_owned(),
        tool: format!("tool {}", number % 2),
        tool_version: None,
        findings: [("HIGH".to_owned(), u64::from(number))].into(),
        metrics: [("größe".to_owned(), figure)].into(),
        warnings: 0,
        report: assent_domain::values::BlobRef { sha256: Digest::of(&[number]), size_bytes: 1 },
    }
}

pub fn card() -> assent_domain::registry::Document {
    let blob = assent_domain::values::BlobRef { sha256: Digest::of(b"card"), size_bytes: 4 };
    assent_domain::registry::Document {
        kind: "MODEL_CARD".to_owned(),
        name: "card.md".to_owned(),
        blob,
        card: None,
    }
}
