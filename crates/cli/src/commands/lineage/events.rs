//! Events of `OpenLineage` in a file, one a line, as its file transport writes them.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use serde_json::Value;

use super::import::Taken;
use crate::client::Client;
use crate::problem::Problem;

/// The longest event.
const MAX_LINE_BYTES: u64 = 4 * 1024 * 1024;

/// Sends them one by one, in their order.
pub(super) fn send(client: &Client, path: &Path, taken: &mut Taken) -> Result<(), Problem> {
    let unreadable = |error: std::io::Error| Problem::path("read", path, error);
    let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let read =
            reader.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut line).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        let stopped = |problem: Problem| Problem {
            message: format!(
                "`{}`, line {number}: {}; the lines before it are taken in, and taking the file in again changes nothing in them",
                path.display(),
                problem.message
            ),
            ..problem
        };
        if read as u64 > MAX_LINE_BYTES {
            let problem = Problem::new(format!("the event has more than {MAX_LINE_BYTES} bytes"));
            return Err(stopped(problem.hint("leave facets out when the event is made")));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let event: Value = serde_json::from_slice(&line)
            .map_err(|error| stopped(Problem::new(error).hint("give a file with one JSON object a line")))?;
        taken.send(client, "/api/v1/lineage/openlineage", &event).map_err(stopped)?;
    }
    Ok(())
}
