//! Integration tests through the public API and the shipped binary.
