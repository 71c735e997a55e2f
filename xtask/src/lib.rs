//! The project's own commands. `cargo xtask` lists them.
//!
//! `test` runs all that must hold before a change is accepted; `tidy`, `sabotage`, `crash`, `powerloss`, `fault`, `tamper` and
//! `schemathesis` are parts of it that can be run alone, the last five for as long as one likes; `bench` measures.

pub mod args;
mod audit;
pub mod bench;
pub mod crash;
pub mod fault;
mod http;
mod load;
pub mod out;

pub mod postgres;
pub mod powerloss;
mod python;
pub mod reference;
pub mod replicas;
pub mod rng;
mod run;
pub mod sabotage;
pub mod schemathesis;
pub mod server;
pub mod site;
pub mod tamper;
pub mod test;
pub mod tidy;
mod watch;
