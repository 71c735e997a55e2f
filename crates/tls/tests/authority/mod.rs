//! An authority of the tests, and what it certifies.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// The authority. Its certificate is in a file of its own.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// The file.
    pub(crate) file: PathBuf,
}

impl Authority {
    /// A new authority, with its certificate in that folder.
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let file = folder.join(format!("{name}.pem"));
        fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
        Self { issuer: Issuer::new(params, key), file }
    }

    /// Certifies these names: certificate and key, in PEM.
    pub(crate) fn certify(&self, names: &[&str]) -> (String, String) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(names).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    /// The same, written to `server.pem` and `server.key` of that folder: for this machine.
    pub(crate) fn certify_into(&self, folder: &Path) -> (PathBuf, PathBuf) {
        let (certificate, key) = self.certify(&["localhost", "127.0.0.1"]);
        let files = (folder.join("server.pem"), folder.join("server.key"));
        fs::write(&files.0, certificate).unwrap();
        fs::write(&files.1, key).unwrap();
        files
    }
}
