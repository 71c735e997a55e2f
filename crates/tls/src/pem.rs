//! Reading files in PEM.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::TlsError;

/// Larger files are not read: a bundle of all public authorities has a quarter of that.
const MAX_BYTES: u64 = 1024 * 1024;

/// All certificates of a file, in their order; at least one.
pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    const REMEDY: &str =
        "name a file with certificates in PEM, which begin with `-----BEGIN CERTIFICATE-----`";
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes(file)?).collect();
    let read = read.map_err(|error| TlsError::file(file, format!("it is no PEM: {error}"), REMEDY))?;
    if read.is_empty() {
        return Err(TlsError::file(file, "it holds no certificate", REMEDY));
    }
    Ok(read)
}

/// The private key of a file.
pub(crate) fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    const REMEDY: &str =
        "name a file with a private key in PEM (PKCS #8, PKCS #1 or SEC1), not encrypted under a pass phrase";
    PrivateKeyDer::from_pem_slice(&bytes(file)?)
        .map_err(|error| TlsError::file(file, format!("it holds no private key: {error}"), REMEDY))
}

fn bytes(path: &Path) -> Result<Vec<u8>, TlsError> {
    let opened = File::open(path).map_err(|error| {
        let remedy = if error.kind() == ErrorKind::NotFound {
            "name a file that is there"
        } else {
            "see that the user who runs this may read it"
        };
        TlsError::file(path, error, remedy)
    })?;
    let mut bytes = Vec::new();
    opened
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| TlsError::file(path, error, "name a file that can be read"))?;
    if bytes.len() as u64 > MAX_BYTES {
        let what = format!("it has more than {MAX_BYTES} bytes");
        return Err(TlsError::file(path, what, "name a file with what is needed only"));
    }
    Ok(bytes)
}
