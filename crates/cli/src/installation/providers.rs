//! The providers that people can log in with, from a file.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use assent_server::{Provider, ProviderConfig};
use serde::Deserialize;

use crate::problem::Problem;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    providers: Vec<ProviderConfig>,
}

/// Reads the providers of a YAML file, each with the files that it names.
pub(crate) fn providers(path: &Path) -> Result<Vec<Arc<Provider>>, Problem> {
    let text = fs::read_to_string(path).map_err(|error| Problem::path("read", path, error))?;
    let wrong = |error: String| {
        Problem::new(format!("`{}`: {error}", path.display()))
            .hint("write the providers as the guide says (docs/guide/people.md)")
    };
    let file: File = serde_saphyr::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let mut names: Vec<&str> = file.providers.iter().map(|provider| provider.name.as_str()).collect();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair.first() == pair.last());
    if let Some(twice) = twice.and_then(|pair| pair.first()) {
        return Err(wrong(format!("two providers share a name: `{twice}`")));
    }
    let made = file.providers.into_iter().map(|config| Provider::new(config).map(Arc::new).map_err(wrong));
    made.collect()
}
