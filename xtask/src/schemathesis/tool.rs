//! The program `schemathesis`, in a Python environment of its own.

use std::path::PathBuf;

use anyhow::Result;

use crate::python::Environment;

const ENVIRONMENT: Environment = Environment {
    folder: "schemathesis-python",
    user: "schemathesis",
    package: "schemathesis",
    requirements: include_str!("requirements.txt"),
};

/// Where the program stands.
pub(super) fn installed() -> Result<PathBuf> {
    Ok(ENVIRONMENT.provide()?.join("st"))
}
