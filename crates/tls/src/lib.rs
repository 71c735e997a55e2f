//! How Assent speaks TLS: one provider of cryptography (ring, below rustls), TLS 1.2 and 1.3, files in PEM.
//!
//! An [`Identity`] is what a server shows: its certificate and its key, read again when their files change. [`roots`] are
//! whom a client trusts: the authorities of the system, or those of one file and nobody else.
//!
//! Invariants: a certificate is always verified, with the name of the server; what is broken is an error that names the
//! file and the remedy, and never a reason to go on without TLS.

mod error;
mod identity;
mod pem;
mod trust;

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
pub use rustls::{ClientConfig, Error, ServerConfig, pki_types};

pub use error::TlsError;
pub use identity::Identity;
pub use trust::{client_config, roots};

/// The one provider of cryptography.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
