//! A PostgreSQL of our own: a real server in a temporary folder, for tests and measurements. It refuses to run as root, so
//! that it runs as another user where we are root.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result, bail, ensure};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::run::check;

/// Where tests find the server.
const VARIABLE: &str = "ASSENT_TEST_POSTGRES";
/// Where tests find the same server by TLS.
const TLS_VARIABLE: &str = "ASSENT_TEST_POSTGRES_TLS";
/// How to get what is missing.
const REMEDY: &str = "the tests need the programs of PostgreSQL 15 or later (`initdb`, `pg_ctl`): install the package \
                      `postgresql` of Debian, or put the folder of the programs on the PATH";
/// Users to run as where we are root, the better one first.
const USERS: [&str; 2] = ["postgres", "nobody"];
/// Where Debian keeps the programs.
const VERSIONS: &str = "/usr/lib/postgresql";
/// How many were made: each has a folder of its own.
static MADE: AtomicU64 = AtomicU64::new(0);

/// A running server. It is stopped, and its folder removed, when this is dropped.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    data: PathBuf,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
}

impl Postgres {
    /// Starts a server.
    pub fn start() -> Result<Self> {
        let server = Self::make(None, &[])?;
        server.pg_ctl("start")?;
        Ok(server)
    }

    /// Starts a server that keeps its data in that folder: those of an earlier one, if they are there. They stay.
    pub fn start_on(data: &Path) -> Result<Self> {
        let server = Self::make(Some(data), &[])?;
        server.pg_ctl("start")?;
        Ok(server)
    }

    /// Makes a server that does not run yet; where it has no data, `initdb` makes them, with these options.
    pub(crate) fn make(kept: Option<&Path>, options: &[&str]) -> Result<Self> {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("assent-postgres-{}-{number}", std::process::id()));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir(&folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        let user = other_user()?;
        let data = kept.map_or_else(|| folder.join("data"), Path::to_owned);
        let server = Self { folder, data, programs: programs()?, user, port: free_port()? };
        server.own(&server.folder)?;
        if !server.data.join("PG_VERSION").exists() {
            server.make_data(options)?;
        }
        server.certify()?;
        Ok(server)
    }

    fn make_data(&self, options: &[&str]) -> Result<()> {
        fs::create_dir_all(&self.data)?;
        self.own(&self.data)?;
        let mut make = self.program("initdb");
        make.arg("--pgdata").arg(&self.data).args(["--username=assent", "--auth=trust", "--encoding=UTF8"]);
        make.args(["--locale=C", "--no-instructions"]).args(options);
        check(make.stdout(Stdio::null())).context(REMEDY)
    }

