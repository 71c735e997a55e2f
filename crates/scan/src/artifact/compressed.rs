//! Compressed content: unpacked in memory within the budgets, and looked at as an item.

use std::io::{Cursor, Read};

use bzip2::read::MultiBzDecoder;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use lzma_rust2::{LzmaReader, XzReader};

use super::fault::Fault;
use super::region::Region;
use super::work::Work;
use super::{Code, examine};

/// Content that is smaller than this may be compressed as well as it likes.
const SMALL_BYTES: u64 = 1 << 20;
/// Memory for the dictionary of xz and LZMA in KiB.
const DICTIONARY_KIB: u32 = 128 << 10;
const CHUNK_BYTES: usize = 1 << 16;

/// How a whole file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zlib,
    Bzip2,
    Xz,
    Lzma,
}

/// Looks into a file that is compressed as a whole.
pub(super) fn walk(
    work: &mut Work,
    path: &str,
    region: &mut Region,
    packing: Packing,
    depth: u32,
) -> Result<(), Fault> {
    let packed = region.len();
    let inner = format!("{path}:unpacked");
    let content = match packing {
        Packing::Gzip => unpack(work, path, MultiGzDecoder::new(&mut *region), packed),
        Packing::Zlib => unpack(work, path, ZlibDecoder::new(&mut *region), packed),
        Packing::Bzip2 => unpack(work, path, MultiBzDecoder::new(&mut *region), packed),
        Packing::Xz => {
            unpack(work, path, XzReader::new_mem_limit(&mut *region, true, DICTIONARY_KIB), packed)
        }
        Packing::Lzma => {
            let reader = LzmaReader::new_mem_limit(&mut *region, DICTIONARY_KIB, None);
            unpack(work, path, reader.map_err(|error| Fault::wrong(error.to_string()))?, packed)
        }
    };
    look_into(work, &inner, content, depth);
    Ok(())
}

/// Looks at unpacked content as an item, and gives its memory back.
pub(super) fn look_into(work: &mut Work, path: &str, content: Vec<u8>, depth: u32) {
    let bytes = content.len() as u64;
    if depth >= work.limits.depth {
        work.find(path, Code::LimitReached, None, format!("archives are nested more than {depth} deep"));
    } else {
        let mut cursor = Cursor::new(content);
        match Region::whole(&mut cursor) {
            Ok(mut region) => drop(examine::item(work, path, &mut region, depth + 1)),
            Err(fault) => work.fault(path, None, &fault),
        }
    }
    work.buffered = work.buffered.saturating_add(bytes);
}

/// Unpacks as much as there is and the budgets allow. What was unpacked before a fault is not lost.
pub(super) fn unpack(work: &mut Work, path: &str, mut from: impl Read, packed: u64) -> Vec<u8> {
    let mut content = Vec::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) => return content,
            Ok(read) => read as u64,
            Err(error) => {
                let message = format!("what is compressed is damaged: {error}");
                work.find(path, Code::Malformed, Some(content.len() as u64), message);
                return content;
            }
        };
        let whole = content.len() as u64 + read;
        if whole > SMALL_BYTES && whole / work.limits.ratio > packed {
            let message = format!("{packed} bytes unpack to more than {} times as many", work.limits.ratio);
            work.find(path, Code::ArchiveBomb, None, message);
            return content;
        }
        if work.buffered < read || work.unpacked < read {
            work.fault(path, Some(content.len() as u64), &Fault::Limit("bytes to unpack"));
            return content;
        }
        work.buffered -= read;
        work.unpacked -= read;
        let taken = usize::try_from(read).unwrap_or(CHUNK_BYTES);
        content.extend_from_slice(chunk.get(..taken).unwrap_or_default());
    }
}
