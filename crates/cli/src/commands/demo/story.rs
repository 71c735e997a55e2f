//! The story so far: who asked what, what came, and what is remembered of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use ureq::http::Method;

use crate::client::{Client, Reply, refused};
use crate::output::{Block, Format, Printer};
use crate::problem::{Exit, Problem};
use crate::table::text;

/// The administrator of the first start.
pub(super) const ADMINISTRATOR: &str = "Administrator";

/// What is told, step by step.
pub(super) struct Story {
    client: Client,
    printer: Printer,
    tokens: BTreeMap<String, String>,
    ids: BTreeMap<String, String>,
    steps: Vec<Value>,
    /// Further members of the document: figures, gates, refusals, ...
    kept: Map<String, Value>,
}

/// A question to the server.
pub(super) struct Ask<'a> {
    pub(super) title: String,
    pub(super) actor: &'a str,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Value>,
}

impl<'a> Ask<'a> {
    /// Reads.
    pub(super) fn get(actor: &'a str, title: impl Into<String>, path: impl Into<String>) -> Self {
        Self { title: title.into(), actor, method: Method::GET, path: path.into(), body: None }
    }

    /// Writes.
    pub(super) fn post(
        actor: &'a str,
        title: impl Into<String>,
        path: impl Into<String>,
        body: Value,
    ) -> Self {
        Self { title: title.into(), actor, method: Method::POST, path: path.into(), body: Some(body) }
    }

    /// The same, with one more member of its body.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: Value) -> Self {
        if let Some(Value::Object(members)) = &mut self.body {
            members.insert(name.to_owned(), value);
        }
        self
    }
}

impl Story {
    pub(super) fn new(client: Client, printer: Printer, administrator: &str) -> Self {
        let tokens = BTreeMap::from([(ADMINISTRATOR.to_owned(), administrator.to_owned())]);
        Self { client, printer, tokens, ids: BTreeMap::new(), steps: Vec::new(), kept: Map::new() }
    }

    /// Somebody has a token from now on.
    pub(super) fn give_token(&mut self, name: &str, token: String) {
        self.tokens.insert(name.to_owned(), token);
    }

    /// Somebody is known by that id.
    pub(super) fn give_id(&mut self, name: &str, id: String) {
        self.ids.insert(name.to_owned(), id);
    }

    /// The id of that person.
    pub(super) fn id_of(&self, name: &str) -> Result<&str, Problem> {
        let id = self.ids.get(name).map(String::as_str);
        id.ok_or_else(|| Problem::new(format!("`{name}` is not in the story")).exit(Exit::No))
    }

    /// The tokens, by name.
    pub(super) fn tokens(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tokens.iter().map(|(name, token)| (name.as_str(), token.as_str()))
    }

    /// A client with the token of that person.
    pub(super) fn client_of(&self, actor: &str) -> Result<Client, Problem> {
        let token = self.tokens.get(actor);
        let token =
            token.ok_or_else(|| Problem::new(format!("`{actor}` is not in the story")).exit(Exit::No))?;
        Ok(self.client.with_token(token))
    }

    /// Begins a chapter.
    pub(super) fn chapter(&self, title: &str) {
        self.show(&[Block::Title(title.to_owned())]);
    }

    /// Shows something to people.
    pub(super) fn show(&self, blocks: &[Block]) {
        if self.printer.format() == Format::Table {
            self.printer.blocks(blocks);
        }
    }

    /// Asks, and takes nothing but success. Gives the answer.
    pub(super) fn ask(&mut self, ask: &Ask<'_>) -> Result<Value, Problem> {
        let reply = self.send(ask)?;
        if !reply.is_success() {
            return Err(self.unexpected(&ask.title, "success", &reply));
        }
        self.step(ask, &reply, &format!("{}: {}", ask.actor, ask.title));
        Ok(reply.json())
    }

