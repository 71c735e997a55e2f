//! `cargo xtask schemathesis`: requests made up from the description of the interface, good ones and bad ones, sent to a
//! running server by somebody else's program.
//!
//! No answer may be a server error, and each must be one that the description names, with that type and that schema. There
//! are three passes: with the token of somebody who may do everything; what ends somebody's access, with a token that
//! may be lost; and all without a token, where nothing may succeed that is not open to anyone. Afterwards the log is verified and replayed.

mod config;
mod counted;
pub(crate) mod objects;
mod tool;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use self::counted::Counted;
use self::objects::Objects;
use crate::out;
use crate::run::{scratch, shown};
use crate::server::{self, Home, Server, verify};

/// What is checked of each answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";
/// Operations that can end the access of whoever sends them.
const ENDS_ACCESS: &str = "^/api/v1/(tokens/\\{id\\}|principals/\\{id\\}/(disable|grants/\\{grantId\\}))$";
/// How long one request may take, in seconds.
const REQUEST_SECONDS: &str = "20";

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How long all passes may take together; building, installing and the fixed examples of a pass come on top.
    pub seconds: u64,
    /// Where randomness begins.
    pub seed: u64,
    /// The cargo profile of the server.
    pub profile: String,
}

/// Builds the server and runs the passes; gives how many requests were answered as they should be.
pub fn run(plan: &Plan) -> Result<u64> {
    out::step(&format!("schemathesis: {} seconds, seed {}", plan.seconds, plan.seed));
    let program = tool::installed()?;
    let binary = server::build("schemathesis", &plan.profile, &[])?;
    let folder = scratch("schemathesis")?;
    let home = Home::below(&folder);
    let server = Server::start(&binary, &home, &[])?;
    let objects = Objects::make(&server.url, &server.first_token()?)?;
    let passes = Passes { plan, program, folder, url: &server.url };
    let share = |percent: u64| (plan.seconds * percent / 100).max(1);
    passes.run(
        "with a token",
        &objects,
        Some(&objects.token),
        &["--exclude-path-regex", ENDS_ACCESS],
        share(65),
    )?;
    passes.run(
        "ending access",
        &objects,
        Some(&objects.spare),
        &["--include-path-regex", ENDS_ACCESS],
        share(10),
    )?;
    let before = Counted::read(&server.url)?;
    passes.run("without a token", &objects, None, &[], share(25))?;
    let after = Counted::read(&server.url)?;
    ensure!(
        before.done == after.done,
        "{} requests without a token were carried out on routes that need one",
        after.done.saturating_sub(before.done)
    );
    ensure!(
        after.errors == 0,
        "{} answers were server errors; the server said:\n{}",
        after.errors,
        server.said().join("\n")
    );
    if !after.never.is_empty() {
        out::line(&format!("asked, and never carried out: {}", after.never.join(", ")));
    }
    server.stop()?;
    verify(&binary, &home)?;
    out::line(&format!(
        "schemathesis: {} requests, {} of them carried out, no server error; the log verifies and replays",
        after.all, after.done
    ));
    Ok(after.all)
}

struct Passes<'a> {
    plan: &'a Plan,
    program: PathBuf,
    folder: PathBuf,
    url: &'a str,
}

impl Passes<'_> {
    fn run(
        &self,
        name: &str,
        objects: &Objects,
        token: Option<&str>,
        operations: &[&str],
        seconds: u64,
    ) -> Result<()> {
        let file = self.folder.join(format!("{}.toml", name.replace(' ', "-")));
        fs::write(&file, config::file(objects, token))?;
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder).arg("--config-file").arg(&file).arg("--no-color");
        command.arg("run").arg(format!("{}/api/openapi.json", self.url)).args(operations);
        command.args(["--checks", CHECKS, "--continue-on-failure", "--warnings", "off"]);
        command.args(["--phases", "examples,coverage,fuzzing,stateful", "--generation-database", "none"]);
        command.args(["--max-time", &seconds.to_string(), "--seed", &self.plan.seed.to_string()]);
        command.args(["--request-timeout", REQUEST_SECONDS, "--workers", "2"]);
        let (code, _) = shown(&mut command)?;
        ensure!(
            code == 0,
            "pass `{name}` found answers that are not as they should be (exit {code}): see above"
        );
        Ok(())
    }
}
