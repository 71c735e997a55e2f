//! Pushes checkpoints to a folder outside the data directory: what a rolled-back log is compared with.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use assent_store::Checkpoint;

/// Writes `checkpoint-<size, 20 digits>` if it is not there: whole or not at all, and durable when this returns.
pub(super) fn push(folder: &Path, checkpoint: &Checkpoint) -> io::Result<()> {
    let path = folder.join(format!("checkpoint-{:020}", checkpoint.size));
    if path.try_exists()? {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let staging = folder.join(format!(".checkpoint-{:020}.new", checkpoint.size));
    let mut file = File::create(&staging)?;
    file.write_all(&checkpoint.note)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&staging, &path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let sink = folder.path().join("outside");
        push(&sink, &Checkpoint { size: 7, note: b"first".to_vec() }).unwrap();
        push(&sink, &Checkpoint { size: 7, note: b"second".to_vec() }).unwrap();
        let names: Vec<_> = fs::read_dir(&sink).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["checkpoint-00000000000000000007"]);
        assert_eq!(fs::read(sink.join("checkpoint-00000000000000000007")).unwrap(), b"first");
    }
}
