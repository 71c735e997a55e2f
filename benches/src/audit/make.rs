//! A log as years of work leave it behind: entries that are well formed and chained, of things that nobody decided.
//!
//! Few people and models do most of the work, as everywhere: who acts and which model it concerns is drawn so that each power
//! of two of them is as likely as any other. Details are those of real events, or the entry is not made.

use anyhow::{Context as _, Result};
use assent_app::project;
use assent_domain::{Event, Kind, Time};
use assent_log::entry::{Actor, ActorKind, Entry, Outcome, SCHEMA_VERSION, Subject};
use assent_log::{Hash, Tree, leaf_hash};
use assent_store::{Batch, Head, NewEntry, TileRow};
use serde_json::{Value, json};
use uuid::{Builder, Uuid};
use xtask::rng::Rng;

/// When the log begins.
const FIRST_MS: i64 = 1_700_000_000_000;
/// The longest pause between two commands.
const PAUSE_MS: u64 = 12_000;
/// People and services, as a power of two.
const PEOPLE: u64 = 14;
/// Models, as a power of two.
const MODELS: u64 = 16;
const VERSIONS_OF_A_MODEL: u64 = 16;
const ROUTES: [&str; 3] = ["POST /api/v1/models", "GET /api/v1/log/entries", "POST /api/v1/promotions"];

/// A person; the first one does the most.
pub(super) fn person(number: u64) -> Uuid {
    id(1, number)
}

/// The person who does the least.
pub(super) fn rare_person() -> Uuid {
    person((1 << PEOPLE) - 1)
}

/// A model; the first one has the most work.
pub(super) fn model(number: u64) -> Uuid {
    id(2, number)
}

/// The model that has the least.
pub(super) fn rare_model() -> Uuid {
    model((1 << MODELS) - 1)
}

/// A version of a model.
pub(super) fn version(model: u64, number: u64) -> Uuid {
    id(3, model * VERSIONS_OF_A_MODEL + number)
}

/// Somebody or something that is nowhere in the log.
pub(super) fn nobody() -> Uuid {
    id(9, 0)
}

/// An id of something that was there before the log.
fn id(sort: u64, number: u64) -> Uuid {
    let mut rng = Rng::new(sort << 40 | number);
    fresh(&mut rng, FIRST_MS)
}

fn fresh(rng: &mut Rng, time_ms: i64) -> Uuid {
    let mut bytes = [0; 10];
    let random = rng.next_u64().to_be_bytes().into_iter().chain(rng.next_u64().to_be_bytes());
    bytes.iter_mut().zip(random).for_each(|(to, from)| *to = from);
    Builder::from_unix_timestamp_millis(time_ms.unsigned_abs(), &bytes).into_uuid()
}

/// Makes entries, one batch after the other.
pub(super) struct Maker {
    rng: Rng,
    tree: Tree,
    time_ms: i64,
}

/// What happened: type and details, to what, concerning which model.
struct Fact {
    event: Value,
    subject: (Kind, Uuid),
    model: Option<Uuid>,
}

impl Maker {
    /// The beginning of the log of that seed.
    pub(super) fn new(seed: u64) -> Self {
        Self { rng: Rng::new(seed), tree: Tree::new(), time_ms: FIRST_MS }
    }

    /// The next entries, exactly so many.
    pub(super) fn batch(&mut self, count: u64) -> Result<Batch> {
        let end = self.tree.size() + count;
        let mut entries = Vec::new();
        while self.tree.size() < end {
            self.time_ms += self.rng.below(PAUSE_MS).cast_signed();
            let actor = person(self.often(PEOPLE));
            let correlation = fresh(&mut self.rng, self.time_ms);
            let mut causation = None;
            for fact in self.command(actor) {
                if self.tree.size() < end {
                    let made = self.entry(fact, actor, correlation, causation)?;
                    causation = causation.or(Some(made.keys.id));
                    entries.push(made);
                }
            }
        }
        let tiles = self.tree.take_changed().into_iter();
        let tiles = tiles.map(|tile| TileRow { level: tile.level, n: tile.n, bytes: tile.bytes }).collect();
        let head = Head {
            size: end,
            root: self.tree.root().0,
            last_hash: self.tree.last_leaf().0,
            time_ms: self.time_ms,
        };
        Ok(Batch { entries, tiles, payloads: Vec::new(), rows: Vec::new(), receipts: Vec::new(), head })
    }

