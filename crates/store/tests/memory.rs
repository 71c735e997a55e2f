//! The contract suite on the store in memory.

use std::time::Duration;

use assent_store::contract::{Fixture, KeysFixture};
use assent_store::{MemoryKeys, MemoryStore, Store, SubjectKeys};

struct Memory(MemoryStore);

impl Fixture for Memory {
    fn open(&self) -> Box<dyn Store> {
        Box::new(self.0.with_time_limit(Duration::from_millis(200)))
    }
}

struct Keys(MemoryKeys);

impl KeysFixture for Keys {
    fn open(&self) -> Box<dyn SubjectKeys> {
        Box::new(self.0.clone())
    }
}

assent_store::contract_tests!(|| Memory(MemoryStore::new()));
assent_store::key_contract_tests!(|| Keys(MemoryKeys::new()));
