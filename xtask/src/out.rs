//! The one place that prints.

#![expect(clippy::print_stdout, reason = "a command of the project speaks to whoever started it")]

use std::io::Write as _;

/// Prints a line at once, also into a pipe.
pub fn line(text: &str) {
    println!("{text}");
    // Whoever does not read what is printed does not miss it either.
    drop(std::io::stdout().flush());
}

/// Prints a heading of a step.
pub fn step(text: &str) {
    line(&format!("\n=== {text}"));
}
