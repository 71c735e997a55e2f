//! The shipped binary: built once, started on a data directory, killed, asked to verify.

use std::io::{BufRead as _, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use assent_sabotage::{Fault, VARIABLE};
use serde_json::{Value, json};

use crate::http::Client;
use crate::run::{cargo, check, target};

/// How long a server may take to answer for the first time.
const START_LIMIT: Duration = Duration::from_mins(1);
/// How long it may take to end.
const END_LIMIT: Duration = Duration::from_mins(1);
/// How long to wait for one more line of a server that has ended.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How long between two questions whether it is there.
const PAUSE: Duration = Duration::from_millis(10);

/// Builds the binary and copies it to a name of its own, so that later builds do not change it under a running test.
///
/// If the environment of this process names a planted fault, it is one that can have it, and every server that is started from
/// it inherits the name.
pub fn build(name: &str, profile: &str) -> Result<PathBuf> {
    let mut arguments = vec!["build", "--quiet", "-p", "assent", "--profile", profile];
    let name = match planted()? {
        Some(_) => {
            arguments.extend(WITH_FAULTS);
            format!("{name}-sabotage")
        }
        None => name.to_owned(),
    };
    check(&mut cargo(&arguments))?;
    let built = target().join(if profile == "dev" { "debug" } else { profile }).join("assent");
    let folder = target().join("xtask").join("bin");
    std::fs::create_dir_all(&folder)?;
    let copy = folder.join(&name);
    // A copy that runs cannot be written to; a new file in its place can always be made.
    let fresh = folder.join(format!("{name}.new"));
    std::fs::copy(&built, &fresh).with_context(|| format!("`{}` cannot be copied", built.display()))?;
    std::fs::rename(&fresh, &copy)?;
    Ok(copy)
}

/// What makes cargo build so that faults can be planted.
pub const WITH_FAULTS: [&str; 4] = ["-p", "assent-sabotage", "--features", "assent-sabotage/planted"];

/// The fault that the environment of this process names.
fn planted() -> Result<Option<Fault>> {
    let Some(name) = std::env::var_os(VARIABLE) else { return Ok(None) };
    let fault = Fault::ALL.iter().find(|fault| name == fault.name());
    fault.copied().map(Some).with_context(|| {
        let known: Vec<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        format!("{VARIABLE} is {}: no such fault; there are {}", name.display(), known.join(", "))
    })
}

/// Where an installation lies.
#[derive(Debug, Clone)]
pub struct Home {
    /// The data directory.
    pub data: PathBuf,
    /// The keys directory.
    pub keys: PathBuf,
}

impl Home {
    /// An installation below a folder.
    pub fn below(folder: &Path) -> Self {
        Self { data: folder.join("data"), keys: folder.join("keys") }
    }
}

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    child: Child,
    lines: Receiver<String>,
    /// Where it listens.
    pub url: String,
}

impl Server {
    /// Starts the binary on an installation, with these variables in its environment, and waits until it is ready.
    pub fn start(binary: &Path, home: &Home, variables: &[(&str, &std::ffi::OsStr)]) -> Result<Self> {
        Self::start_by(Command::new(binary), home, variables)
    }

