//! The address of a database, and how the way to it is protected.
//!
//! `sslmode` and `sslrootcert` mean what `libpq` means by them, with two differences: `require` verifies the certificate as
//! `verify-full` does, because a certificate that nobody verifies protects from nobody; and without `sslmode` a database on
//! another machine is reached by TLS only.

use std::path::PathBuf;

use assent_store::StoreError;
use assent_tls::client_config;
use postgres::Config;
use postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A database that can be connected to.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) config: Config,
    /// What TLS is spoken with; none where it is not spoken.
    pub(crate) tls: Option<MakeRustlsConnect>,
}

impl Address {
    /// Reads `postgres://user@host/database?…`, or words as `libpq` takes them.
    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        let (rest, ours) = take_out(text);
        // The address may hold a password: it is not shown.
        let wrong = |what: String| StoreError::Unavailable(format!("the address of the database {what}"));
        let mut config: Config = rest.parse().map_err(|error| wrong(format!("cannot be read: {error}")))?;
        let mode = match ours.mode.as_deref() {
            None if is_local(&config) => SslMode::Disable,
            None | Some("require" | "verify-full") => SslMode::Require,
            Some("prefer") => SslMode::Prefer,
            Some("disable") => SslMode::Disable,
            Some(other) => {
                let known = "use `disable`, `prefer`, `require` or `verify-full`";
                return Err(wrong(format!("has the sslmode `{other}`: {known}")));
            }
        };
        config.ssl_mode(mode);
        let root = ours.root.filter(|root| root != "system").map(PathBuf::from);
        let tls = if mode == SslMode::Disable {
            None
        } else {
            let trusted = client_config(root.as_deref());
            let trusted = trusted.map_err(|error| StoreError::Unavailable(error.to_string()))?;
            Some(MakeRustlsConnect::new(trusted))
        };
        Ok(Self { config, tls })
    }
}

/// Whether nothing that is sent leaves this machine.
fn is_local(config: &Config) -> bool {
    let addresses = config.get_hostaddrs();
    if !addresses.is_empty() {
        return addresses.iter().all(std::net::IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

/// The parameters that are ours to understand.
#[derive(Default)]
struct Ours {
    mode: Option<String>,
    root: Option<String>,
}

impl Ours {
    /// Takes a parameter, if it is one of these.
    fn take(&mut self, name: &str, value: String) -> bool {
        match name {
            "sslmode" => self.mode = Some(value),
            "sslrootcert" => self.root = Some(value),
            _ => return false,
        }
        true
    }
}

/// The address without the parameters that are ours, and those.
fn take_out(text: &str) -> (String, Ours) {
    let mut ours = Ours::default();
    let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    let rest = match text.rsplit_once('?') {
        Some((before, query)) if is_url => {
            let foreign = |part: &&str| {
                part.split_once('=').is_none_or(|(name, value)| !ours.take(name, decoded(value)))
            };
            let kept: Vec<&str> = query.split('&').filter(foreign).collect();
            if kept.is_empty() { before.to_owned() } else { format!("{before}?{}", kept.join("&")) }
        }
        _ if is_url => text.to_owned(),
        _ => {
            let foreign = |word: &&Word<'_>| !ours.take(word.name, word.value.clone());
            let words = words(text);
            let kept: Vec<&str> = words.iter().filter(foreign).map(|word| word.text).collect();
            kept.join(" ")
        }
    };
    (rest, ours)
}

/// `name=value`, as it stands in the address.
struct Word<'a> {
    text: &'a str,
    name: &'a str,
    value: String,
}

/// The words of an address: `name = value`, where a value with blanks stands in single quotes, and a backslash takes the
/// next character as it is.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some((name, after)) = rest.split_once('=') else {
            // No word: whoever reads it next says so.
            words.push(Word { text: rest, name: "", value: String::new() });
            break;
        };
        let start = after.trim_start();
        let (value, left) = value(start);
        let text = rest.strip_suffix(left).unwrap_or(rest);
        words.push(Word { text, name: name.trim(), value });
        rest = left.trim_start();
    }
    words
}

/// The value that a text begins with, and what comes after it.
fn value(text: &str) -> (String, &str) {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut chars = text.chars();
    if quoted {
        chars.next();
    }
    loop {
        let before = chars.as_str();
        match chars.next() {
            None => return (value, ""),
            Some('\\') => value.extend(chars.next()),
            Some('\'') if quoted => return (value, chars.as_str()),
            Some(blank) if !quoted && blank.is_whitespace() => return (value, before),
            Some(other) => value.push(other),
        }
    }
}

/// Text in which `%2F` stands for a slash.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|code| str::from_utf8(code).ok());
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *first == b'%');
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Option<String>, Option<String>) {
        let (rest, ours) = take_out(text);
        (rest, ours.mode, ours.root)
    }

    #[test]
    fn what_is_ours_is_taken_out_and_the_rest_is_left() {
        let some = |text: &str| Some(text.to_owned());
        for (text, rest, mode, root) in [
            ("postgres://a:b@h/d", "postgres://a:b@h/d", None, None),
            ("postgres://a:b@h/d?sslmode=require", "postgres://a:b@h/d", some("require"), None),
            (
                "postgresql://h/d?x=1&sslrootcert=%2Fetc%2Fmy%20ca.pem&sslmode=disable&y=%2F",
                "postgresql://h/d?x=1&y=%2F",
                some("disable"),
                some("/etc/my ca.pem"),
            ),
            ("postgres://h/d?sslrootcert=100%", "postgres://h/d", None, some("100%")),
            ("host=h user=u", "host=h user=u", None, None),
            ("host=h sslmode = require user=u", "host=h user=u", some("require"), None),
            (
                r"sslrootcert='/my \'ca\'.pem' password='s sslmode=disable'",
                "password='s sslmode=disable'",
                None,
                some("/my 'ca'.pem"),
            ),
            (r"password=a\ sslmode=x sslmode=prefer", r"password=a\ sslmode=x", some("prefer"), None),
            ("nonsense", "nonsense", None, None),
        ] {
            assert_eq!(read(text), (rest.to_owned(), mode, root), "{text}");
        }
    }

    #[test]
    fn another_machine_is_reached_by_tls_unless_told_otherwise() {
        for (text, mode) in [
            ("host=/run/postgresql", SslMode::Disable),
            ("host=localhost", SslMode::Disable),
            ("postgres://u@127.0.0.1/d", SslMode::Disable),
            ("postgres://u@[::1]/d", SslMode::Disable),
            ("postgres://u@db.internal/d", SslMode::Require),
            ("postgres://u@localhost,db.internal/d", SslMode::Require),
            ("host=localhost hostaddr=10.0.0.1", SslMode::Require),
            ("host=db.internal hostaddr=127.0.0.1", SslMode::Disable),
            ("host=localhost sslmode=require", SslMode::Require),
            ("host=localhost sslmode=verify-full", SslMode::Require),
            ("host=db.internal sslmode=prefer", SslMode::Prefer),
            ("host=db.internal sslmode=disable", SslMode::Disable),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.config.get_ssl_mode(), mode, "{text}");
            assert_eq!(address.tls.is_some(), mode != SslMode::Disable, "{text}");
        }
        for (text, said) in [
            ("host=h sslmode=verify-ca", "has the sslmode `verify-ca`: use `disable`"),
            ("host=h sslrootcert=/nowhere.pem", "`/nowhere.pem` cannot be used"),
        ] {
            let refused = Address::parse(text).map(|_| ()).unwrap_err().to_string();
            assert!(refused.contains(said), "{refused}");
        }
    }
}