    /// Asks for what the rules must refuse with one of these codes.
    pub(super) fn ask_refused(&mut self, ask: &Ask<'_>, codes: &[&str]) -> Result<(), Problem> {
        let reply = self.send(ask)?;
        let document = reply.json();
        let code = text(&document, "/code");
        if reply.is_success() || !codes.contains(&code.as_str()) {
            return Err(self.unexpected(
                &ask.title,
                &format!("a refusal `{}`", codes.join("` or `")),
                &reply,
            ));
        }
        self.step(ask, &reply, &format!("{}: {}", ask.actor, ask.title));
        let message = text(&document, "/detail");
        self.show(&[
            Block::Bad(format!("  refused ({}): {code}: {message}", reply.status)),
            Block::Hint(text(&document, "/remedy")),
        ]);
        self.keep_in(
            "refusals",
            json!({
                "title": ask.title,
                "actor": ask.actor,
                "status": reply.status,
                "code": code,
                "message": message,
                "remedy": document.get("remedy"),
            }),
        );
        Ok(())
    }

    /// Uploads bytes; gives their digest.
    pub(super) fn upload(&mut self, actor: &str, name: &str, bytes: &[u8]) -> Result<String, Problem> {
        let title = format!("uploads `{name}`, {} bytes", bytes.len());
        let path = "/api/v1/blobs";
        let reply =
            self.client_of(actor)?.send_bytes(path, bytes).map_err(|error| self.failed(&title, error))?;
        if !reply.is_success() {
            return Err(self.unexpected(&title, "success", &reply));
        }
        let sha256 = text(&reply.json(), "/sha256");
        self.record(&title, actor, &json!({"method": "POST", "path": path}), &reply);
        Ok(sha256)
    }

    /// Keeps a member of the document.
    pub(super) fn keep(&mut self, name: &str, value: Value) {
        self.kept.insert(name.to_owned(), value);
    }

    /// Keeps one more item of a list of the document.
    pub(super) fn keep_in(&mut self, name: &str, value: Value) {
        if let Some(items) = self.kept.entry(name).or_insert_with(|| json!([])).as_array_mut() {
            items.push(value);
        }
    }

    /// What was kept under that name.
    pub(super) fn kept(&self, name: &str) -> Value {
        self.kept.get(name).cloned().unwrap_or_default()
    }

    /// The story as one document.
    pub(super) fn document(&self) -> Value {
        let mut document = self.kept.clone();
        document.insert("steps".to_owned(), Value::Array(self.steps.clone()));
        Value::Object(document)
    }

    /// An end that the story does not have.
    pub(super) fn broken(&self, title: &str, what: &str) -> Problem {
        Problem::new(format!("step {} of the demo, `{title}`: {what}", self.steps.len() + 1))
            .code("demo-unexpected")
            .hint("this is a defect of the program or of the pack: the demo asks only what has to work")
            .exit(Exit::No)
    }

    fn send(&self, ask: &Ask<'_>) -> Result<Reply, Problem> {
        let client = self.client_of(ask.actor)?;
        client.send(&ask.method, &ask.path, ask.body.as_ref()).map_err(|error| self.failed(&ask.title, error))
    }

    fn failed(&self, title: &str, problem: Problem) -> Problem {
        let ended = self.broken(title, &problem.message);
        Problem { hint: problem.hint, ..ended }
    }

    fn unexpected(&self, title: &str, expected: &str, reply: &Reply) -> Problem {
        let problem = refused(reply);
        let code = problem.code.unwrap_or_default();
        let what = format!(
            "{expected} was expected, and the answer was {} {code}: {}",
            reply.status, problem.message
        );
        self.broken(title, &what)
    }

    fn step(&mut self, ask: &Ask<'_>, reply: &Reply, line: &str) {
        self.show(&[Block::Line(line.to_owned())]);
        self.record(&ask.title, ask.actor, &json!({"method": ask.method.as_str(), "path": ask.path}), reply);
    }

    fn record(&mut self, title: &str, actor: &str, request: &Value, reply: &Reply) {
        let mut result = reply.json();
        // A document that is kept or sent around holds no secret.
        if let Some(secret) = result.pointer_mut("/object/secret") {
            *secret = json!("shown to its bearer only");
        }
        self.steps.push(json!({
            "title": title,
            "actor": actor,
            "request": request,
            "status": reply.status,
            "result": result,
        }));
    }
}