    /// The same by a command line that ends in the binary, such as that of a tracer.
    pub fn start_by(
        mut command: Command,
        home: &Home,
        variables: &[(&str, &std::ffi::OsStr)],
    ) -> Result<Self> {
        // Somebody else may take the port in between; then the server says so and ends, and the run with it.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let program = command.get_program().to_owned();
        command.arg("serve").arg("--data-dir").arg(&home.data).arg("--keys-dir").arg(&home.keys);
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        command.env("RUST_LOG", "warn").envs(variables.iter().copied());
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.with_context(|| format!("`{}` cannot be started", program.display()))?;
        let (sender, lines) = channel();
        let pipes: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|pipe| Box::new(pipe) as _),
            child.stderr.take().map(|pipe| Box::new(pipe) as _),
        ];
        for pipe in pipes.into_iter().flatten() {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    // The text is kept for whoever asks; nobody has to.
                    drop(sender.send(line));
                }
            });
        }
        let mut server = Self { child, lines, url: format!("http://127.0.0.1:{port}") };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let (client, begun) = (Client::new(&self.url, None), Instant::now());
        loop {
            if client.get("/readyz").is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || begun.elapsed() > START_LIMIT {
                let said = self.said_last();
                bail!("the server did not become ready ({ended:?}); it said:\n{}", said.join("\n"));
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// What it has printed, its last words included: these may come a little later than its end.
    fn said_last(&self) -> Vec<String> {
        std::iter::from_fn(|| self.lines.recv_timeout(LAST_WORDS).ok()).collect()
    }

    /// What it has printed since somebody last asked.
    pub fn said(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }

    /// The token that the first start prints.
    pub fn first_token(&self) -> Result<String> {
        let begun = Instant::now();
        let mut said = Vec::new();
        while begun.elapsed() < START_LIMIT {
            let Ok(line) = self.lines.recv_timeout(PAUSE) else { continue };
            let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
            if let Some(token) = words.into_iter().find(|word| word.len() > 60 && word.starts_with("assent_"))
            {
                return Ok(token.to_owned());
            }
            said.push(line);
        }
        bail!("the first start printed no token; it said:\n{}", said.join("\n"))
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as `kill -9` does.
    pub fn kill(mut self) -> Result<()> {
        self.kill_now()
    }

    /// The same, of a server that somebody still has a name for.
    pub(crate) fn kill_now(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end, and waits until it has; whether all went well is for the caller to judge.
    pub fn end(&mut self) -> Result<ExitStatus> {
        check(Command::new("kill").args(["-TERM", &self.child.id().to_string()]))?;
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if begun.elapsed() > END_LIMIT {
                bail!("the server does not end; it said:\n{}", self.said().join("\n"));
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        let status = self.end()?;
        if !status.success() {
            bail!("the server ended with {status}; it said:\n{}", self.said().join("\n"));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended long ago.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Verifies an installation with the shipped binary, the server being down; an error says what it found.
pub fn verify(binary: &Path, home: &Home) -> Result<Value> {
    verify_with(binary, home, &[])
}

/// The same, with these variables in its environment.
pub(crate) fn verify_with(
    binary: &Path,
    home: &Home,
    variables: &[(&str, &std::ffi::OsStr)],
) -> Result<Value> {
    let mut command = Command::new(binary);
    command.envs(variables.iter().copied());
    command.args(["audit", "verify", "--replay", "--output", "json", "--data-dir"]).arg(&home.data);
    let output = command.stdin(Stdio::null()).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("`assent audit verify --replay` ended with {}:\n{text}\n{errors}", output.status);
    }
    serde_json::from_str(&text).context("`assent audit verify --output json` printed no JSON")
}

/// A new service account on a fresh installation that may register models and versions: its token. `admin` is the token of
/// the administrator.
pub fn writer_token(url: &str, admin: &str) -> Result<String> {
    let client = Client::new(url, Some(admin));
    let me = client.get("/api/v1/me")?.json()?;
    let me =
        me.pointer("/principal/id").or_else(|| me.get("id")).and_then(Value::as_str).context("who am I?")?;
    let account = json!({"kind": "SERVICE", "name": "Writer", "responsible": me});
    let made = client.post("/api/v1/principals", None, &account)?.ok()?;
    let id = made.pointer("/receipt/id").and_then(Value::as_str).context("a receipt without id")?;
    for role in ["model_owner", "admin"] {
        client.post(&format!("/api/v1/principals/{id}/grants"), None, &json!({"role": role}))?.ok()?;
    }
    let token =
        client.post(&format!("/api/v1/principals/{id}/tokens"), None, &json!({"life": "30d"}))?.ok()?;
    let secret = token.pointer("/object/secret").and_then(Value::as_str);
    secret.map(str::to_owned).context("a token without its secret")
}
