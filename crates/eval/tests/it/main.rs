//! The figures, their files and their reports; one file a concern.
#![cfg(test)]

mod bootstrap;
mod change;
mod class_scores;
mod compas_example;
mod consistency;
mod drift;
mod drift_files;
mod exact_sums;
mod files;
mod formats;
mod histogram;
mod joined;
mod malformed;
mod malformed_files;
mod profile;
mod properties;
mod published;
mod reports;
mod undefined;
mod weights;
