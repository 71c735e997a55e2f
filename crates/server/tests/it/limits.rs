//! Clients that are slow, stop half-way, or ask for too much: each comes to its end, and somebody else is served meanwhile.

use std::net::SocketAddr;
use std::time::Duration;

use assent_server::Options;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::served::{exchange, listening};
use crate::world::World;

/// What a server without a limit would need, and none of these.
const TOO_LONG: Duration = Duration::from_secs(15);
/// Between two pieces of somebody slow.
const SLOW: Duration = Duration::from_millis(20);

fn options() -> Options {
    let short = Duration::from_millis(300);
    Options {
        header_timeout: short,
        upload_pause: short,
        write_timeout: short,
        request_timeout: Duration::from_millis(700),
        ..Options::default()
    }
}

/// What a client does with the answer.
#[derive(Clone, Copy, PartialEq)]
enum Reads {
    All,
    /// A byte now and then.
    Drops,
    Nothing,
}

/// How it ends.
enum End {
    /// The connection is closed, without an answer.
    Cut,
    /// The answer has one of these statuses, and then the connection is closed.
    Status(&'static [&'static str]),
    /// Either: the server has seen that the client is gone, or has answered before.
    CutOrServed,
    /// So many requests are answered with 200.
    Answered(usize),
}

/// A client: sends `first`, and then `again`, `pause` apart, until the connection ends.
struct Client {
    name: &'static str,
    first: String,
    again: String,
    pause: Duration,
    half_close: bool,
    reads: Reads,
    end: End,
}

impl Client {
    fn new(name: &'static str, first: impl Into<String>, end: End) -> Self {
        let first = first.into();
        Self { name, first, again: String::new(), pause: SLOW, half_close: false, reads: Reads::All, end }
    }

    fn again(self, again: impl Into<String>) -> Self {
        Self { again: again.into(), ..self }
    }

    /// Without a pause.
    fn fast(self) -> Self {
        Self { pause: Duration::ZERO, ..self }
    }

    fn reading(self, reads: Reads) -> Self {
        Self { reads, ..self }
    }

    /// What was answered until the end.
    async fn run(&self, address: SocketAddr) -> String {
        let (reader, writer) = TcpStream::connect(address).await.unwrap().into_split();
        if self.reads == Reads::All {
            let writing = self.write(writer);
            tokio::pin!(writing);
            let reading = read_all(reader);
            tokio::pin!(reading);
            return tokio::select! {
                answer = &mut reading => answer,
                _writer = &mut writing => reading.await,
            };
        }
        // Who does not read sees the end only by not being able to write.
        let drops = tokio::spawn(read_drops(reader, self.reads));
        drop(self.write(writer).await);
        drops.abort();
        String::new()
    }

    /// Writes until that is not possible any more, or there is nothing left; what has to stay open meanwhile.
    async fn write(&self, mut writer: OwnedWriteHalf) -> OwnedWriteHalf {
        let mut open = writer.write_all(self.first.as_bytes()).await.is_ok();
        if self.half_close {
            drop(writer.shutdown().await);
        }
        while open && !self.again.is_empty() {
            tokio::time::sleep(self.pause).await;
            open = writer.write_all(self.again.as_bytes()).await.is_ok();
        }
        writer
    }

    fn check(&self, answer: &str) {
        let name = self.name;
        match self.end {
            End::Cut => assert_eq!(answer, "", "{name}"),
            End::Status(statuses) => {
                let line = answer.lines().next().unwrap_or_default();
                let found = statuses.iter().any(|status| line.starts_with(&format!("HTTP/1.1 {status}")));
                assert!(found, "{name}: {answer}");
            }
            End::CutOrServed => {
                assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 200"), "{name}: {answer}");
            }
            End::Answered(count) => assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), count, "{name}"),
        }
    }
}

async fn read_all(mut reader: OwnedReadHalf) -> String {
    let mut answer = Vec::new();
    // Cut off is an end as well.
    drop(reader.read_to_end(&mut answer).await);
    String::from_utf8_lossy(&answer).into_owned()
}

async fn read_drops(mut reader: OwnedReadHalf, reads: Reads) {
    while reads == Reads::Drops && reader.read_u8().await.is_ok() {
        tokio::time::sleep(SLOW).await;
    }
    std::future::pending::<()>().await;
}

/// Whether somebody else is served: without a token, and with one.
async fn probe(address: SocketAddr, token: &str) {
    for path in ["/healthz", "/api/v1/me"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        );
        let answer = tokio::time::timeout(TOO_LONG, exchange(&mut stream, &request)).await;
        assert!(answer.unwrap().starts_with("HTTP/1.1 200 OK"), "{path}");
    }
}

/// An artifact that no socket buffers as a whole.
async fn large_artifact(world: &World) -> String {
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let body = json!({"name": "large", "purpose": "prototype", "tier": "LOW"});
    world.post(&owner, "/api/v1/models", body).await.expect(201);
    let artifact = world.upload(&owner, vec![b'x'; 48 << 20]).await;
    let body = json!({"kind": "CLASSICAL", "artifacts": [{"name": "model.json", "sha256": artifact}]});
    let made = world.post(&owner, "/api/v1/models/large/versions", body).await.expect(201);
    let id = made["object"]["id"].as_str().unwrap().to_owned();
    format!(
        "GET /api/v1/versions/{id}/artifacts/model.json HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {owner}\r\n\r\n"
    )
}

