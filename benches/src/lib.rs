//! Reproducible benchmarks, each beside its peers.
