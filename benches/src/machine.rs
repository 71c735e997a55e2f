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
        "machine: {cores} cores, {processor}, {} {} {}\ndisks: {}\nversions: assent {}, SQLite {}, {}",
        std::env::consts::OS,
        kernel.trim(),
        std::env::consts::ARCH,
        disks(),
        env!("CARGO_PKG_VERSION"),
        rusqlite::version(),
        versions.join(", ")
    )
}

/// What each disk says of its cache. One that says `write through` is sent no flush by a sync: its own rate is then that of the
/// host's memory, and no ratio to it tells how durable writes compare.
fn disks() -> String {
    let disks = fs::read_dir("/sys/block").into_iter().flatten().flatten().filter_map(|disk| {
        let cache = fs::read_to_string(disk.path().join("queue/write_cache")).ok()?;
        let size: u64 = fs::read_to_string(disk.path().join("size")).ok()?.trim().parse().ok()?;
        (size > 0).then(|| format!("{} {}", disk.file_name().to_string_lossy(), cache.trim()))
    });
    disks.collect::<Vec<_>>().join(", ")
}

/// The version of a package in the lock file.
fn version(name: &str) -> String {
    let lock = include_str!("../../Cargo.lock");
    let head = format!("name = \"{name}\"");
    let line = lock.lines().skip_while(|line| *line != head).nth(1).unwrap_or_default();
    line.trim_start_matches("version = ").trim_matches('"').to_owned()
}
