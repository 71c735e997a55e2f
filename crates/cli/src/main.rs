//! Assent: the one binary of the AI-model governance platform.

use std::process::ExitCode;

fn main() -> ExitCode {
    assent_cli::run(std::env::args_os())
}
