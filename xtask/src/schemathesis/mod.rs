//! `cargo xtask schemathesis`: requests made up from the description of the interface, good ones and bad ones, sent to a
//! running server by somebody else's program.
//!
//! No answer may be a server error, and each must be one that the description names, with that type and that schema. There
//! are passes with the token of somebody who may do everything; of what ends somebody's access, with a token that may be
//! lost; of what takes a session; and of all without a token, where nothing may succeed that is not open to anyone. The first
//! ones begin with a good request for each operation, and each operation has to be carried out at least once. Afterwards the
//! log is verified and replayed.

mod config;
mod counted;
mod examples;
pub(crate) mod objects;
mod tool;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use self::counted::Counted;
use self::examples::{Examples, Session};
use self::objects::Objects;
use crate::http::Client;
use crate::out;
use crate::run::{scratch, shown};
use crate::server::{self, Home, Server, verify};

/// What is checked of each answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";
/// Operations that can end the access of whoever sends them.
const ENDS_ACCESS: &str = "^/api/v1/(tokens/\\{id\\}|principals/\\{id\\}/(disable|grants/\\{grantId\\}))$";
/// What is not carried out here, and why.
const NEVER: [(&str, &str); 3] = [
    ("POST /api/v1/evaluations/{id}/cancel", "an evaluation of a few rows is over before anybody cancels it"),
    ("GET /auth/oidc/{provider}/start", "it leads to a provider of log-ins, and none is set up here"),
    ("GET /auth/oidc/{provider}/callback", "a provider of log-ins leads to it, and none is set up here"),
];
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
    let binary = server::build("schemathesis", &plan.profile)?;
    let folder = scratch("schemathesis")?;
    let home = Home::below(&folder);
    let server = Server::start(&binary, &home, &[])?;
    let objects = Objects::make(&server.url, &server.first_token()?)?;
    let examples = Examples::make(&server.url, &objects)?;
    let description = Client::new(&server.url, None).get("/api/openapi.json")?.ok()?;
    let described = folder.join("openapi.json");
    fs::write(&described, examples.describe(description.clone())?.to_string())?;
    let passes = Passes { plan, program, folder, url: &server.url };
    let start = Counted::read(&server.url)?;
    passes.with_examples(&described, &objects, &examples)?;
    let before = Counted::read(&server.url)?;
    let published = format!("{}/api/openapi.json", server.url);
    let pass = Pass { name: "without a token", description: &published, headers: &[], operations: &[] };
    passes.made_up(&pass, &objects, 25)?;
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
    let mut never = after.never_since(&start, &description)?;
    never.retain(|operation| !NEVER.iter().any(|(known, _)| known == operation));
    ensure!(never.is_empty(), "asked, and never carried out: {}; mend their examples", never.join(", "));
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

/// Requests to some operations, with the same headers.
struct Pass<'a> {
    name: &'a str,
    /// The description that they are made from.
    description: &'a str,
    headers: &'a [(&'a str, &'a str)],
    /// Which operations, as arguments; all of them if there is none.
    operations: &'a [&'a str],
}

impl Passes<'_> {
    /// What begins from good requests: first these, and then what is made up.
    fn with_examples(&self, described: &Path, objects: &Objects, examples: &Examples) -> Result<()> {
        let bearer = |token: &str| format!("Bearer {token}");
        let (token, spare) = (bearer(&objects.token), bearer(&objects.spare));
        let (token, spare) = ([("Authorization", &*token)], [("Authorization", &*spare)]);
        let [out, change] = examples.sessions.each_ref().map(Session::headers);
        let description = &*described.display().to_string();
        let pass = |name, headers, operations| Pass { name, description, headers, operations };
        let passes = [
            (pass("with a token", &token, &["--exclude-path-regex", ENDS_ACCESS]), 60),
            (pass("ending access", &spare, &["--include-path-regex", ENDS_ACCESS]), 10),
            (pass("logging out", &out, &["--include-operation-id", "logOut"]), 2),
            (pass("another password", &change, &["--include-operation-id", "changePassword"]), 3),
        ];
        for (pass, _) in &passes {
            self.run(pass, objects, &["--phases", "examples", "--report", "ndjson"])?;
        }
        for (pass, percent) in &passes {
            self.made_up(pass, objects, *percent)?;
        }
        Ok(())
    }

    /// Requests that are made up, for a share of the time.
    fn made_up(&self, pass: &Pass<'_>, objects: &Objects, percent: u64) -> Result<()> {
        let seconds = (self.plan.seconds * percent / 100).max(1).to_string();
        self.run(pass, objects, &["--phases", "coverage,fuzzing,stateful", "--max-time", &seconds])
    }

    fn run(&self, pass: &Pass<'_>, objects: &Objects, phases: &[&str]) -> Result<()> {
        let name = pass.name;
        let file = self.folder.join(format!("{}.toml", name.replace(' ', "-")));
        fs::write(&file, config::file(objects, pass.headers))?;
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder).arg("--config-file").arg(&file).arg("--no-color");
        command.args(["run", pass.description, "--url", self.url]).args(pass.operations).args(phases);
        command.args(["--checks", CHECKS, "--continue-on-failure", "--warnings", "off"]);
        command.args(["--generation-database", "none", "--seed", &self.plan.seed.to_string()]);
        // Two workers would crash some releases of Python, and order the requests by chance.
        command.args(["--request-timeout", REQUEST_SECONDS, "--workers", "1"]);
        let (code, _) = shown(&mut command)?;
        ensure!(
            code == 0,
            "pass `{name}` found answers that are not as they should be (exit {code}): see above"
        );
        Ok(())
    }
}
