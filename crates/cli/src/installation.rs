//! An installation on disk: a data directory with the log, its state and the blobs, and, outside of it, a keys directory
//! with the key that signs checkpoints and the keys that people's words are sealed under.
//!
//! ```text
//! <data>/lock          who writes
//! <data>/origin        the name of the log
//! <data>/log.sqlite    entries, tiles, checkpoints, state tables; not there where they are in PostgreSQL
//! <data>/blobs/        bytes by their SHA-256, encrypted where there is a master key
//! <data>/log.vkey      the public key of the log; written last, so that its presence says: this was started before
//! <keys>/signing.seed  the secret half, 32 bytes, or wrapped under the master key
//! <keys>/subjects.sqlite   the keys of people; not there where they are in a PostgreSQL of their own
//! ```
//!
//! The master key, where there is one, lies in neither.
//!
//! Invariants: one process writes (with PostgreSQL: one at a time); a secret never lies in the data directory; what is missing after the first start is
//! never made anew in silence, because a fresh key or an empty log in an old place is what an attacker would leave.

mod at_rest;
mod database;
pub(crate) mod files;
mod keys;
mod master_key;
mod migration;
mod open;
mod paths;
mod providers;
mod readonly;
mod sink;
mod wiring;

pub use assent_app::vault::MasterKeys;
pub(crate) use at_rest::{blobs, check_keys, count_seed, rotate_seed, seed};
pub use database::Database;
pub use keys::KeysDatabase;
pub use master_key::MasterKeyFile;
pub(crate) use master_key::shut;
pub use migration::{Migration, PutAside};
pub use open::Installation;
pub use paths::Paths;
pub(crate) use providers::providers;
pub use readonly::ReadOnly;
pub(crate) use readonly::vkey_argument;
pub use sink::Sink;
pub use wiring::system_wiring;