    /// Makes an authority and a certificate of it for this machine.
    fn certify(&self) -> Result<()> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        fs::write(self.folder.join("authority.pem"), authority.self_signed(&key)?.pem())?;
        let (issuer, key) = (Issuer::new(authority, key), KeyPair::generate()?);
        let certificate = CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &issuer)?;
        for (name, text) in [("server.pem", certificate.pem()), ("server.key", key.serialize_pem())] {
            let path = self.folder.join(name);
            fs::write(&path, text)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            self.own(&path)?;
        }
        Ok(())
    }

    /// Where its files are.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Makes it the owner of a file, or of a folder with all that is in it.
    fn own(&self, path: &Path) -> Result<()> {
        let Some((uid, gid)) = self.user else { return Ok(()) };
        let held = fs::metadata(path)?;
        if held.uid() != uid {
            chown(path, Some(uid), Some(gid))?;
        }
        if held.is_dir() {
            fs::read_dir(path)?.try_for_each(|entry| self.own(&entry?.path()))?;
        }
        Ok(())
    }

    /// Its address, for a database that is there from the beginning.
    pub fn address(&self) -> String {
        format!("host={} port={} user=assent dbname=postgres", self.folder.display(), self.port)
    }

    /// Its address by TLS, with the authority of its certificate.
    fn tls_address(&self) -> String {
        let (port, folder) = (self.port, self.folder.display());
        format!(
            "host=localhost port={port} user=assent dbname=postgres sslmode=require sslrootcert={folder}/authority.pem"
        )
    }

    /// Where tests find it.
    pub fn variables(&self) -> [(&'static str, String); 2] {
        [(VARIABLE, self.address()), (TLS_VARIABLE, self.tls_address())]
    }

    /// The address of another database of it.
    pub fn address_of(&self, name: &str) -> String {
        format!("host={} port={} user=assent dbname={name}", self.folder.display(), self.port)
    }

    /// Runs statements on it.
    pub fn run(&self, sql: &str) -> Result<()> {
        Ok(postgres::Client::connect(&self.address(), postgres::NoTls)?.batch_execute(sql)?)
    }

    /// Its socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join(format!(".s.PGSQL.{}", self.port))
    }

    /// Kills all of its processes, as `kill -9` does.
    pub(crate) fn kill(&self) -> Result<()> {
        let first = self.process()?;
        let mut processes = children(&first)?;
        // The first one at first: it would start others in place of those that are gone.
        processes.insert(0, first);
        for process in &processes {
            // One that has ended by itself cannot be killed.
            let _ = Command::new("kill").args(["-KILL", process]).stderr(Stdio::null()).status();
        }
        let begun = std::time::Instant::now();
        while processes.iter().any(|process| lives(process)) {
            ensure!(begun.elapsed() < END_LIMIT, "PostgreSQL does not end");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        // Where nobody asks about the dead ones, the server takes them for living and refuses to start.
        fs::remove_file(self.data.join("postmaster.pid"))?;
        Ok(fs::remove_file(self.socket().with_added_extension("lock"))?)
    }

    /// Starts it again: it recovers by itself.
    pub(crate) fn start_again(&self) -> Result<()> {
        self.pg_ctl("start")
    }

    /// Stops it at once, as a loss of power would, and starts it again.
    pub fn kill_and_start(&self) -> Result<()> {
        self.pg_ctl("kill")?;
        self.pg_ctl("start")
    }

    /// Makes files that somebody has put there its own, as it wants them.
    pub(crate) fn make_private(&self) -> Result<()> {
        fs::set_permissions(&self.data, fs::Permissions::from_mode(0o700))?;
        self.own(&self.data)
    }

    /// Stops it at once: it has to recover when it starts again.
    pub(crate) fn stop_at_once(&self) -> Result<()> {
        self.pg_ctl("kill")
    }

    /// Lets it end in order.
    pub(crate) fn end(&self) -> Result<()> {
        self.pg_ctl("end")
    }

    /// The first of its processes.
    pub(crate) fn process(&self) -> Result<String> {
        let file = fs::read_to_string(self.data.join("postmaster.pid"))?;
        file.lines().next().map(str::to_owned).context("a server without a number")
    }

    /// A line of the shell that starts it, and shows its log where it does not start.
    pub(crate) fn start_line(&self) -> String {
        let user = self.user.map(|(uid, gid)| format!("setpriv --reuid={uid} --regid={gid} --clear-groups"));
        let words: Vec<String> = self.start_arguments().iter().map(|word| format!("'{word}'")).collect();
        let (folder, program) = (self.folder.display(), self.programs.join("pg_ctl"));
        let start = format!("{} '{}' {}", user.unwrap_or_default(), program.display(), words.join(" "));
        format!("(cd '{folder}' && {start} </dev/null >/dev/null || {{ cat '{folder}/log' >&2; false; }})")
    }

    fn start_arguments(&self) -> Vec<String> {
        let folder = self.folder.display();
        let settings = format!(
            "-k {folder} -c listen_addresses=localhost -p {} -c max_connections=200 -c ssl=on \
             -c ssl_cert_file={folder}/server.pem -c ssl_key_file={folder}/server.key",
            self.port
        );
        let (data, log) = (self.data.display().to_string(), format!("{folder}/log"));
        ["start", "--pgdata", &data, "--wait", "--silent", "--options", &settings, "--log", &log]
            .map(str::to_owned)
            .to_vec()
    }

    fn pg_ctl(&self, what: &str) -> Result<()> {
        let mut command = self.program("pg_ctl");
        if what == "start" {
            command.args(self.start_arguments());
        } else {
            let mode = if what == "end" { "fast" } else { "immediate" };
            command.args(["stop", "--mode", mode, "--wait", "--silent", "--pgdata"]).arg(&self.data);
        }
        // What the server prints goes to its log; it must not keep our pipes open.
        check(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())).with_context(|| {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(5).collect();
            format!("PostgreSQL did not {what}; it said last: {}", last.join("; "))
        })
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(&self.folder);
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A server that did not start cannot be stopped.
        let _ = self.pg_ctl("stop");
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A port of this machine that nobody listens on.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("localhost", 0))?.local_addr()?.port())
}

