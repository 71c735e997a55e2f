//! The ends of edges, and the short keys that they are found by.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::ids::Digest;
use crate::text;
use crate::{Code, Refusal};

/// The longest name of a thing in another system, in characters.
const MAX_NAME_CHARS: usize = 1_000;
/// Digits of a key that is made from names.
const KEY_BYTES: usize = 16;

/// What a file is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", tag = "by", content = "digest")]
pub enum FileDigest {
    /// By its SHA-256, by which this platform knows files too.
    Sha256(Digest),
    /// By its MD5, as 32 hexadecimal digits; `.dir` behind them stands for a folder, as DVC writes it.
    Md5(String),
}

/// A file, a data set of another system, or a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase", tag = "kind")]
pub enum Thing {
    /// Bytes.
    File {
        /// Their digest.
        #[serde(flatten)]
        digest: FileDigest,
    },
    /// One run of a job; the job itself where no run is named.
    Run {
        /// The system that the job belongs to.
        namespace: String,
        /// The job.
        job: String,
        /// The run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<String>,
    },
    /// A data set of another system.
    Data {
        /// The system.
        namespace: String,
        /// Its name there.
        name: String,
        /// Its version there, where the system tells versions apart.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
    },
}

impl Thing {
    /// The file with that SHA-256.
    pub fn file(sha256: Digest) -> Self {
        Self::File { digest: FileDigest::Sha256(sha256) }
    }

    /// The key that the thing is found by: plain and short, whatever its names.
    pub fn key(&self) -> String {
        match self {
            Self::File { digest: FileDigest::Sha256(digest) } => format!("sha256:{digest}"),
            Self::File { digest: FileDigest::Md5(digest) } => format!("md5:{digest}"),
            Self::Run { namespace, job, run } => hashed("run", &[namespace, job], run.as_deref()),
            Self::Data { namespace, name, version } => hashed("data", &[namespace, name], version.as_deref()),
        }
    }

    /// Refuses names and digests that are none.
    pub(super) fn check(&self, pointer: &str) -> Result<(), Refusal> {
        let at = |field: &str| format!("{pointer}/{field}");
        match self {
            Self::File { digest: FileDigest::Sha256(_) } => Ok(()),
            Self::File { digest: FileDigest::Md5(digest) } => {
                let digits = digest.strip_suffix(".dir").unwrap_or(digest);
                let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
                if digits.len() == 32 && digits.chars().all(is_digit) {
                    return Ok(());
                }
                let message = format!("`{digest}` is no MD5: 32 digits of 0-9 and a-f");
                Err(Refusal::new(Code::InvalidValue, message).at(at("digest")))
            }
            Self::Run { namespace, job, run } => {
                named(&at("namespace"), namespace)?;
                named(&at("job"), job)?;
                run.as_ref().map_or(Ok(()), |run| named(&at("run"), run))
            }
            Self::Data { namespace, name, version } => {
                named(&at("namespace"), namespace)?;
                named(&at("name"), name)?;
                version.as_ref().map_or(Ok(()), |version| named(&at("version"), version))
            }
        }
    }
}

/// Whether a text can be a name of another system.
pub fn is_name(text: &str) -> bool {
    named("", text).is_ok()
}

/// Refuses names of other systems that are empty, too long, or have control characters.
pub(super) fn named(pointer: &str, text: &str) -> Result<(), Refusal> {
    text::line(pointer, text)?;
    let count = text.chars().count();
    let message = if count > MAX_NAME_CHARS {
        format!("the name has {count} characters, more than {MAX_NAME_CHARS}")
    } else if text.chars().any(char::is_control) {
        format!("the name `{}` has control characters", text.escape_debug())
    } else {
        return Ok(());
    };
    Err(Refusal::new(Code::InvalidText, message).at(pointer))
}

/// Two lists of names never give the same text, because no name has control characters.
fn hashed(kind: &str, names: &[&String], last: Option<&str>) -> String {
    let mut text = kind.to_owned();
    for name in names {
        text.push('\n');
        text.push_str(name);
    }
    if let Some(last) = last {
        text.push('\n');
        text.push_str(last);
    }
    let Digest(bytes) = Digest::of(text.as_bytes());
    let mut key = format!("{kind}:");
    for byte in bytes.iter().take(KEY_BYTES) {
        // Writing to a string cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    key
}

/// The MD5 of a file without bytes.
pub(super) const MD5_OF_NOTHING: &str = "d41d8cd98f00b204e9800998ecf8427e";

/// How many addresses in one are looked at, as in `cache://s3://bucket/key`. What comes after is left out.
const MAX_NESTED: usize = 8;

/// An address without the name and password that may stand in it, and without what follows `?` or `#`, where addresses carry
/// keys and signatures. A name that is no address stays as it is.
pub fn without_login(address: &str) -> String {
    let is_java = address.starts_with("jdbc:");
    if !address.contains("://") {
        // As `jdbc:oracle:thin:scott/tiger@host:1521:x`.
        return match address.rsplit_once('@').filter(|_| is_java) {
            Some((_, place)) => format!("jdbc:{place}"),
            None => address.to_owned(),
        };
    }
    let ends: &[char] = if is_java { &['?', '#', ';'] } else { &['?', '#'] };
    let (mut clean, mut left) = (String::new(), address.to_owned());
    for _ in 0..MAX_NESTED {
        let Some((scheme, rest)) = left.split_once("://") else {
            clean.push_str(&left);
            break;
        };
        clean.push_str(scheme);
        clean.push_str("://");
        left = without_login_at_its_start(rest.split(ends).next().unwrap_or_default());
    }
    clean
}

/// The part of an address behind its scheme.
fn without_login_at_its_start(rest: &str) -> String {
    let (mut host, mut path) =
        rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, ""));
    // A password may hold a slash: what looks like a host with a port that is none ends at the next `@`.
    let is_port = |port: &str| port.ends_with(']') || port.chars().all(|c| c.is_ascii_digit());
    if !host.contains('@')
        && host.rsplit_once(':').is_some_and(|(_, port)| !is_port(port))
        && let Some((_, place)) = path.split_once('@')
    {
        (host, path) = place.split_at_checked(place.find('/').unwrap_or(place.len())).unwrap_or((place, ""));
    }
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{host}{path}")
}

impl Thing {
    /// The same, with every name as [`without_login`] leaves it.
    pub(super) fn cleaned(self) -> Self {
        let clean = |name: Option<String>| name.map(|name| without_login(&name));
        match self {
            Self::File { digest } => Self::File { digest },
            Self::Run { namespace, job, run } => {
                Self::Run { namespace: without_login(&namespace), job: without_login(&job), run: clean(run) }
            }
            Self::Data { namespace, name, version } => Self::Data {
                namespace: without_login(&namespace),
                name: without_login(&name),
                version: clean(version),
            },
        }
    }
}
