//! Packages of others: their licences, those that are banned, and more than one of what there may be one of. The same as
//! `deny.toml` says, for machines without cargo-deny.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::layers::reached;
use super::{Finding, Sources, name};

/// Licences that may be linked into a program under Apache-2.0 without conditions beyond a notice.
const ALLOWED: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "bzip2-1.0.6",
];

/// Never in the binary or its tests: a second TLS or crypto provider, or one that needs a system library.
const BANNED: [&str; 7] =
    ["aws-lc-rs", "aws-lc-sys", "boring", "boring-sys", "native-tls", "openssl", "openssl-sys"];

/// Of these the binary has one version at most.
const ONE_OF: [&str; 9] = [
    "aes-gcm",
    "curve25519-dalek",
    "ed25519-dalek",
    "hyper",
    "libsqlite3-sys",
    "ring",
    "rustls",
    "sha2",
    "tokio",
];

/// The one binary.
const BINARY: &str = "assent";

/// Checks every package that cargo has resolved.
pub(super) fn check(sources: &Sources, findings: &mut Vec<Finding>) {
    let mut find = |what: String, remedy| {
        findings.push(Finding { file: "Cargo.lock".to_owned(), line: 0, what, remedy });
    };
    for package in sources.packages() {
        let licence = package.get("license").and_then(Value::as_str).unwrap_or_default();
        if !is_allowed(licence) {
            let package = with_version(package);
            find(format!("`{package}` is under `{licence}`"), "choose another package");
        }
        if BANNED.contains(&name(package)) {
            find(
                format!("`{}` is banned", name(package)),
                "find out with `cargo tree -i` and turn its feature off",
            );
        }
    }
    for (name, versions) in doubles(sources) {
        let versions: Vec<String> = versions.into_iter().collect();
        find(
            format!("the binary has {} of `{name}`: {}", versions.len(), versions.join(", ")),
            "settle on one",
        );
    }
}

/// Whether one of the choices of a licence expression is allowed as a whole.
fn is_allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    // Brackets only stand around a choice in practice, where every part is allowed anyhow.
    let part = |part: &str| ALLOWED.contains(&part.split_whitespace().collect::<Vec<_>>().join(" ").as_str());
    expression.split(" OR ").any(|choice| choice.split(" AND ").all(part))
}

/// A package as `name version`.
fn with_version(package: &Value) -> String {
    format!("{} {}", name(package), package.get("version").and_then(Value::as_str).unwrap_or_default())
}

/// What the binary has more than one version of.
fn doubles(sources: &Sources) -> BTreeMap<String, BTreeSet<String>> {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let binary = sources.members().find(|package| name(package) == BINARY);
    for package in binary.into_iter().flat_map(|binary| reached(sources, binary)) {
        if ONE_OF.contains(&name(package)) {
            versions.entry(name(package).to_owned()).or_default().insert(with_version(package));
        }
    }
    versions.retain(|_, versions| versions.len() > 1);
    versions
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{fake, found};
    use super::*;

    #[test]
    fn licences_are_read_as_choices() {
        for allowed in
            ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0", "MIT AND ISC"]
        {
            assert!(is_allowed(allowed), "{allowed}");
        }
        for refused in ["", "GPL-3.0", "MIT AND GPL-3.0", "AGPL-3.0 OR SSPL-1.0"] {
            assert!(!is_allowed(refused), "{refused}");
        }
    }

    #[test]
    fn refused_licences_and_banned_packages_are_found() {
        let package = |name: &str, licence: &str| json!({"id": name, "name": name, "version": "1.0.0", "license": licence});
        let packages = [package("good", "MIT"), package("bad", "GPL-3.0"), package("openssl-sys", "MIT")];
        assert_eq!(
            found(check, &fake(&[], json!({"packages": packages}))),
            [
                "Cargo.lock: `bad 1.0.0` is under `GPL-3.0`; choose another package",
                "Cargo.lock: `openssl-sys` is banned; find out with `cargo tree -i` and turn its feature off",
            ]
        );
    }
}
