//! Reading a text file of another tool: bounded, whatever its size claims to be.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::problem::Problem;

/// The largest file, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// The text of a file of at most one mebibyte; `hint` says what the file should be.
///
/// # Errors
/// Where it cannot be read, is larger, or is not UTF-8.
pub(crate) fn text(path: &Path, hint: &str) -> Result<String, Problem> {
    let unreadable = |error| Problem::path("read", path, error);
    let mut text = String::new();
    File::open(path)
        .map_err(unreadable)?
        .take(MAX_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if text.len() as u64 > MAX_BYTES {
        let message = format!("`{}` has more than {MAX_BYTES} bytes", path.display());
        return Err(Problem::new(message).hint(hint));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_or_no_text_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let most = usize::try_from(MAX_BYTES).unwrap();
        std::fs::write(&path, "x".repeat(most)).unwrap();
        assert_eq!(text(&path, "h").unwrap().len(), most);
        std::fs::write(&path, "x".repeat(most + 1)).unwrap();
        assert!(text(&path, "h").unwrap_err().message.ends_with("has more than 1048576 bytes"));
        std::fs::write(&path, b"\xff").unwrap();
        assert!(text(&path, "h").unwrap_err().message.contains("UTF-8"));
        assert!(text(&folder.path().join("absent"), "h").is_err());
    }
}