/// How long killed processes may take to be gone.
const END_LIMIT: std::time::Duration = std::time::Duration::from_secs(10);

/// The processes that a process has started.
fn children(parent: &str) -> Result<Vec<String>> {
    let all = fs::read_dir("/proc")?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    Ok(all.filter(|process| status(process).is_some_and(|(_, of)| of == parent)).collect())
}

/// Whether a process is there, and more than a number that nobody has asked about.
fn lives(process: &str) -> bool {
    status(process).is_some_and(|(state, _)| state != "Z")
}

/// State and parent of a process: what follows its name in brackets.
fn status(process: &str) -> Option<(String, String)> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut words = text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned);
    Some((words.next()?, words.next()?))
}

/// Whether the programs are there.
pub(crate) fn is_installed() -> bool {
    programs().is_ok()
}

/// The folder of the programs: on the PATH, or where Debian keeps them.
fn programs() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut versions: Vec<PathBuf> = fs::read_dir(VERSIONS)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    let found =
        folders.into_iter().find(|folder| ["initdb", "pg_ctl"].iter().all(|name| folder.join(name).exists()));
    found.context(REMEDY)
}

/// Whom to run as: nobody else, unless we are root.
fn other_user() -> Result<Option<(u32, u32)>> {
    if !is_root()? {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let found = USERS.iter().find_map(|name| users.lines().find_map(|line| ids(line, name)));
    match found {
        Some(ids) => Ok(Some(ids)),
        None => bail!("PostgreSQL does not run as root, and there is no user `{}`", USERS.join("` or `")),
    }
}

/// Who owns what we make: 0 is root.
fn is_root() -> Result<bool> {
    Ok(fs::metadata(Path::new("/proc/self"))?.uid() == 0)
}

/// User and group of that name in a line of the list of users.
fn ids(line: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = line.split(':');
    (fields.next()? == name).then_some(())?;
    let (_, uid, gid) = (fields.next()?, fields.next()?, fields.next()?);
    Some((uid.parse().ok()?, gid.parse().ok()?))
}

/// `cargo xtask postgres <command>`: runs a command with a server of its own.
pub fn run(command: &[String]) -> Result<()> {
    let Some((program, arguments)) = command.split_first() else {
        bail!(
            "name a command, for example `cargo xtask postgres cargo nextest run -p assent-store-postgres`"
        );
    };
    let server = Postgres::start()?;
    check(Command::new(program).args(arguments).envs(server.variables()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_read_from_the_list() {
        assert_eq!(ids("postgres:x:101:103:,,,:/var/lib/postgresql:/bin/bash", "postgres"), Some((101, 103)));
        assert_eq!(ids("postgres:x:101:103:,,,:/var/lib/postgresql:/bin/bash", "nobody"), None);
        assert_eq!(ids("", "nobody"), None);
    }
}
