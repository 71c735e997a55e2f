//! Whether a caller may name a blob ([`assent_app::naming`]): the one place where that is asked, of every command and of every
//! route that opens what it was told the digest of.
//!
//! Invariant: a blob that is there, and that the caller may not name, takes the same questions as one that is not, and gets the
//! same answer. Whether it is there is asked last.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use assent_app::Command;
use assent_app::naming::Named;
use assent_app::project::{self, attached_key};
use assent_domain::comment::Subject;
use assent_domain::ids::Digest;
use assent_domain::registry::Version;
use assent_domain::values::BlobRef;
use assent_domain::{Code, Kind, Refusal};
use assent_store::{Order, Predicate, Select, Value};

use crate::app::App;
use crate::desk::Desk;
use crate::http::Caller;
use crate::problem::Problem;

/// The most blobs of one request that are looked for among what the caller reads. What many objects hold takes long to find
/// where the caller reads none of them.
const MAX_LOOKED_FOR: usize = 100;

/// What one request was found to be allowed to name, so that nothing is asked twice. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Naming(Arc<Mutex<Found>>);

#[derive(Debug, Default)]
struct Found {
    may_name: BTreeSet<Digest>,
    looked_for: usize,
}

impl Naming {
    fn found(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses to look for ever more.
    fn look_for(&self, named: &Named) -> Result<(), Refusal> {
        let mut found = self.found();
        found.looked_for = found.looked_for.saturating_add(1);
        if found.looked_for <= MAX_LOOKED_FOR {
            return Ok(());
        }
        let message =
            format!("more than {MAX_LOOKED_FOR} files are named by who did not upload them: upload them");
        Err(Refusal::new(Code::TooMany, message).at(&named.place))
    }
}

impl App {
    /// The blob that is named, if it is there and the caller may name it.
    pub(crate) async fn named(&self, caller: &Caller, named: Named) -> Result<BlobRef, Problem> {
        self.check_named(caller, &named).await?;
        let size = self.assent.blobs.size(named.sha256).await?;
        Ok(size
            .map(|size_bytes| BlobRef { sha256: named.sha256, size_bytes })
            .ok_or_else(|| named.missing())?)
    }

    /// The blobs that a command names, if the caller may name all of them.
    pub(crate) async fn all_named(
        &self,
        caller: &Caller,
        command: &Command,
    ) -> Result<BTreeSet<Digest>, Problem> {
        let all = command.blobs();
        for named in &all {
            self.check_named(caller, named).await?;
        }
        Ok(all.into_iter().map(|named| named.sha256).collect())
    }

    /// Refuses what the caller may not name as if it were not there.
    async fn check_named(&self, caller: &Caller, named: &Named) -> Result<(), Problem> {
        if caller.naming.found().may_name.contains(&named.sha256) {
            return Ok(());
        }
        let has_it = self.assent.blobs.is_from(named.sha256, caller.id()).await?
            || self.holds(caller, named).await?
            || self.reads(caller, named).await?;
        if !has_it {
            return Err(named.missing().into());
        }
        caller.naming.found().may_name.insert(named.sha256);
        Ok(())
    }

    /// Whether the version that it is named for holds it already, and the caller may read that.
    async fn holds(&self, caller: &Caller, named: &Named) -> Result<bool, Problem> {
        let Some(id) = named.of else { return Ok(false) };
        let (caller, sha256) = (caller.clone(), named.sha256);
        self.read(move |desk| {
            let held = desk.any::<Version>(id)?.is_some_and(|version| version.holds(sha256));
            Ok(held && desk.reads(&caller, Subject { kind: Kind::Version, id: id.0 })?)
        })
        .await
    }

    /// Whether the caller reads something that hands it out.
    async fn reads(&self, caller: &Caller, named: &Named) -> Result<bool, Problem> {
        caller.naming.look_for(named)?;
        let (caller, sha256) = (caller.clone(), named.sha256);
        self.read(move |desk| hands_out(desk, &caller, sha256)).await
    }
}

/// Whether the caller reads something that hands these bytes out: a version, by an artifact, the newest document of a kind or
/// the report of another tool; or the rows of a data set, which its steward reads.
fn hands_out(desk: &Desk<'_>, caller: &Caller, sha256: Digest) -> Result<bool, Problem> {
    let lines = [sha256.to_string(), attached_key(sha256)].map(Value::Text).to_vec();
    let readable = desk.readable_rows(caller, Kind::Version)?;
    let versions = vec![Predicate::Lines("files", lines), readable];
    let rows = vec![
        Predicate::Eq("sha256", Value::Text(sha256.to_string())),
        Predicate::Eq("steward_id", Value::Text(caller.id().to_string())),
    ];
    Ok(is_any(desk, Kind::Version, versions)? || is_any(desk, Kind::Dataset, rows)?)
}

fn is_any(desk: &Desk<'_>, kind: Kind, filters: Vec<Predicate>) -> Result<bool, Problem> {
    let table = project::table(kind).ok_or_else(|| Problem::internal("a kind without a table"))?;
    let filter = Predicate::And(filters);
    let select = Select { table, filter, order: Order::Descending, after: None, limit: 1 };
    Ok(!desk.view.read().select(&select)?.is_empty())
}
