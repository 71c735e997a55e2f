//! Stands between a server and its database, and cuts one connection at a chosen message.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::{Context as _, Result};

/// The name of a socket that is looked for where no port is named.
const SOCKET: &str = ".s.PGSQL.5432";
const CHUNK_BYTES: usize = 64 * 1024;

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// What the server asks: the database never hears of it.
    Question,
    /// What the database answers: it has been done, and the server never hears of it.
    Answer,
}

/// The connection that carries this message is cut instead of passing it on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) way: Way,
    /// The number of the message, from 1 on, over all connections.
    pub(super) when: u64,
}

#[derive(Default)]
struct Seen {
    questions: AtomicU64,
    answers: AtomicU64,
    is_cut: AtomicBool,
    is_over: AtomicBool,
}

/// It runs until it is dropped.
pub(super) struct Proxy {
    folder: PathBuf,
    seen: Arc<Seen>,
}

impl Proxy {
    /// Listens in front of the database with that socket.
    pub(super) fn start(database: &Path, cut: Option<Cut>) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("assent-proxy-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir(&folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
        let listener = UnixListener::bind(folder.join(SOCKET))?;
        let (seen, database) = (Arc::new(Seen::default()), database.to_owned());
        let proxy = Self { folder, seen: Arc::clone(&seen) };
        std::thread::spawn(move || {
            for server in listener.incoming().map_while(Result::ok) {
                if seen.is_over.load(Ordering::SeqCst) {
                    return;
                }
                // A database that is away is a connection that ends.
                let Ok(database) = UnixStream::connect(&database) else { continue };
                for (way, from, to) in
                    [(Way::Question, &server, &database), (Way::Answer, &database, &server)]
                {
                    let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else { continue };
                    let seen = Arc::clone(&seen);
                    std::thread::spawn(move || pass(from, to, way, cut, &seen));
                }
            }
        });
        Ok(proxy)
    }

    /// The address by which the server finds a database behind it.
    pub(super) fn address_of(&self, name: &str) -> String {
        format!("host={} user=assent dbname={name}", self.folder.display())
    }

    /// How many questions and answers there were.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.seen.questions.load(Ordering::SeqCst), self.seen.answers.load(Ordering::SeqCst))
    }

    /// Whether the connection was cut.
    pub(super) fn has_cut(&self) -> bool {
        self.seen.is_cut.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.seen.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        drop(UnixStream::connect(self.folder.join(SOCKET)));
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn pass(mut from: UnixStream, mut to: UnixStream, way: Way, cut: Option<Cut>, seen: &Seen) {
    let count = match way {
        Way::Question => &seen.questions,
        Way::Answer => &seen.answers,
    };
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(read) = from.read(&mut chunk) {
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        if cut.is_some_and(|cut| cut.way == way && cut.when == number) {
            seen.is_cut.store(true, Ordering::SeqCst);
            break;
        }
        if to.write_all(bytes).is_err() {
            break;
        }
    }
    // Whoever ends, ends both.
    drop(from.shutdown(Shutdown::Both));
    drop(to.shutdown(Shutdown::Both));
}
