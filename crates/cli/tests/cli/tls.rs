//! A server by TLS, and clients that do or do not trust it.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use crate::authority::Authority;
use crate::support::{Run, Server, assent, run};

/// A server on a data directory in that folder, with the certificate that lies in it.
fn by_tls(folder: &Path) -> Server {
    let (certificate, key) = (folder.join("server.pem"), folder.join("server.key"));
    let variables =
        [("ASSENT_TLS_CERT", certificate.to_str().unwrap()), ("ASSENT_TLS_KEY", key.to_str().unwrap())];
    Server::start_with(&folder.join("data"), "127.0.0.1:0", &variables)
}

fn list(server: &Server, url: &str, ca_file: &Path) -> Run {
    let token = server.started["administrator"]["token"].as_str().unwrap();
    run(assent()
        .args(["model", "list", "--no-pin", "--url", url, "--token", token])
        .env("ASSENT_CA_FILE", ca_file))
}

#[test]
fn a_client_trusts_the_authority_that_it_was_given_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path(), "authority");
    authority.certify_into(folder.path());
    let server = by_tls(folder.path());
    let url = server.url();
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let listed = list(&server, url, &authority.file);
    assert_eq!(listed.code, 0, "{listed:?}");

    let other = Authority::new(folder.path(), "other");
    let refused = list(&server, url, &other.file);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("invalid peer certificate"), "{refused:?}");
    assert!(refused.stderr.contains("hint: ") && refused.stderr.contains("--ca-file"), "{refused:?}");

    let plain = list(&server, &url.replace("https", "http"), &authority.file);
    assert_eq!(plain.code, 2, "{plain:?}");
    let missing = list(&server, url, &folder.path().join("nothing.pem"));
    assert!(missing.code == 2 && missing.stderr.contains("nothing.pem` cannot be used"), "{missing:?}");
    server.stop();
}

#[test]
fn a_server_with_half_of_what_it_needs_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = Authority::new(folder.path(), "authority").certify_into(folder.path());
    let serve = |arguments: &[&str]| {
        run(assent()
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.path().join("data"))
            .args(arguments))
    };
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    for (arguments, said) in [
        (&["--tls-cert", certificate][..], "--tls-key <FILE>"),
        (&["--tls-key", key], "--tls-cert <FILE>"),
        (&["--tls-cert", certificate, "--tls-key", certificate], "it holds no private key"),
        (&["--tls-cert", "/nowhere", "--tls-key", key], "`/nowhere` cannot be used"),
    ] {
        let refused = serve(arguments);
        assert!(refused.code == 2 && refused.stderr.contains(said), "{arguments:?}: {refused:?}");
    }
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

/// What a server says to its operator until it has ended.
fn said(data: &Path, listen: &str, arguments: &[&str]) -> String {
    let mut child = assent()
        .args(["serve", "--output", "json", "--listen", listen, "--data-dir"])
        .arg(data)
        .args(arguments)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // It has started once it says something.
    child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    let asked = std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(asked.success());
    String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap()
}

#[cfg(unix)]
#[test]
fn a_server_says_once_what_is_not_safe() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let open = said(&data, "0.0.0.0:0", &[]);
    assert!(open.matches("in the clear").count() == 1 && open.contains("--tls-cert"), "{open}");
    assert!(!said(&data, "0.0.0.0:0", &["--behind-proxy"]).contains("in the clear"));
    assert!(!said(&data, "127.0.0.1:0", &[]).contains("in the clear"));

    let (certificate, key) = Authority::new(folder.path(), "authority").certify_into(folder.path());
    let arguments = ["--tls-cert", certificate.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    for (mode, warned) in [(0o644, true), (0o600, false)] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let said = said(&data, "127.0.0.1:0", &arguments);
        assert_eq!(said.contains("may read the key"), warned, "{said}");
        assert!(!said.contains("in the clear"), "{said}");
    }
}
