//! What is wrong with files of certificates and keys, and what happens when they change.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use assent_tls::{Identity, client_config};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A new certificate and its key, in these files.
    fn pair(&self) -> (PathBuf, PathBuf) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (self.file("cert.pem", cert.pem()), self.file("key.pem", signing_key.serialize_pem()))
    }
}

#[test]
fn errors_name_the_file_and_the_remedy() {
    let folder = Folder::new();
    let (cert, key) = folder.pair();
    let other = folder.file(
        "other.pem",
        generate_simple_self_signed(["x".to_owned()]).unwrap().signing_key.serialize_pem(),
    );
    let cut = fs::read_to_string(&cert).unwrap().replace("-----END", "-----");
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let huge = folder.file("huge.pem", "x".repeat(1_100_000));
    let absent = folder.0.path().join("absent.pem");
    let cases = [
        (
            absent.clone(),
            key.clone(),
            "absent.pem` cannot be used: No such file",
            "name a file that is there",
        ),
        (cert.clone(), absent, "absent.pem` cannot be used: No such file", "name a file that is there"),
        (
            folder.file("empty.pem", ""),
            key.clone(),
            "empty.pem` cannot be used: it holds no certificate",
            "BEGIN CERTIFICATE",
        ),
        (key.clone(), key.clone(), "key.pem` cannot be used: it holds no certificate", "BEGIN CERTIFICATE"),
        (
            folder.file("cut.pem", cut),
            key.clone(),
            "cut.pem` cannot be used: it is no PEM",
            "BEGIN CERTIFICATE",
        ),
        (
            folder.file("broken.pem", broken),
            key.clone(),
            "broken.pem` cannot be used: its first certificate is broken",
            "authority",
        ),
        (huge, key, "huge.pem` cannot be used: it has more than 1048576 bytes", "what is needed only"),
        (cert.clone(), cert.clone(), "cert.pem` cannot be used: it holds no private key", "pass phrase"),
        (
            cert,
            other,
            "other.pem` cannot be used: it is not the key of the first certificate in",
            "belong together",
        ),
    ];
    for (cert, key, what, remedy) in cases {
        let error = Identity::open(cert, key).unwrap_err();
        assert!(error.what.contains(what) && error.remedy.contains(remedy), "{error}");
    }
    let error = client_config(Some(&folder.file("none.pem", "nothing"))).unwrap_err();
    assert!(error.what.contains("none.pem` cannot be used: it holds no certificate"), "{error}");
}

#[test]
fn what_is_new_is_taken_over_and_what_is_broken_is_not() {
    let folder = Folder::new();
    let (cert, key) = folder.pair();
    let identity = Identity::open(cert.clone(), key).unwrap();
    let first = identity.config();
    assert!(!identity.refresh().unwrap());
    // The certificate of another key, as between two writes of somebody who changes both.
    folder.file("cert.pem", generate_simple_self_signed(["x".to_owned()]).unwrap().cert.pem());
    let error = identity.refresh().unwrap_err();
    assert!(error.what.contains("it is not the key of"), "{error}");
    fs::remove_file(cert).unwrap();
    identity.refresh().unwrap_err();
    assert!(Arc::ptr_eq(&identity.config(), &first));
    folder.pair();
    assert!(identity.refresh().unwrap());
    assert!(!identity.refresh().unwrap());
    assert!(!Arc::ptr_eq(&identity.config(), &first));
}

#[cfg(unix)]
#[test]
fn a_key_that_everybody_may_read_is_seen() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let (cert, key) = folder.pair();
    let identity = Identity::open(cert, key.clone()).unwrap();
    for (mode, exposed) in [(0o600, false), (0o640, false), (0o644, true)] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(identity.key_is_exposed(), exposed, "{mode:o}");
    }
}
