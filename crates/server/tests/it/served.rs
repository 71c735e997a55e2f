//! The interface on a socket: connections, the background, and the end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use assent_server::Options;
use assent_store::MemoryStore;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::world::World;

/// Sends, and reads until the server closes.
pub(crate) async fn exchange(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let reading = tokio::time::timeout(Duration::from_mins(1), stream.read_to_end(&mut answer)).await;
    reading.expect("the server closes").unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_shutdown_records_what_was_counted_and_signs_what_was_committed() {
    let sink = tempfile::tempdir().unwrap();
    let store = Arc::new(MemoryStore::new());
    let world = World::on(store, Options::default()).await;
    let options = Options {
        checkpoint_sink: Some(sink.path().to_owned()),
        header_timeout: Duration::from_millis(200),
        ..Options::default()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move { drop(stopped.await) };
    let server = tokio::spawn(assent_server::serve(world.assent.clone(), listener, options, shutdown));

    let mut stream = TcpStream::connect(address).await.unwrap();
    let answer = exchange(&mut stream, "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ok\n"), "{answer}");
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let answer =
            exchange(&mut stream, "GET /api/v1/me HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
    // Half a head, and then nothing: the connection is closed.
    let mut slow = TcpStream::connect(address).await.unwrap();
    exchange(&mut slow, "GET /healthz HTTP/1.1\r\nhos").await;
    // Too large a head is refused.
    let mut large = TcpStream::connect(address).await.unwrap();
    let head = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(300_000));
    drop(large.write_all(head.as_bytes()).await);
    let mut answer = Vec::new();
    drop(large.read_to_end(&mut answer).await);
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));

    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    let read = world.assent.store().read().unwrap();
    let (size, latest) = (read.head().unwrap().size, read.latest_checkpoint().unwrap().unwrap());
    assert_eq!(latest.size, size);
    let denied: Vec<_> = read
        .entries(0, 1_000)
        .unwrap()
        .iter()
        .map(|bytes| serde_json::from_slice::<serde_json::Value>(bytes).unwrap())
        .filter(|entry| entry["type"] == "accessDenied")
        .map(|entry| entry["details"]["attempts"].as_u64().unwrap())
        .collect();
    assert_eq!(denied.iter().sum::<u64>(), 3, "{denied:?}");
    let note = std::fs::read(sink.path().join(format!("checkpoint-{size:020}"))).unwrap();
    assert_eq!(note, latest.note);
    assert!(TcpStream::connect(address).await.is_err());
}

/// A server that listens, and its end.
pub(crate) async fn listening(world: &World, options: Options) -> (SocketAddr, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move { drop(stopped.await) };
    let served = assent_server::serve(world.assent.clone(), listener, options, shutdown);
    tokio::spawn(served);
    (address, stop)
}

/// Sends up to 100 MB behind a head, until the server has answered; how much was sent, and the answer.
async fn flood(address: SocketAddr, head: String, chunked: bool) -> (usize, String) {
    const MEGABYTE: usize = 1_000_000;
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let reading = tokio::spawn(async move {
        let mut answer = vec![0; 4_096];
        let reading = tokio::time::timeout(Duration::from_mins(1), reader.read(&mut answer)).await;
        let length = reading.expect("the server answers").unwrap_or(0);
        String::from_utf8_lossy(&answer[..length]).into_owned()
    });
    writer.write_all(head.as_bytes()).await.unwrap();
    let mut sent = 0;
    while sent < 100 * MEGABYTE && !reading.is_finished() {
        let mut part = Vec::with_capacity(MEGABYTE + 16);
        if chunked {
            part.extend_from_slice(format!("{MEGABYTE:x}\r\n").as_bytes());
        }
        part.resize(part.len() + MEGABYTE, b' ');
        if chunked {
            part.extend_from_slice(b"\r\n");
        }
        let written = tokio::time::timeout(Duration::from_secs(5), writer.write_all(&part)).await;
        if !matches!(written, Ok(Ok(()))) {
            break;
        }
        sent += MEGABYTE;
    }
    (sent, reading.await.unwrap())
}

#[tokio::test]
async fn a_body_of_100_megabytes_is_refused_long_before_its_end() {
    let world = World::new().await;
    let (address, _stop) = listening(&world, Options::default()).await;
    let head = |path: &str, length: &str| {
        let token = &world.admin;
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\n{length}\r\n\r\n"
        )
    };
    let whole = "content-length: 100000000";
    for path in ["/api/v1/models", "/api/v1/packs", "/api/v1/principals"] {
        for (length, chunked) in [(whole, false), ("transfer-encoding: chunked", true)] {
            let (sent, answer) = flood(address, head(path, length), chunked).await;
            assert!(answer.starts_with("HTTP/1.1 413"), "{path} {length}: {answer}");
            assert!(sent < 60_000_000, "{path} {length}: {sent} bytes were taken");
        }
    }
}
