//! What a deployment can set.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::http::Proxies;
use crate::oidc::Provider;
use assent_log::VerifyingKey;
use assent_tls::Identity;
use jiff::SignedDuration;
use serde_json::Value;

/// Settings of the interface. The defaults fit one node.
#[derive(Debug, Clone)]
pub struct Options {
    /// The packs that come with the program, by name: their documents, each with the file that it stands in. A pack that
    /// `extends` one of them takes over its documents.
    pub builtin_packs: BTreeMap<String, Vec<(String, Value)>>,
    /// Older keys whose checkpoints the background verification accepts.
    pub known_keys: Vec<VerifyingKey>,
    /// The folder outside the data directory to which each new checkpoint is written; none if absent.
    pub checkpoint_sink: Option<PathBuf>,
    /// The certificate and the key to speak TLS with; without them, HTTP in the clear.
    pub tls: Option<Arc<Identity>>,
    /// How often the files of the certificate and the key are looked at.
    pub certificate_check: Duration,
    /// The proxies whose word on where a request comes from is taken.
    pub proxies: Arc<Proxies>,
    /// Whether the whole log is verified in the background after the start.
    pub verify_at_start: bool,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How long a report of many models may take, and whatever else takes many reads; shorter than a request may take, so that
    /// its reader is told why.
    pub report_timeout: Duration,
    /// How long an evaluation may take.
    pub evaluation_timeout: Duration,
    /// How long an upload may pause: 16 KiB have to come in that time.
    pub upload_pause: Duration,
    /// How long an answer may stay where it is because the client does not read it; 16 KiB have to go in that time.
    pub write_timeout: Duration,
    /// How long the handshake of TLS may take.
    pub handshake_timeout: Duration,
    /// How long the head of a request may take, idle time before it included.
    pub header_timeout: Duration,
    /// How long requests in flight may go on after the shutdown began.
    pub shutdown_grace: Duration,
    /// How many requests are carried out at a time; one more is asked to come again.
    pub max_requests: usize,
    /// How many snapshots are read at a time; further readers wait without a thread. As many as the store has connections.
    pub max_reads: usize,
    /// How many uploads are received at a time.
    pub max_uploads: usize,
    /// How many evaluations run at a time; further ones wait.
    pub max_evaluations: usize,
    /// How many reports of other tools are read at a time; further ones wait, within the time of their request.
    pub max_reports: usize,
    /// How many connections are open at a time. A further one takes the place of the one that has been idle longest; where none
    /// is idle, it waits.
    pub max_connections: usize,
    /// The providers that people can log in with.
    pub providers: Vec<Arc<Provider>>,
    /// How many passwords are checked at a time: each takes a processor and 19 MiB for tens of milliseconds.
    pub max_passwords: usize,
    /// How many passwords wait to be checked; one more is asked to come again.
    pub max_waiting_passwords: usize,
    /// How many wrong passwords an address may send at once.
    pub log_in_burst: u32,
    /// After which time it may send one more.
    pub log_in_interval: Duration,
    /// After which time a session ends that nobody uses.
    pub session_idle: SignedDuration,
    /// After which time a session ends however busy it is; at most a day.
    pub session_life: SignedDuration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            builtin_packs: BTreeMap::new(),
            known_keys: Vec::new(),
            checkpoint_sink: None,
            tls: None,
            certificate_check: Duration::from_secs(10),
            proxies: Arc::default(),
            verify_at_start: true,
            request_timeout: Duration::from_secs(30),
            report_timeout: Duration::from_secs(20),
            evaluation_timeout: Duration::from_mins(10),
            upload_pause: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            handshake_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(15),
            shutdown_grace: Duration::from_secs(20),
            max_requests: 1_024,
            max_reads: assent_store::READS,
            max_uploads: 64,
            max_evaluations: 2,
            max_reports: 2,
            max_connections: 4_096,
            providers: Vec::new(),
            max_passwords: 2,
            max_waiting_passwords: 64,
            log_in_burst: 20,
            log_in_interval: Duration::from_secs(3),
            session_idle: SignedDuration::from_mins(30),
            session_life: SignedDuration::from_hours(12),
        }
    }
}
