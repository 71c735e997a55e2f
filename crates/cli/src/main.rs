//! Assent: the one binary of the AI-model governance platform.

fn main() {}
