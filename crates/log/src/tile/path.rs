//! Tile paths: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`.

use std::fmt;
use std::str::FromStr;

use super::TILE_WIDTH;

/// The longest path: seven groups of digits, level or `entries`, and a width.
const MAX_PATH_BYTES: usize = 64;

/// The highest level that C2SP allows.
const MAX_LEVEL: u8 = 63;

/// The path of a hash tile or of an entry bundle. One tile has one spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// A hash tile.
    Hashes {
        /// The level, 0 to 63.
        level: u8,
        /// The number within the level.
        n: u64,
        /// How many hashes, 1 to 256; fewer than 256 is a partial tile.
        width: u16,
    },
    /// An entry bundle.
    Entries {
        /// The number of the bundle: the entries from `n * 256`.
        n: u64,
        /// How many entries, 1 to 256.
        width: u16,
    },
}

/// A text that is not a tile path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{path}` is not a tile path: ask for `tile/<level>/<n>` or `tile/entries/<n>`, with `.p/<width>` for a partial one"
)]
pub struct PathError {
    /// The start of what was given (at most 80 characters).
    pub path: String,
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, width) = match *self {
            Self::Hashes { level, n, width } => {
                write!(f, "tile/{level}/")?;
                (n, width)
            }
            Self::Entries { n, width } => {
                f.write_str("tile/entries/")?;
                (n, width)
            }
        };
        write_number(f, n)?;
        if width < TILE_WIDTH { write!(f, ".p/{width}") } else { Ok(()) }
    }
}

impl FromStr for TilePath {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, Self::Err> {
        // Leading zeros, missing groups and other spellings are refused by printing again.
        let found = parse(path).filter(|found| found.to_string() == path);
        found.ok_or_else(|| PathError { path: path.chars().take(80).collect() })
    }
}

fn parse(path: &str) -> Option<TilePath> {
    if path.len() > MAX_PATH_BYTES {
        return None;
    }
    let (place, number) = path.strip_prefix("tile/")?.split_once('/')?;
    let (number, width) = match number.split_once(".p/") {
        Some((number, width)) => {
            (number, width.parse().ok().filter(|width| (1..TILE_WIDTH).contains(width))?)
        }
        None => (number, TILE_WIDTH),
    };
    let n = read_number(number)?;
    if place == "entries" {
        return Some(TilePath::Entries { n, width });
    }
    let level = place.parse().ok().filter(|&level| level <= MAX_LEVEL)?;
    Some(TilePath::Hashes { level, n, width })
}

/// Groups of three digits, all but the last with an `x` before them.
fn write_number(f: &mut fmt::Formatter<'_>, n: u64) -> fmt::Result {
    let mut groups = Vec::with_capacity(7);
    let mut rest = n;
    while rest >= 1000 {
        groups.push(rest % 1000);
        rest /= 1000;
    }
    groups.push(rest);
    for (left, group) in groups.iter().enumerate().rev() {
        if left == 0 {
            write!(f, "{group:03}")?;
        } else {
            write!(f, "x{group:03}/")?;
        }
    }
    Ok(())
}

fn read_number(text: &str) -> Option<u64> {
    text.split('/').try_fold(0_u64, |n, group| {
        let digits = group.strip_prefix('x').unwrap_or(group);
        n.checked_mul(1000)?.checked_add(digits.parse::<u16>().ok()?.into())
    })
}
