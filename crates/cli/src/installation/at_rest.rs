//! What of an installation is encrypted, and whether this process can open it.

use std::sync::Arc;

use assent_app::Wiring;
use assent_app::blobs::Blobs;
use assent_app::vault::rotate::{self, Count};
use assent_app::vault::{MasterKeys, Purpose, Vault, VaultError, key_of};
use assent_store::SubjectKeys;
use object_store::local::LocalFileSystem;

use super::master_key::{MasterKeyFile, shut};
use super::{Paths, files};
use crate::problem::Problem;

/// Refuses keys of subjects that this vault does not open: names would be asked for, and nobody could read them. Gives what
/// they depend on.
pub(crate) fn check_keys(keys: &dyn SubjectKeys, masters: &MasterKeys) -> Result<Count, Problem> {
    let count = rotate::count_keys(keys)?;
    let unknown = count.keys().find(|id| masters.find(*id).is_none());
    match unknown {
        None => Ok(count),
        Some(wanted) => {
            let what = format!("{} keys of people", count.under(wanted));
            Err(shut(&what, &VaultError::UnknownKey { wanted, given: masters.ids() }))
        }
    }
}

/// The blobs of an installation.
pub(crate) fn blobs(paths: &Paths, vault: &Vault) -> Result<Blobs, Problem> {
    let folder = paths.blobs();
    files::make_folder(&folder)?;
    let store =
        LocalFileSystem::new_with_prefix(&folder).map_err(|error| Problem::path("used", &folder, error))?;
    Ok(Blobs::new(Arc::new(store.with_fsync(true)), vault.clone()))
}

/// The seed of the signing key; `None` where there is none.
pub(crate) fn seed(paths: &Paths, vault: &Vault, origin: &str) -> Result<Option<[u8; 32]>, Problem> {
    let Some(kept) = files::read(&paths.seed())? else { return Ok(None) };
    let what = format!("`{}`", paths.seed().display());
    vault.open(&kept, Purpose::Signing(origin)).map(Some).map_err(|error| shut(&what, &error))
}

/// Keeps the seed of the signing key.
pub(super) fn keep_seed(paths: &Paths, vault: &Vault, origin: &str, seed: &[u8; 32]) -> Result<(), Problem> {
    let kept = vault.shut(seed, Purpose::Signing(origin)).map_err(Problem::new)?;
    files::write_new(&paths.seed(), &kept)
}

/// Encrypts a seed that is plain, where there is a master key: from then on a start without it is refused.
pub(super) fn encrypt_plain_seed(paths: &Paths, vault: &Vault, origin: &str) -> Result<(), Problem> {
    let is_plain = files::read(&paths.seed())?.is_some_and(|kept| key_of(&kept) == Ok(None));
    if is_plain { rotate_seed(paths, vault, origin).map(drop) } else { Ok(()) }
}

/// Puts the seed under the first master key. Says whether it had to be done.
pub(crate) fn rotate_seed(paths: &Paths, vault: &Vault, origin: &str) -> Result<bool, Problem> {
    let what = format!("`{}`", paths.seed().display());
    let Some(kept) = files::read(&paths.seed())? else {
        return Err(Problem::new(format!("{what} is missing")));
    };
    let anew = vault.shut_anew(&kept, Purpose::Signing(origin)).map_err(|error| shut(&what, &error))?;
    anew.as_deref().map_or(Ok(false), |anew| files::write_new(&paths.seed(), anew).map(|()| true))
}

/// What the seed depends on.
pub(crate) fn count_seed(paths: &Paths) -> Result<Count, Problem> {
    let mut count = Count::default();
    if let Some(kept) = files::read(&paths.seed())? {
        let what = format!("`{}`", paths.seed().display());
        count.add(key_of(&kept).map_err(|error| shut(&what, &error))?);
    }
    Ok(count)
}

/// Reads the key file again at every SIGHUP. What cannot be used, or lacks a key that something depends on, is told to the
/// operator, and the former keys stay.
#[cfg(unix)]
pub(super) fn reload_at_hangup(
    file: MasterKeyFile,
    paths: Paths,
    keys: Arc<dyn SubjectKeys>,
    vault: Vault,
    wiring: Wiring,
) -> Result<(), Problem> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup())
        .map_err(|error| Problem::new(format!("signals cannot be caught: {error}")))?;
    let reload = move || -> Result<MasterKeys, Problem> {
        let masters = file.read_outside(&paths)?;
        check_keys(&*keys, &masters)?;
        let origin = files::read_text(&paths.origin())?.unwrap_or_default();
        seed(&paths, &Vault::new(masters.clone(), wiring.clone()), &origin)?;
        Ok(masters)
    };
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match tokio::task::block_in_place(&reload) {
                Ok(masters) => {
                    tracing::info!(keys = ?masters.ids(), "the master keys were read again");
                    vault.replace_keys(masters);
                }
                Err(problem) => {
                    tracing::error!(%problem, "the master keys could not be read again, and the former ones stay");
                }
            }
        }
    });
    Ok(())
}
