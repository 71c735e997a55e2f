//! `assent-log-verify FOLDER --vkey VKEY [--checkpoint FILE]... [--output json]`
//!
//! Verifies an exported log in the C2SP layout: `checkpoint`, `tile/<L>/<N>`, `tile/entries/<N>`. It needs nothing of Assent but this
//! crate, and no network. Exit status: 0 the log is sound, 1 it is damaged, 2 the question cannot be answered.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its findings")]

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use assent_log::key::VerifyingKey;
use assent_log::note::MAX_NOTE_BYTES;
use assent_log::tile::{MAX_BUNDLE_BYTES, MAX_TILE_BYTES, TILE_WIDTH, TileHashes, TilePath, decode_bundle};
use assent_log::tree::Tree;
use assent_log::verify::{Level, Report, Verifier};

const USAGE: &str =
    "usage: assent-log-verify FOLDER --vkey VKEY... [--checkpoint FILE]... [--output text|json]

  FOLDER        an exported log: checkpoint, tile/..., tile/entries/...
  --vkey        the verifier key of the log, as it was published; several where it was rotated
  --checkpoint  a checkpoint that was kept elsewhere, which the log must contain
  --output      text (default) or json";

fn main() -> ExitCode {
    let arguments = std::env::args().skip(1);
    let answer = Options::read(arguments).and_then(|options| Ok((options.json, verify(&options)?)));
    match answer {
        Ok((json, report)) => {
            print(&report, json);
            if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

struct Options {
    folder: PathBuf,
    keys: Vec<VerifyingKey>,
    checkpoints: Vec<PathBuf>,
    json: bool,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options =
            Self { folder: PathBuf::new(), keys: Vec::new(), checkpoints: Vec::new(), json: false };
        while let Some(argument) = arguments.next() {
            let mut value =
                || arguments.next().ok_or_else(|| format!("`{argument}` needs a value\n\n{USAGE}"));
            match argument.as_str() {
                "--vkey" => {
                    options.keys.push(VerifyingKey::parse(&value()?).map_err(|error| error.to_string())?);
                }
                "--checkpoint" => options.checkpoints.push(value()?.into()),
                "--output" => options.json = is_json(&value()?)?,
                folder if !folder.starts_with('-') && options.folder.as_os_str().is_empty() => {
                    options.folder = folder.into();
                }
                other => return Err(format!("`{other}` is not understood\n\n{USAGE}")),
            }
        }
        if options.folder.as_os_str().is_empty() || options.keys.is_empty() {
            return Err(format!("a folder and a verifier key are needed\n\n{USAGE}"));
        }
        Ok(options)
    }
}

fn is_json(format: &str) -> Result<bool, String> {
    match format {
        "json" => Ok(true),
        "text" => Ok(false),
        other => Err(format!("`{other}` is not an output format: use `text` or `json`")),
    }
}

fn verify(options: &Options) -> Result<Report, String> {
    let mut verifier = Verifier::resume(Level::Schema, Tree::new());
    let own = options.folder.join("checkpoint");
    let mut size = 0;
    for path in std::iter::once(&own).chain(&options.checkpoints) {
        let note = read_bounded(path, MAX_NOTE_BYTES)
            .and_then(|found| found.ok_or_else(|| "there is no such file".to_owned()));
        let note = note.map_err(|cause| format!("`{}` cannot be read: {cause}", path.display()))?;
        let checkpoint =
            verifier.expect_checkpoint(&note, &options.keys).map_err(|error| error.to_string())?;
        if *path == own {
            // Without a size that the log vouches for there is no telling where it ends.
            let Some(checkpoint) = checkpoint else { return Ok(verifier.finish()) };
            size = checkpoint.size;
        }
    }
    verify_entries(&mut verifier, &options.folder, size)?;
    Ok(verifier.finish())
}

/// Feeds the bundles one by one, and compares the tiles that each completes. Stops where a bundle cannot be used: the
/// entries behind it have no known place.
fn verify_entries(verifier: &mut Verifier, folder: &Path, size: u64) -> Result<(), String> {
    while verifier.size() < size {
        let n = verifier.size() / u64::from(TILE_WIDTH);
        let width = u16::try_from(size - verifier.size()).unwrap_or(TILE_WIDTH).min(TILE_WIDTH);
        let path = TilePath::Entries { n, width };
        let Some(bytes) = read_tile(folder, path, MAX_BUNDLE_BYTES)? else {
            verifier.report_bundle(path, "there is no such file");
            break;
        };
        let entries = match decode_bundle(&bytes) {
            Ok(entries) => entries,
            Err(error) => {
                verifier.report_bundle(path, &error.to_string());
                break;
            }
        };
        let wanted = usize::from(width);
        for entry in entries.iter().take(wanted) {
            verifier.push(entry);
        }
        if entries.len() < wanted {
            verifier.report_bundle(path, &format!("it holds {} entries, not {wanted}", entries.len()));
            break;
        }
        let full = verifier.take_full_tiles();
        compare_tiles(verifier, folder, &full)?;
    }
    // Partial tiles are stored for the size of the checkpoint only.
    let open = if verifier.size() == size { verifier.open_tiles() } else { Vec::new() };
    compare_tiles(verifier, folder, &open)
}

fn compare_tiles(verifier: &mut Verifier, folder: &Path, tiles: &[TileHashes]) -> Result<(), String> {
    for tile in tiles {
        let stored = read_tile(folder, tile.path(), MAX_TILE_BYTES)?;
        verifier.compare_tile(tile, stored.as_deref());
    }
    Ok(())
}

/// A tile or bundle; the full one stands in for a partial one that was cleaned away.
fn read_tile(folder: &Path, path: TilePath, bound: usize) -> Result<Option<Vec<u8>>, String> {
    let full = match path {
        TilePath::Hashes { level, n, .. } => TilePath::Hashes { level, n, width: TILE_WIDTH },
        TilePath::Entries { n, .. } => TilePath::Entries { n, width: TILE_WIDTH },
    };
    for path in [path, full] {
        let found = read_bounded(&folder.join(path.to_string()), bound);
        if let Some(bytes) = found.map_err(|cause| format!("`{path}` cannot be read: {cause}"))? {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

/// The content of a file, `None` where there is none. More than `bound` bytes are an error, and are not read.
fn read_bounded(path: &Path, bound: usize) -> Result<Option<Vec<u8>>, String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error.to_string()),
    };
    let mut bytes = Vec::new();
    let limit = u64::try_from(bound).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > bound { Err(format!("it has more than {bound} bytes")) } else { Ok(Some(bytes)) }
}

fn print(report: &Report, json: bool) {
    if json {
        println!("{}", serde_json::to_string_pretty(report).unwrap_or_default());
        return;
    }
    for damage in &report.damages {
        println!("{}: {}\n  hint: {}", damage.code(), visible(&damage.to_string()), damage.remedy());
    }
    if report.damages_omitted > 0 {
        println!("and {} more findings", report.damages_omitted);
    }
    let verdict = if report.is_sound() { "sound" } else { "DAMAGED" };
    println!(
        "{verdict}: {} entries, root {}, {} checkpoints compared",
        report.size, report.root, report.checkpoints_compared
    );
}

/// Without control characters: a forged entry must not speak to the terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