    fn entry(
        &mut self,
        fact: Fact,
        actor: Uuid,
        correlation: Uuid,
        causation: Option<Uuid>,
    ) -> Result<NewEntry> {
        let event: Event = serde_json::from_value(fact.event)?;
        let details = serde_json::to_value(&event)?.get_mut("details").map(Value::take);
        let time = Time::from_millisecond(self.time_ms)?;
        let denied = fact.subject.0 == Kind::Access;
        let entry = Entry {
            schema_version: SCHEMA_VERSION,
            id: fresh(&mut self.rng, self.time_ms),
            index: self.tree.size(),
            time: format!("{time:.3}"),
            kind: event.type_name().to_owned(),
            actor: Actor { id: actor, kind: ActorKind::User },
            subject: Subject {
                kind: fact.subject.0.name().to_owned(),
                id: fact.subject.1.to_string(),
                name: None,
            },
            action: event.action().to_owned(),
            details: details.context("an event without details")?,
            outcome: if denied { Outcome::Failure } else { Outcome::Success },
            risk_level: None,
            request: None,
            causation_id: causation,
            correlation_id: Some(correlation),
            model_id: fact.model,
            previous_hash: self.tree.last_leaf(),
        };
        let bytes = entry.encode()?;
        self.tree.push(leaf_hash(&bytes));
        Ok(NewEntry { index: entry.index, keys: project::keys(&entry, time), bytes })
    }

    /// A number below two to that power, smaller ones more often.
    fn often(&mut self, power: u64) -> u64 {
        let magnitude = self.rng.below(power + 1);
        self.rng.below(1 << magnitude)
    }

    fn digest(&mut self) -> String {
        Hash::of(&self.rng.next_u64().to_be_bytes()).to_string()
    }

    /// What one command comes to.
    fn command(&mut self, actor: Uuid) -> Vec<Fact> {
        let model_number = self.often(MODELS);
        let model = model(model_number);
        let version = version(model_number, self.rng.below(VERSIONS_OF_A_MODEL));
        let about = |kind: Kind, id: Uuid, event: Value| Fact { event, subject: (kind, id), model: None };
        let of_model =
            |kind: Kind, id: Uuid, event: Value| Fact { event, subject: (kind, id), model: Some(model) };
        match self.rng.below(1_000) {
            0 if self.rng.percent(2) => {
                vec![about(Kind::Principal, actor, event("principalDisabled", json!({})))]
            }
            0..150 => vec![about(Kind::Session, fresh(&mut self.rng, self.time_ms), self.log_in(actor))],
            150..250 => vec![about(Kind::Access, actor, self.denial())],
            250..450 => vec![of_model(Kind::Version, version, self.document())],
            450..650 => vec![of_model(Kind::Version, version, self.evaluation())],
            650..720 => vec![of_model(Kind::Version, version, self.scan())],
            720..840 => {
                let number = 1 + self.rng.below(VERSIONS_OF_A_MODEL);
                let numbered = json!({"version": version, "number": number});
                vec![
                    of_model(Kind::Model, model, event("versionNumbered", numbered)),
                    of_model(Kind::Version, version, self.registration(model, number)),
                ]
            }
            840..860 => vec![of_model(Kind::Model, model, registered(actor))],
            860..960 => vec![of_model(Kind::Promotion, fresh(&mut self.rng, self.time_ms), self.review())],
            _ => {
                let promotion = fresh(&mut self.rng, self.time_ms);
                let moved = json!({"from": "DEV", "to": "PROD", "promotion": promotion});
                vec![
                    of_model(Kind::Promotion, promotion, self.review()),
                    of_model(
                        Kind::Promotion,
                        promotion,
                        event("promotionApproved", json!({"evidence": self.digest()})),
                    ),
                    of_model(Kind::Version, version, event("versionStageChanged", moved)),
                ]
            }
        }
    }

