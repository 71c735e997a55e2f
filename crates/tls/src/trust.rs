//! Whom a client trusts.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use crate::{TlsError, pem, provider};

/// The certificates of the authorities to trust: those of the file, or, without one, those of the system.
pub fn roots(ca_file: Option<&Path>) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    if let Some(file) = ca_file {
        return pem::certificates(file);
    }
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let why = found.errors.first().map(|error| format!(": {error}")).unwrap_or_default();
        let what = format!("this system has no certificates of authorities{why}");
        return Err(TlsError {
            what,
            remedy: "install them (the package `ca-certificates` of Debian), or name a file of your own",
        });
    }
    Ok(found.certs)
}

/// What a client needs to speak TLS with a server whose certificate comes from one of these authorities.
pub fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let mut store = RootCertStore::empty();
    // Among those of a system there may be some that are too old to be understood.
    let (added, _) = store.add_parsable_certificates(roots(ca_file)?);
    if added == 0 {
        let what = match ca_file {
            Some(file) => {
                format!("`{}` cannot be used: none of its certificates is understood", file.display())
            }
            None => "none of the certificates of this system is understood".to_owned(),
        };
        return Err(TlsError { what, remedy: "name a file with the certificate of the authority in PEM" });
    }
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let config = config.map_err(|error| TlsError {
        what: format!("TLS cannot be set up: {error}"),
        remedy: "use a build of this program with TLS 1.2 or 1.3",
    })?;
    Ok(config.with_root_certificates(Arc::new(store)).with_no_client_auth())
}
