//! Tokens to a tree.
//!
//! A recursive descent whose recursion is bounded by `limits::MAX_NESTING`; what can be long rather than deep is
//! parsed by loops. The grammar is that of the language definition; words that it reserves are refused as names.

use crate::ast::{CallExpr, Expr, ExprKind, LinkExpr, Op, Step};
use crate::diagnostic::{Diagnostic, Span, clip};
use crate::lexer::{Token, TokenKind, tokens};
use crate::limits::{MAX_NESTING, MAX_PARTS, MAX_SOURCE_BYTES};
use crate::value::Value;

/// Parses one expression that fills the whole of `source`.
pub(crate) fn parse(source: &str) -> Result<Expr, Diagnostic> {
    if source.len() > MAX_SOURCE_BYTES {
        let message = format!(
            "the expression has {} bytes; at most {MAX_SOURCE_BYTES} are accepted, so split the rule",
            source.len()
        );
        return Err(Diagnostic::new(source, Span::default(), message));
    }
    let mut parser = Parser { source, tokens: tokens(source)?, at: 0, nesting: 0, parts: 0 };
    if parser.peek() == &TokenKind::End {
        return Err(parser.error("the expression is empty"));
    }
    let expr = parser.expression()?;
    match parser.peek() {
        TokenKind::End => Ok(expr),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

/// Whether the language reserves `word`, so that it cannot name a variable.
pub(crate) fn is_reserved(word: &str) -> bool {
    const RESERVED: [&str; 21] = [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "namespace",
        "null",
        "package",
        "return",
        "true",
        "var",
        "void",
        "while",
    ];
    RESERVED.contains(&word)
}

struct Parser<'s> {
    source: &'s str,
    tokens: Vec<Token<'s>>,
    at: usize,
    nesting: usize,
    parts: usize,
}

type Parsed<T> = Result<T, Diagnostic>;

impl<'s> Parser<'s> {
    fn peek(&self) -> &TokenKind<'s> {
        self.tokens.get(self.at).map_or(&TokenKind::End, |token| &token.kind)
    }

    fn span(&self) -> Span {
        self.tokens.get(self.at).map(|token| token.span).unwrap_or_default()
    }

    /// The span of the token before this one.
    fn last_span(&self) -> Span {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map(|token| token.span).unwrap_or_default()
    }

    fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len().saturating_sub(1));
    }

    fn is(&self, mark: &str) -> bool {
        matches!(self.peek(), TokenKind::Mark(found) if *found == mark)
    }

    fn take(&mut self, mark: &str) -> bool {
        let found = self.is(mark);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, mark: &str) -> Parsed<()> {
        if self.take(mark) { Ok(()) } else { Err(self.unexpected(&format!("`{mark}`"))) }
    }

    fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.source, self.span(), message)
    }

    fn unexpected(&self, wanted: &str) -> Diagnostic {
        let span = self.span();
        match self.source.get(span.start..span.end) {
            None | Some("") => self.error(format!("the expression ends where {wanted} is wanted")),
            Some(text) => self.error(format!("found `{}` where {wanted} is wanted", clip(text))),
        }
    }

    fn node(&mut self, start: Span, kind: ExprKind) -> Parsed<Expr> {
        self.count()?;
        let depth = kind.depth();
        if depth > MAX_NESTING {
            return Err(self.too_deep());
        }
        Ok(Expr { kind, span: start.to(self.last_span()), depth })
    }

    fn count(&mut self) -> Parsed<()> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(self.error(format!("the expression has more than {MAX_PARTS} parts; split the rule")));
        }
        Ok(())
    }

    fn too_deep(&self) -> Diagnostic {
        self.error(format!("the expression is nested more than {MAX_NESTING} levels deep; split the rule"))
    }

    fn expression(&mut self) -> Parsed<Expr> {
        if self.nesting == MAX_NESTING {
            return Err(self.too_deep());
        }
        self.nesting += 1;
        let expr = self.choice();
        self.nesting -= 1;
        expr
    }

    fn choice(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let mut arms = Vec::new();
        loop {
            let condition = self.or()?;
            if !self.take("?") {
                if arms.is_empty() {
                    return Ok(condition);
                }
                return self.node(start, ExprKind::Choice { arms, otherwise: Box::new(condition) });
            }
            let value = self.expression()?;
            self.expect(":")?;
            self.count()?;
            arms.push((condition, value));
        }
    }

    fn or(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let first = self.and()?;
        if !self.is("||") {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.take("||") {
            operands.push(self.and()?);
        }
        self.node(start, ExprKind::Or(operands))
    }

    fn and(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let first = self.chain(Level::Relation)?;
        if !self.is("&&") {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.take("&&") {
            operands.push(self.chain(Level::Relation)?);
        }
        self.node(start, ExprKind::And(operands))
    }

    fn chain(&mut self, level: Level) -> Parsed<Expr> {
        let start = self.span();
        let first = self.operand(level)?;
        let mut rest = Vec::new();
        while let Some(op) = self.operator(level) {
            self.advance();
            self.count()?;
            let operand = self.operand(level)?;
            rest.push(LinkExpr { op, operand });
        }
        if rest.is_empty() {
            return Ok(first);
        }
        self.node(start, ExprKind::Chain { first: Box::new(first), rest })
    }

    fn operand(&mut self, level: Level) -> Parsed<Expr> {
        match level {
            Level::Relation => self.chain(Level::Sum),
            Level::Sum => self.chain(Level::Product),
            Level::Product => self.unary(),
        }
    }

    fn operator(&self, level: Level) -> Option<Op> {
        match (self.peek(), level) {
            (TokenKind::Ident("in"), Level::Relation) => Some(Op::In),
            (TokenKind::Mark(mark), _) => {
                level.operators().iter().find(|(symbol, _)| symbol == mark).map(|(_, op)| *op)
            }
            _ => None,
        }
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let start = self.span();
        for sign in ["!", "-"] {
            let mut odd = false;
            while self.take(sign) {
                odd = !odd;
            }
            if self.span() == start {
                continue;
            }
            if let (true, "-", TokenKind::Int(MIN_MAGNITUDE)) = (odd, sign, self.peek()) {
                self.advance();
                let least = self.node(start, ExprKind::Literal(Value::Int(i64::MIN)))?;
                return self.postfix(least);
            }
            let operand = Box::new(self.member()?);
            let kind =
                if sign == "!" { ExprKind::Not { odd, operand } } else { ExprKind::Negate { odd, operand } };
            return self.node(start, kind);
        }
        self.member()
    }

    fn member(&mut self) -> Parsed<Expr> {
        let primary = self.primary()?;
        self.postfix(primary)
    }

    fn postfix(&mut self, mut expr: Expr) -> Parsed<Expr> {
        loop {
            let start = expr.span;
            if self.take(".") {
                let (name, span) = self.field_name()?;
                if self.is("(") {
                    expr = self.call(start, Some(expr), name, span)?;
                } else {
                    expr = self.access(expr, Step::Field { name, span })?;
                }
            } else if self.take("[") {
                let index = self.expression()?;
                self.expect("]")?;
                expr = self.access(expr, Step::Index(index))?;
            } else if self.is("{") {
                return self.message(&expr);
            } else {
                return Ok(expr);
            }
        }
    }

    fn access(&mut self, base: Expr, step: Step) -> Parsed<Expr> {
        self.count()?;
        let span = base.span.to(self.last_span());
        let depth =
            (step.depth() + 1).max(base.depth + usize::from(!matches!(base.kind, ExprKind::Access { .. })));
        if depth > MAX_NESTING {
            return Err(self.too_deep());
        }
        if let ExprKind::Access { base, mut steps } = base.kind {
            steps.push(step);
            return Ok(Expr { kind: ExprKind::Access { base, steps }, span, depth });
        }
        Ok(Expr { kind: ExprKind::Access { base: Box::new(base), steps: vec![step] }, span, depth })
    }

    fn field_name(&mut self) -> Parsed<(String, Span)> {
        let span = self.span();
        let name = match *self.peek() {
            TokenKind::Ident(name) if name != "in" && !["true", "false", "null"].contains(&name) => name,
            TokenKind::Quoted(name) => name,
            TokenKind::Mark("?") => {
                return Err(self
                    .error("optional fields are not supported")
                    .hint("guard the field with has(...)"));
            }
            _ => return Err(self.unexpected("a field name")),
        };
        self.advance();
        Ok((name.to_owned(), span))
    }

    fn call(&mut self, start: Span, target: Option<Expr>, name: String, name_span: Span) -> Parsed<Expr> {
        self.expect("(")?;
        let arguments = self.list(")")?;
        self.node(start, ExprKind::Call(Box::new(CallExpr { target, name, name_span, arguments })))
    }

    /// Expressions with commas between them up to `close`, which is consumed. Arguments take no trailing comma.
    fn list(&mut self, close: &str) -> Parsed<Vec<Expr>> {
        let mut items = Vec::new();
        while !self.take(close) {
            if self.is("?") {
                return Err(self.error("optional elements are not supported").hint("leave out the `?`"));
            }
            items.push(self.expression()?);
            if self.take(close) {
                break;
            }
            if !self.take(",") {
                return Err(self.unexpected(&format!("`,` or `{close}`")));
            }
            if close == ")" && self.is(close) {
                return Err(self.unexpected("an argument"));
            }
        }
        Ok(items)
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let kind = match self.peek().clone() {
            TokenKind::Int(value) => match i64::try_from(value) {
                Ok(value) => ExprKind::Literal(Value::Int(value)),
                Err(_) => {
                    return Err(self
                        .error(format!("`{value}` is too large for an int"))
                        .hint("write it as a uint, with a `u` at the end, or as a double"));
                }
            },
            TokenKind::Uint(value) => ExprKind::Literal(Value::Uint(value)),
            TokenKind::Double(value) => ExprKind::Literal(Value::Double(value)),
            TokenKind::String(text) => ExprKind::Literal(Value::from(text)),
            TokenKind::Bytes(bytes) => ExprKind::Literal(Value::Bytes(bytes.into())),
            TokenKind::Ident(word) => return self.word(start, word),
            TokenKind::Mark("(") => return self.group(),
            TokenKind::Mark("[") => {
                self.advance();
                let items = self.list("]")?;
                return self.node(start, ExprKind::List(items));
            }
            TokenKind::Mark("{") => return self.map(start),
            TokenKind::Mark(".") => {
                self.advance();
                return self.rooted(start);
            }
            TokenKind::Quoted(_) | TokenKind::Mark(_) | TokenKind::End => {
                return Err(self.unexpected("a value"));
            }
        };
        self.advance();
        self.node(start, kind)
    }

    fn group(&mut self) -> Parsed<Expr> {
        self.advance();
        let inner = self.expression()?;
        self.expect(")")?;
        Ok(inner)
    }

    /// A name after a leading dot: the same as without, because there are no namespaces.
    fn rooted(&mut self, start: Span) -> Parsed<Expr> {
        match *self.peek() {
            TokenKind::Ident(word) if !is_reserved(word) => self.word(start, word),
            _ => Err(self.unexpected("a name")),
        }
    }

    fn word(&mut self, start: Span, word: &str) -> Parsed<Expr> {
        let span = self.span();
        let literal = match word {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            _ => None,
        };
        if literal.is_none() && is_reserved(word) {
            return Err(self.error(format!("`{word}` is a reserved word and cannot be a name")));
        }
        self.advance();
        match literal {
            Some(value) => self.node(start, ExprKind::Literal(value)),
            None if self.is("(") => self.call(start, None, word.to_owned(), span),
            None => self.node(start, ExprKind::Ident(word.to_owned())),
        }
    }

    fn map(&mut self, start: Span) -> Parsed<Expr> {
        self.advance();
        let mut entries = Vec::new();
        while !self.take("}") {
            if self.is("?") {
                return Err(self.error("optional entries are not supported").hint("leave out the `?`"));
            }
            let key = self.expression()?;
            self.expect(":")?;
            entries.push((key, self.expression()?));
            if self.take("}") {
                break;
            }
            if !self.take(",") {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
        self.node(start, ExprKind::Map(entries))
    }

    /// A message literal after its name. Its fields are parsed, so that the refusal comes from the checker and
    /// syntax errors inside are still found.
    fn message(&mut self, name: &Expr) -> Parsed<Expr> {
        let text = self.source.get(name.span.start..name.span.end).unwrap_or_default();
        let named = match &name.kind {
            ExprKind::Ident(_) => true,
            ExprKind::Access { base, steps } => {
                matches!(base.kind, ExprKind::Ident(_))
                    && steps.iter().all(|step| matches!(step, Step::Field { .. }))
            }
            _ => false,
        };
        if !named {
            return Err(self.unexpected("an operator or the end"));
        }
        let name_text = text.split_whitespace().collect();
        self.advance();
        while !self.take("}") {
            self.field_name()?;
            self.expect(":")?;
            self.expression()?;
            if !self.take(",") && !self.is("}") {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
        self.node(name.span, ExprKind::Message(name_text))
    }
}

/// The magnitude of the least int, which has no positive counterpart.
const MIN_MAGNITUDE: u64 = 1 << 63;

/// The precedences of operators with two operands, loosest first.
#[derive(Clone, Copy)]
enum Level {
    Relation,
    Sum,
    Product,
}

impl Level {
    fn operators(self) -> &'static [(&'static str, Op)] {
        match self {
            Self::Relation => &[
                ("==", Op::Equal),
                ("!=", Op::NotEqual),
                ("<", Op::Less),
                ("<=", Op::LessEqual),
                (">", Op::Greater),
                (">=", Op::GreaterEqual),
            ],
            Self::Sum => &[("+", Op::Add), ("-", Op::Subtract)],
            Self::Product => &[("*", Op::Multiply), ("/", Op::Divide), ("%", Op::Remainder)],
        }
    }
}
