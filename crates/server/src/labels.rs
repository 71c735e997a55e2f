//! Which blobs are the contents of data sets. A digest is no secret: facts and evaluations name it. So the bytes behind it
//! must not be reachable by attaching the digest somewhere else.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use assent_app::project;
use assent_domain::aggregate::State as _;
use assent_domain::ids::{Digest, PrincipalId};
use assent_domain::registry::Dataset;
use assent_domain::{Aggregate, Kind};
use assent_store::{Predicate, Read};

use crate::problem::Problem;

/// The stewards of each content, as of the last question. Data sets never change, so their number tells whether it is old.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    datasets: u64,
    stewards: HashMap<Digest, HashSet<PrincipalId>>,
}

impl Contents {
    /// Whether the bytes are a data set, and the principal is steward of none that has them.
    pub(crate) fn is_foreign(
        &self,
        read: &dyn Read,
        digest: Digest,
        principal: PrincipalId,
    ) -> Result<bool, Problem> {
        let table =
            project::table(Kind::Dataset).ok_or_else(|| Problem::internal("data sets have no table"))?;
        let datasets = read.count(table, &Predicate::True)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.datasets != datasets {
            let mut stewards: HashMap<Digest, HashSet<PrincipalId>> = HashMap::new();
            read.scan_rows(table, &mut |row| {
                let state: Aggregate = project::aggregate(Kind::Dataset, &row)?;
                if let Some(dataset) = Dataset::from_aggregate(&state) {
                    stewards.entry(dataset.facts.blob.sha256).or_default().insert(dataset.steward);
                }
                Ok(())
            })?;
            *known = Known { datasets, stewards };
        }
        Ok(known.stewards.get(&digest).is_some_and(|stewards| !stewards.contains(&principal)))
    }
}
