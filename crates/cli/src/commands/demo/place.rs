//! Where a demo lives, and what may be removed there.

use std::fs;
use std::path::Path;

use assent_app::Wiring;

use crate::installation::Paths;
use crate::problem::Problem;

/// Says that the folder is a demo's, and whether the story was told to its end.
const MARKER: &str = "demo.txt";
const BEGUN: &str = "begun\n";
const FINISHED: &str = "finished\n";

/// A folder for a demo.
#[derive(Debug)]
pub(super) struct Place {
    paths: Paths,
}

impl Place {
    /// Finds the folder, and sees that nothing else is in it.
    pub(super) fn prepare(
        folder: Option<&Path>,
        exit: bool,
        fresh: bool,
        wiring: &Wiring,
    ) -> Result<Self, Problem> {
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None if exit => std::env::temp_dir().join(format!("assent-demo-{}", wiring.id().simple())),
            None => "assent-demo".into(),
        };
        let paths = Paths::new(&folder, None)?;
        let marker = fs::read_to_string(paths.data.join(MARKER)).ok();
        match marker.as_deref() {
            Some(_) if fresh => {
                remove(&paths.data)?;
                remove(&paths.keys)?;
            }
            Some(FINISHED) => return Err(there_already(&paths)),
            Some(_) => {
                let message = format!("`{}` holds a demo that did not come to its end", paths.data.display());
                return Err(Problem::new(message).hint("start afresh with --fresh"));
            }
            None => check_empty(&paths)?,
        }
        fs::create_dir_all(&paths.data).map_err(|error| Problem::path("made", &paths.data, error))?;
        let place = Self { paths };
        place.mark(BEGUN)?;
        Ok(place)
    }

    /// Where the installation lies.
    pub(super) fn paths(&self) -> &Paths {
        &self.paths
    }

    /// The story was told.
    pub(super) fn finished(&self) -> Result<(), Problem> {
        self.mark(FINISHED)
    }

    fn mark(&self, text: &str) -> Result<(), Problem> {
        let path = self.paths.data.join(MARKER);
        fs::write(&path, text).map_err(|error| Problem::path("written", &path, error))
    }
}

fn there_already(paths: &Paths) -> Problem {
    let data = paths.data.display();
    Problem::new(format!("`{data}` holds a finished demo")).hint(format!(
        "look at it with `assent audit verify --data-dir {data} --replay` or `assent serve --data-dir {data}`, or start \
         afresh with --fresh"
    ))
}

/// A demo never writes into, or removes, what it did not make.
fn check_empty(paths: &Paths) -> Result<(), Problem> {
    for folder in [&paths.data, &paths.keys] {
        if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Problem::new(format!("`{}` is not empty, and no demo", folder.display()))
                .hint("name a new folder with --data-dir"));
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<(), Problem> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::path("removed", folder, error))
        }
        _ => Ok(()),
    }
}
