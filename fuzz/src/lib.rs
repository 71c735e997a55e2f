//! Fuzz targets as plain functions: run on stable in the tests, or under cargo-fuzz.
