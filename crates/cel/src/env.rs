//! What a rule may name: the declared facts, and helper functions written in the language itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::Expr;
use crate::check;
use crate::diagnostic::{Diagnostic, Span};
use crate::functions::FUNCTIONS;
use crate::lexer::{TokenKind, tokens};
use crate::limits::MAX_PARAMETERS;
use crate::parser::{is_reserved, parse};
use crate::types::ObjectType;

/// The names that rules are compiled against.
#[derive(Clone, Debug)]
pub struct Env {
    root: Arc<ObjectType>,
    helpers: BTreeMap<String, Arc<Helper>>,
}

/// A function defined in the language, expanded where it is called.
#[derive(Debug)]
pub struct Helper {
    name: String,
    parameters: Vec<String>,
    source: String,
    doc: String,
    pub(crate) body: Expr,
}

impl Env {
    /// The facts that `root` declares as its fields, and no helpers.
    pub fn new(root: Arc<ObjectType>) -> Self {
        Self { root, helpers: BTreeMap::new() }
    }

    /// The declared facts.
    pub fn root(&self) -> &Arc<ObjectType> {
        &self.root
    }

    /// Defines a helper such as `approvedBy(role)` with the given body.
    ///
    /// The body sees the facts, the parameters and the helpers defined before, so helpers cannot recurse, and nothing
    /// of the place where it is called. A place in the facts that is passed as an argument stands for itself, so that
    /// `has(parameter)` and `has(parameter.field)` work; any other argument is evaluated once, before the body.
    ///
    /// The diagnostic is about `signature` if that is wrong, else about `body`.
    pub fn helper(&mut self, signature: &str, body: &str, doc: &str) -> Result<(), Diagnostic> {
        let (name, parameters) = parse_signature(signature)?;
        let refuse =
            |message: String| Diagnostic::new(signature, Span { start: 0, end: name.len() }, message);
        if self.helpers.contains_key(&name) {
            return Err(refuse(format!("helper `{name}` is already defined")));
        }
        if is_taken(&name) {
            return Err(refuse(format!("`{name}` is a name of the language; choose another")));
        }
        let helper = Helper {
            body: parse(body)?,
            source: body.to_owned(),
            doc: doc.to_owned(),
            name: name.clone(),
            parameters,
        };
        check::definition(self, &helper)?;
        self.helpers.insert(name, Arc::new(helper));
        Ok(())
    }

    /// The helpers by name.
    pub fn helpers(&self) -> impl Iterator<Item = &Helper> {
        self.helpers.values().map(AsRef::as_ref)
    }

    pub(crate) fn find_helper(&self, name: &str) -> Option<&Helper> {
        self.helpers.get(name).map(AsRef::as_ref)
    }
}

impl Helper {
    /// The name it is called by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of its parameters in order.
    pub fn parameters(&self) -> &[String] {
        &self.parameters
    }

    /// The text of its body.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it means, for the reference.
    pub fn doc(&self) -> &str {
        &self.doc
    }

    /// Name and parameters, as in `improved(metric, by)`.
    pub fn signature(&self) -> String {
        format!("{}({})", self.name, self.parameters.join(", "))
    }
}

/// The functions and macros of the language, and the words it reserves.
fn is_taken(name: &str) -> bool {
    is_reserved(name) || name == "has" || FUNCTIONS.iter().any(|function| function.name == name)
}

/// Reads `name(first, second)`.
fn parse_signature(signature: &str) -> Result<(String, Vec<String>), Diagnostic> {
    let tokens = tokens(signature)?;
    let mut rest = tokens.iter();
    let mut expect = |wanted: &str| {
        let Some(token) = rest.next() else {
            return Err(Diagnostic::new(signature, Span::default(), "empty"));
        };
        match (&token.kind, wanted) {
            (TokenKind::Ident(name), "a name") if !is_reserved(name) => Ok(*name),
            (TokenKind::Mark(mark), _) if wanted.contains(*mark) => Ok(*mark),
            (TokenKind::End, "the end") => Ok(""),
            _ => Err(Diagnostic::new(signature, token.span, format!("{wanted} is wanted here"))
                .hint("write a signature such as `approvedBy(role)`")),
        }
    };
    let name = expect("a name")?.to_owned();
    expect("`(`")?;
    let mut parameters: Vec<String> = Vec::new();
    loop {
        let parameter = expect("a name")?;
        if parameters.iter().any(|known| known == parameter) || parameters.len() == MAX_PARAMETERS {
            let message = format!("parameters have different names and are at most {MAX_PARAMETERS}");
            return Err(Diagnostic::new(signature, Span::default(), message));
        }
        parameters.push(parameter.to_owned());
        if expect("`,` or `)`")? == ")" {
            break;
        }
    }
    expect("the end")?;
    Ok((name, parameters))
}
