//! Claims: who works on something that only one server shall work on at a time.
//!
//! A claim is no state: nothing durable says who holds it, it ends with its holder, and whoever finds something unclaimed
//! takes it up. That two never work at the same time is a courtesy to the processors; what a claim is about must bear it,
//! because a server that is cut off works on without its claim.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::StoreError;

/// Where claims are made.
pub trait Claims: std::fmt::Debug + Send + Sync + 'static {
    /// Claims `id` until the answer is dropped; `None` while somebody else holds it.
    fn claim(&self, id: Uuid) -> Result<Option<Claim>, StoreError>;
}

/// A claim, until it is dropped.
pub struct Claim(#[expect(dead_code, reason = "it is held, and dropped")] Box<dyn Send>);

impl Claim {
    /// A claim that ends when `held` is dropped.
    pub fn new(held: impl Send + 'static) -> Self {
        Self(Box::new(held))
    }
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Claim")
    }
}

/// Claims within one process: where one server works on a store. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct LocalClaims(Arc<Mutex<BTreeSet<Uuid>>>);

struct Held {
    claims: LocalClaims,
    id: Uuid,
}

impl Claims for LocalClaims {
    fn claim(&self, id: Uuid) -> Result<Option<Claim>, StoreError> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        Ok(taken.then(|| Claim::new(Held { claims: self.clone(), id })))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.claims.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_a_claim_until_it_is_dropped() {
        let claims = LocalClaims::default();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let held = claims.claim(one).unwrap().unwrap();
        assert!(claims.clone().claim(one).unwrap().is_none());
        assert!(claims.claim(other).unwrap().is_some());
        drop(held);
        assert!(claims.claim(one).unwrap().is_some());
    }
}
