//! What a server shows.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ResolvesServerCert;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{Error, InconsistentKeys};

use crate::{TlsError, pem, provider};

/// A certificate with its key, and the files that they come from.
pub struct Identity {
    files: Files,
    current: RwLock<Arc<Current>>,
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

struct Current {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    config: Arc<ServerConfig>,
}

impl Identity {
    /// Reads the certificate, which the ones between it and its root follow, and the key that belongs to it.
    pub fn open(certificate: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let files = Files { certificate, key };
        let (chain, key) = files.read()?;
        let config = files.config(&chain, &key)?;
        Ok(Self { files, current: RwLock::new(Arc::new(Current { chain, key, config })) })
    }

    /// What the next connection is made with.
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current().config)
    }

    /// Reads the files again; whether there was something new in them. What is broken is not taken over.
    pub fn refresh(&self) -> Result<bool, TlsError> {
        let (chain, key) = self.files.read()?;
        let current = self.current();
        if current.chain == chain && current.key == key {
            return Ok(false);
        }
        let config = self.files.config(&chain, &key)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Current { chain, key, config });
        Ok(true)
    }

    /// Whether everybody on this machine may read the key.
    #[cfg(unix)]
    pub fn key_is_exposed(&self) -> bool {
        use std::os::unix::fs::PermissionsExt as _;
        let read = std::fs::metadata(&self.files.key);
        read.is_ok_and(|metadata| metadata.permissions().mode() & 0o007 != 0)
    }

    /// Whether everybody on this machine may read the key: not known here.
    #[cfg(not(unix))]
    pub fn key_is_exposed(&self) -> bool {
        false
    }

    /// The file of the key.
    pub fn key_file(&self) -> &Path {
        &self.files.key
    }

    fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Files {
    fn read(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
        Ok((pem::certificates(&self.certificate)?, pem::private_key(&self.key)?))
    }

    fn config(
        &self,
        chain: &[CertificateDer<'static>],
        key: &PrivateKeyDer<'static>,
    ) -> Result<Arc<ServerConfig>, TlsError> {
        let provider = provider();
        let pair = CertifiedKey::from_der(chain.to_vec(), key.clone_key(), &provider);
        let pair = pair.map_err(|error| self.refused(&error))?;
        let resolver: Arc<dyn ResolvesServerCert> = Arc::new(SingleCertAndKey::from(pair));
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| TlsError {
            what: format!("TLS cannot be set up: {error}"),
            remedy: "use a build of this program with TLS 1.2 or 1.3",
        })?;
        let mut config = config.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    fn refused(&self, error: &Error) -> TlsError {
        if *error == Error::InconsistentKeys(InconsistentKeys::KeyMismatch) {
            let what =
                format!("it is not the key of the first certificate in `{}`", self.certificate.display());
            let remedy =
                "name the two files that belong together; the certificate of the server itself comes first";
            return TlsError::file(&self.key, what, remedy);
        }
        if let Error::InvalidCertificate(_) = error {
            let what = format!("its first certificate is broken: {error}");
            return TlsError::file(&self.certificate, what, "take the file as the authority gave it");
        }
        let remedy = "use a key for ECDSA (P-256 or P-384), for Ed25519, or for RSA (2048 bits or more)";
        TlsError::file(&self.key, error, remedy)
    }
}

// The key must not end up in a debug message.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("certificate", &self.files.certificate).finish_non_exhaustive()
    }
}