    fn log_in(&mut self, actor: Uuid) -> Value {
        let session = json!({"principal": actor, "secretHash": self.digest(), "era": 0, "method": {"kind": "PASSWORD"},
            "expiresAt": "2027-01-01T00:00:00Z", "failures": 0});
        event("sessionStarted", session)
    }

    fn denial(&mut self) -> Value {
        let route = self.rng.pick(&ROUTES).copied().unwrap_or_default();
        let attempts = 1 + self.rng.below(9);
        event("accessDenied", json!({"route": route, "code": "permission-missing", "attempts": attempts}))
    }

    fn document(&mut self) -> Value {
        let blob = json!({"kind": "MODEL_CARD", "name": "card.md", "sha256": self.digest(),
            "sizeBytes": self.rng.below(90_000)});
        event("documentAttached", blob)
    }

    fn evaluation(&mut self) -> Value {
        let rows = 1_000 + self.rng.below(100_000);
        let metric = json!({"value": 0.93, "n": rows});
        let evaluation = json!({"id": fresh(&mut self.rng, self.time_ms), "suites": ["performance"],
            "provenance": "MEASURED", "dataset": id(4, self.rng.below(500)), "dataSha256": self.digest(),
            "predictionsSha256": self.digest(), "rows": rows, "minGroupSize": 30, "engine": "assent-eval 0.1.0",
            "metrics": [["accuracy", metric], ["f1", metric]]});
        event("evaluationRecorded", evaluation)
    }

    fn scan(&mut self) -> Value {
        let scan = json!({"tool": "picklescan", "toolVersion": "0.0.30", "status": "PASSED",
            "findings": [["LOW", self.rng.below(5)]], "provenance": "REPORTED"});
        event("scanRecorded", scan)
    }

    fn registration(&mut self, model: Uuid, number: u64) -> Value {
        let artifact = json!({"name": "model.onnx", "sha256": self.digest(), "sizeBytes": 1_048_576});
        let version = json!({"model": model, "number": number, "kind": "CLASSICAL", "stage": "DEV",
            "artifacts": [artifact], "params": [["depth", "3"]]});
        event("versionRegistered", version)
    }

    fn review(&mut self) -> Value {
        let review = json!({"round": 1, "step": "compliance", "role": "compliance", "decision": "APPROVED",
            "evidence": self.digest()});
        event("reviewDecided", review)
    }
}

fn registered(owner: Uuid) -> Value {
    let model = json!({"name": "credit default", "purpose": "decide on credit", "useCases": ["loans"], "tier": "HIGH",
        "tierSource": {"by": "GIVEN"}, "owner": owner});
    event("modelRegistered", model)
}

#[expect(clippy::needless_pass_by_value, reason = "every caller makes the details in place")]
fn event(kind: &str, details: Value) -> Value {
    json!({"type": kind, "details": details})
}

#[cfg(test)]
mod tests {
    use assent_log::verify::{Level, Verifier};

    use super::*;

    #[test]
    fn a_log_is_sound_and_the_same_from_the_same_seed() {
        let made = |seed| {
            let mut maker = Maker::new(seed);
            [maker.batch(3_000).unwrap(), maker.batch(2_000).unwrap()]
        };
        let batches = made(5);
        assert_eq!(batches, made(5));
        assert_ne!(batches, made(6));
        let mut verifier = Verifier::new(Level::Schema);
        let [first, second] = &batches;
        for entry in first.entries.iter().chain(&second.entries) {
            verifier.push(&entry.bytes);
        }
        assert_eq!((verifier.size(), verifier.root().0), (5_000, second.head.root));
        assert!(verifier.finish().is_sound());
        let of_first = |entry: &&NewEntry| entry.keys.actor == person(0);
        assert!(first.entries.iter().filter(of_first).count() > 200, "the first person does a lot");
        first.check(&Head::EMPTY).unwrap();
        second.check(&first.head).unwrap();
    }
}
