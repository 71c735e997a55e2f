//! The pack in force, compiled once and kept as long as it is in force.

use std::sync::{Arc, Mutex, PoisonError};

use assent_domain::ids::Digest;
use assent_domain::pack::{Applied, Pack};
use assent_domain::{Code, Refusal};
use uuid::Uuid;

use crate::ledger::Failure;
use crate::view::View;

/// The compiled pack that was in force when somebody last asked.
#[derive(Debug, Default)]
pub struct Packs {
    last: Mutex<Option<(Digest, Arc<Pack>)>>,
}

impl Packs {
    /// The pack in force, as the view sees it.
    pub fn current(&self, view: &impl View) -> Result<Arc<Pack>, Failure> {
        let Some(applied) = view.get::<Applied>(Uuid::nil())? else {
            let message = "no pack is in force: the data directory was not initialised";
            return Err(Refusal::new(Code::WrongState, message).into());
        };
        if let Some((digest, pack)) = self.last()
            && digest == applied.pack.digest
        {
            return Ok(pack);
        }
        let pack = applied.compile().map_err(|problems| {
            let first = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
            let message =
                format!("the pack in force was accepted by another release and does not compile: {first}");
            Refusal::new(Code::PackInvalid, message)
        })?;
        let pack = Arc::new(pack);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((applied.pack.digest, Arc::clone(&pack)));
        Ok(pack)
    }

    fn last(&self) -> Option<(Digest, Arc<Pack>)> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
