//! The project's own commands: test, tidy, crash, powerloss, sabotage, bench.

fn main() {}
