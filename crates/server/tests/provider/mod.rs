//! A real `OpenID` provider, in a process of its own: node-oidc-provider, an npm package.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const HOW: &str = "set ASSENT_OIDC_PROVIDER to the folder of the npm package oidc-provider 9.13.3, for example: \
                   npm install --prefix target/oidc-provider oidc-provider@9.13.3 && \
                   ASSENT_OIDC_PROVIDER=target/oidc-provider/node_modules/oidc-provider";

/// A running provider. It ends with the test: its standard input closes.
pub(crate) struct Idp {
    child: Child,
    pub(crate) issuer: String,
}

impl Idp {
    /// Starts one that sends browsers back to these addresses.
    pub(crate) fn start(callbacks: &[&str]) -> Self {
        let package = std::env::var_os("ASSENT_OIDC_PROVIDER").map(PathBuf::from).expect(HOW);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/tests/provider/provider.mjs");
        let folder = package.parent().and_then(Path::parent).expect(HOW);
        let mut child = Command::new("node")
            .arg(script)
            .arg(folder)
            .args(callbacks)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the tests of log-ins need node: install Node");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The package says a word or two of its own first.
        let issuer = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http://127.0.0.1:")));
        Self { child, issuer: issuer.expect(HOW) }
    }

    /// Tells it something.
    pub(crate) fn tell(&self, what: &Value) {
        ureq::post(format!("{}/test", self.issuer)).send_json(what).unwrap();
    }

    /// Goes there as a browser, which nobody knows yet, and on to wherever it is sent, until that is elsewhere: there.
    pub(crate) fn visit(&self, address: &str) -> String {
        let agent = ureq::Agent::config_builder().max_redirects(0).max_redirects_will_error(false);
        let agent = agent.http_status_as_error(false).build().new_agent();
        let (mut address, mut cookies) = (address.to_owned(), BTreeMap::<String, String>::new());
        while address.starts_with(&self.issuer) {
            let held: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let mut answer = agent.get(&address).header("cookie", held.join("; ")).call().unwrap();
            for line in answer.headers().get_all("set-cookie") {
                let (name, value) =
                    line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(to) = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()) else {
                panic!("{address}: {} {}", answer.status(), answer.body_mut().read_to_string().unwrap());
            };
            address = if to.starts_with('/') { format!("{}{to}", self.issuer) } else { to };
        }
        address
    }
}

impl Drop for Idp {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