fn clients(token: &str, download: &str) -> Vec<Client> {
    let get = "GET /healthz HTTP/1.1\r\nhost: x\r\n";
    let post = |path: &str, framing: &str| {
        format!("POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n{framing}\r\n\r\n")
    };
    let models = "/api/v1/models";
    let (sized, chunked) = ("content-length: 100000", "transfer-encoding: chunked");
    let end = "connection: close\r\n\r\n";
    let headers = "x-several: y\r\n".repeat(10_000);
    let pipelined = format!("{get}\r\n").repeat(4_999) + get + end;
    let mut half_closed =
        Client::new("half-closed after the request", format!("{get}\r\n"), End::CutOrServed);
    half_closed.half_close = true;
    vec![
        Client::new("connected and silent", "", End::Cut),
        Client::new("a head that is not finished", get, End::Cut),
        Client::new("a slow head", "", End::Cut).again("G"),
        Client::new("slow headers", get, End::Cut).again("x: y\r\n"),
        Client::new("idle after an answer", format!("{get}\r\n"), End::Answered(1)),
        Client::new("a body that is not sent", post(models, sized), End::Status(&["503"])),
        Client::new("a slow body", post(models, sized), End::Status(&["503"])).again(" "),
        Client::new("a slow upload", post("/api/v1/blobs", sized), End::Status(&["400"])).again("x"),
        Client::new("an upload that is not sent", post("/api/v1/blobs", sized), End::Status(&["400"])),
        Client::new("tiny chunks without end", post(models, chunked), End::Status(&["413", "503"]))
            .again("1\r\n \r\n".repeat(10_000))
            .fast(),
        Client::new(
            "a chunk with an extension without end",
            post(models, chunked) + "1;",
            End::Status(&["400"]),
        )
        .again("y".repeat(1_024))
        .fast(),
        Client::new(
            "a header of 1 MB",
            format!("{get}x: {}\r\n{end}", "y".repeat(1 << 20)),
            End::Status(&["431"]),
        ),
        Client::new("10,000 headers", format!("{get}{headers}{end}"), End::Status(&["431"])),
        Client::new("5,000 requests at once", pipelined, End::Answered(5_000)),
        half_closed,
        Client::new("requests without end, and no answer read", "", End::Cut)
            .again("GET /api/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n")
            .fast()
            .reading(Reads::Nothing),
        Client::new("a download that is not read", download, End::Cut).again("x").reading(Reads::Nothing),
        Client::new("a download that is read byte by byte", download, End::Cut)
            .again("x")
            .reading(Reads::Drops),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_client_comes_to_its_end_and_others_are_served_meanwhile() {
    let world = World::plain().await;
    let download = large_artifact(&world).await;
    let (_, token) = world.person("Ben", &["model_owner"]).await;
    let (address, _stop) = listening(&world, options()).await;
    for client in clients(&token, &download) {
        let running = client.run(address);
        let serving = async {
            loop {
                probe(address, &world.admin).await;
                tokio::time::sleep(SLOW).await;
            }
        };
        let ended = async {
            tokio::select! {
                answer = running => answer,
                () = serving => String::new(),
            }
        };
        let answer = tokio::time::timeout(TOO_LONG, ended).await;
        client.check(&answer.unwrap_or_else(|_| panic!("{}: no end", client.name)));
        probe(address, &world.admin).await;
    }
}

/// Silent clients take all places, and keep nobody out.
#[tokio::test]
async fn idle_connections_make_room() {
    let world = World::new().await;
    let options =
        Options { max_connections: 4, header_timeout: Duration::from_mins(10), ..Options::default() };
    let (address, _stop) = listening(&world, options).await;
    let mut idle = Vec::new();
    for i in 0..40 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let begun = if i % 2 == 0 { "" } else { "GET /heal" };
        stream.write_all(begun.as_bytes()).await.unwrap();
        idle.push(stream);
        if i % 10 == 9 {
            probe(address, &world.admin).await;
        }
    }
    // All but the last few were closed for those that came later.
    let closed = idle.iter_mut().take(30).map(|stream| tokio::time::timeout(TOO_LONG, stream.read_u8()));
    for closed in closed {
        assert!(closed.await.is_ok_and(|read| read.is_err()), "an idle connection kept its place");
    }
}

/// Who is being served keeps the place, and whoever comes next waits.
#[tokio::test]
async fn a_connection_with_a_request_is_not_given_up() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (address, _stop) = listening(&world, Options { max_connections: 1, ..Options::default() }).await;
    let mut busy = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/v1/blobs HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {owner}\r\ncontent-length: 4\r\n\
         expect: 100-continue\r\nconnection: close\r\n\r\n"
    );
    busy.write_all(head.as_bytes()).await.unwrap();
    // The request is being carried out once its body is asked for.
    let mut asked = [0; 25];
    busy.read_exact(&mut asked).await.unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100 Continue"));
    let admin = world.admin.clone();
    let waiting = tokio::spawn(async move { probe(address, &admin).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished(), "somebody took the place of a request");
    let answer = exchange(&mut busy, "four").await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    waiting.await.unwrap();
}
