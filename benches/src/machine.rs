//! The machine and the versions, for the head of every result.

use std::fs;

/// Cores, processor, kernel, and the versions of what is compared.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let processor = processor.map_or("unknown processor", |(_, name)| name);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let versions: Vec<String> = ["regorus", "cel", "rusqlite", "serde_json"]
        .iter()
        .map(|name| format!("{name} {}", version(name)))
        .collect();
    format!(
        "machine: {cores} cores, {processor}, {} {} {}\nversions: assent {}, SQLite {}, {}",
        std::env::consts::OS,
        kernel.trim(),
        std::env::consts::ARCH,
        env!("CARGO_PKG_VERSION"),
        rusqlite::version(),
        versions.join(", ")
    )
}

/// The version of a package in the lock file.
fn version(name: &str) -> String {
    let lock = include_str!("../../Cargo.lock");
    let head = format!("name = \"{name}\"");
    let line = lock.lines().skip_while(|line| *line != head).nth(1).unwrap_or_default();
    line.trim_start_matches("version = ").trim_matches('"').to_owned()
}
