//! The interface on a socket: connections, the background, and the end.

use std::sync::Arc;
use std::time::Duration;

use assent_server::Options;
use assent_store::MemoryStore;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::world::World;

async fn exchange(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
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
