//! Assent: the one binary of the AI-model governance platform.

use std::process::ExitCode;

/// A request is made in one thread and dropped in another, thousands of times a second.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    assent_cli::run(std::env::args_os())
}
