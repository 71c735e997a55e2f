//! A file of data, as a description in Croissant names it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use assent_cards::croissant::DataObject;
use assent_domain::ids::Digest;
use assent_log::Hasher;

use crate::problem::Problem;

/// Bytes that are read at once.
const PART_BYTES: usize = 1 << 16;

/// The file, with its digest. Its URL is its name: the description is to stand beside it.
pub(in crate::commands) fn of(path: &Path) -> Result<DataObject, Problem> {
    let unreadable = |error: std::io::Error| Problem::path("read", path, error);
    let mut file = File::open(path).map_err(unreadable)?;
    let (mut hasher, mut size_bytes, mut part) = (Hasher::new(), 0_u64, vec![0; PART_BYTES]);
    loop {
        let count = file.read(&mut part).map_err(unreadable)?;
        let Some(read) = part.get(..count).filter(|read| !read.is_empty()) else { break };
        hasher.update(read);
        size_bytes = size_bytes.saturating_add(count as u64);
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let sha256 = Digest(hasher.finish().0).to_string();
    Ok(DataObject { url: name.clone(), media_type: media_type(path).to_owned(), name, sha256, size_bytes })
}

fn media_type(path: &Path) -> &'static str {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("parquet") => "application/x-parquet",
        Some("jsonl" | "ndjson") => "application/jsonlines",
        Some("arrow" | "feather") => "application/vnd.apache.arrow.file",
        _ => "text/csv",
    }
}
