//! TLS on a socket.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use assent_server::Options;
use assent_tls::pki_types::{CertificateDer, ServerName};
use assent_tls::{ClientConfig, Identity, client_config};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::authority::Authority;
use crate::served::{exchange, listening};
use crate::world::World;

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
/// A server that does not close what it should have closed shows by this.
const LONG: Duration = Duration::from_secs(20);

/// A folder with a certificate, and who gave it.
fn certified() -> (TempDir, Authority) {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path(), "authority");
    authority.certify_into(folder.path());
    (folder, authority)
}

async fn serving(folder: &Path) -> (World, SocketAddr, tokio::sync::oneshot::Sender<()>) {
    let identity = Identity::open(folder.join("server.pem"), folder.join("server.key")).unwrap();
    let options = Options {
        tls: Some(Arc::new(identity)),
        handshake_timeout: Duration::from_millis(300),
        header_timeout: Duration::from_millis(300),
        certificate_check: Duration::from_millis(20),
        ..Options::default()
    };
    let world = World::new().await;
    let (address, stop) = listening(&world, options).await;
    (world, address, stop)
}

async fn connect(
    address: SocketAddr,
    config: ClientConfig,
    name: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// What the server shows, to whom trusts that authority.
async fn shown(address: SocketAddr, authority: &Authority) -> CertificateDer<'static> {
    let config = client_config(Some(&authority.file)).unwrap();
    let stream = connect(address, config, "localhost").await.unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

#[tokio::test]
async fn who_trusts_the_authority_is_served_and_told_to_stay_with_tls() {
    let (folder, authority) = certified();
    let (world, address, _stop) = serving(folder.path()).await;
    for name in ["localhost", "127.0.0.1"] {
        let config = client_config(Some(&authority.file)).unwrap();
        let mut stream = connect(address, config, name).await.unwrap();
        let answer = exchange(&mut stream, HEALTH).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ok\n"), "{answer}");
        assert!(answer.contains("strict-transport-security: max-age=31536000"), "{answer}");
    }
    let mut config = client_config(Some(&authority.file)).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let mut stream = connect(address, config, "localhost").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let head =
        format!("GET /api/v1/me HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n", world.admin);
    let answer = exchange(&mut stream, &format!("{head}connection: close\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");

    let (plain, _stop) = listening(&world, Options::default()).await;
    let mut stream = TcpStream::connect(plain).await.unwrap();
    let answer = exchange(&mut stream, HEALTH).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && !answer.contains("strict-transport"), "{answer}");
}

#[tokio::test]
async fn who_does_not_trust_the_authority_refuses() {
    let (folder, authority) = certified();
    let (_world, address, _stop) = serving(folder.path()).await;
    let other = Authority::new(folder.path(), "other");
    let config = client_config(Some(&other.file)).unwrap();
    let refused = connect(address, config, "localhost").await.unwrap_err().to_string();
    assert!(refused.contains("UnknownIssuer"), "{refused}");
    let config = client_config(Some(&authority.file)).unwrap();
    let refused = connect(address, config, "example.org").await.unwrap_err().to_string();
    assert!(refused.contains("not valid for name"), "{refused}");
}

#[tokio::test]
async fn plain_http_and_noise_get_no_answer_of_http() {
    let (folder, authority) = certified();
    let (_world, address, _stop) = serving(folder.path()).await;
    let noise = "\u{16}\u{3}\u{1}\u{7f}\u{7f}".repeat(4_000);
    for sent in [HEALTH, "\r\n\r\n", &noise] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        drop(stream.write_all(sent.as_bytes()).await);
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(LONG, stream.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "the connection stays open");
        // An alert of TLS, at most.
        assert!(answer.len() <= 64 && !answer.starts_with(b"HTTP"), "{answer:?}");
    }
    shown(address, &authority).await;
}

#[tokio::test]
async fn who_does_not_shake_hands_is_cut_off_and_holds_nobody_up() {
    let (folder, authority) = certified();
    let (_world, address, _stop) = serving(folder.path()).await;
    let mut silent = Vec::new();
    for i in 0..40 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // Some begin a handshake, and stop in the middle of their first message.
        let begun: &[u8] = if i % 2 == 0 { &[] } else { &[0x16, 3, 1, 1, 0, 1] };
        stream.write_all(begun).await.unwrap();
        silent.push(stream);
    }
    shown(address, &authority).await;
    for mut stream in silent {
        let ended = tokio::time::timeout(LONG, stream.read_to_end(&mut Vec::new())).await;
        assert!(ended.is_ok(), "a silent client is still connected");
    }
}

#[tokio::test]
async fn a_new_certificate_is_shown_without_a_restart() {
    let (folder, authority) = certified();
    let (_world, address, _stop) = serving(folder.path()).await;
    let first = shown(address, &authority).await;
    let key = std::fs::read(folder.path().join("server.key")).unwrap();
    std::fs::write(folder.path().join("server.key"), "broken").unwrap();
    for _ in 0..20 {
        assert_eq!(shown(address, &authority).await, first);
    }
    std::fs::write(folder.path().join("server.key"), key).unwrap();
    authority.certify_into(folder.path());
    let renewed = async {
        while shown(address, &authority).await == first {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, renewed).await.expect("the new certificate is not shown");
}
