//! One connection: set up once, with its prepared statements.

use std::collections::HashMap;
use std::time::Duration;

use assent_sabotage::{Fault, planted};
use assent_store::StoreError;
use postgres::types::ToSql;
use postgres::{Client, NoTls, Row, SimpleQueryMessage, SimpleQueryRow, Statement};

use crate::address::Address;
use crate::error::{committing, connecting, failed};

/// Parameters of a statement.
pub(crate) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;
/// A transaction that stays idle so long is ended by the server: a snapshot, or the head of a server that hangs.
const IDLE_SECONDS: u32 = 60;
/// The longest that one statement may take.
const STATEMENT_SECONDS: u32 = 300;

/// Whether commits reach the disk before they are answered.
fn synchronous() -> &'static str {
    if planted(Fault::PostgresSynchronousOff) { "off" } else { "on" }
}

/// A connection.
pub(crate) struct Connection {
    client: Client,
    statements: HashMap<String, Statement>,
    in_transaction: bool,
}

impl Connection {
    /// Connects. Locks are waited for as long as `lock_timeout`.
    pub(crate) fn new(
        address: &Address,
        lock_timeout: Duration,
        read_only: bool,
    ) -> Result<Self, StoreError> {
        let connected = match &address.tls {
            Some(tls) => address.config.connect(tls.clone()),
            None => address.config.connect(NoTls),
        };
        let mut client = connected.map_err(connecting)?;
        let lock_ms = lock_timeout.as_millis().max(1);
        let read_only = if read_only { "on" } else { "off" };
        let synchronous = synchronous();
        let set_up = format!(
            "SET synchronous_commit = {synchronous}; SET lock_timeout = {lock_ms}; SET statement_timeout = '{STATEMENT_SECONDS}s'; \
             SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'; SET client_min_messages = warning; \
             SET default_transaction_isolation = 'read committed'; \
             SET default_transaction_read_only = {read_only}"
        );
        client.batch_execute(&set_up).map_err(failed)?;
        Ok(Self { client, statements: HashMap::new(), in_transaction: false })
    }

    /// Whether it is of no use any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Begins a transaction with these words.
    pub(crate) fn begin(&mut self, words: &str) -> Result<(), StoreError> {
        self.client.batch_execute(words).map_err(failed)?;
        self.in_transaction = true;
        Ok(())
    }

    /// The same, and the first row of a query in one message: most transactions are so short that one more question would be
    /// felt. Its values come as text.
    pub(crate) fn begin_with(
        &mut self,
        words: &str,
        sql: &str,
    ) -> Result<Option<SimpleQueryRow>, StoreError> {
        // Where the second half fails, the transaction is open all the same.
        self.in_transaction = true;
        let messages = self.client.simple_query(&format!("{words}; {sql}")).map_err(failed)?;
        let row = |message| if let SimpleQueryMessage::Row(row) = message { Some(row) } else { None };
        Ok(messages.into_iter().find_map(row))
    }

    /// Commits. After any error the transaction is over as well, or the connection is.
    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        self.in_transaction = false;
        self.client.batch_execute("COMMIT").map_err(committing)
    }

    /// Ends a transaction that is still open.
    pub(crate) fn roll_back(&mut self) -> Result<(), StoreError> {
        if std::mem::take(&mut self.in_transaction) {
            self.client.batch_execute("ROLLBACK").map_err(failed)?;
        }
        Ok(())
    }

    /// Runs a script.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.client.batch_execute(sql).map_err(failed)
    }

    /// The rows of a query.
    pub(crate) fn query(&mut self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, StoreError> {
        let statement = self.statement(sql)?;
        self.client.query(&statement, params).map_err(failed)
    }

    /// The first row of a query, if it has one.
    pub(crate) fn first(&mut self, sql: &str, params: Params<'_>) -> Result<Option<Row>, StoreError> {
        let statement = self.statement(sql)?;
        self.client.query_opt(&statement, params).map_err(failed)
    }

    /// Carries out a statement; how many rows it touched.
    pub(crate) fn execute(&mut self, sql: &str, params: Params<'_>) -> Result<u64, StoreError> {
        let statement = self.statement(sql)?;
        self.client.execute(&statement, params).map_err(failed)
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let made = self.client.prepare(sql).map_err(failed)?;
        if self.statements.len() >= STATEMENTS {
            // Filters come in many forms; dropping closes them on the server too.
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), made.clone());
        Ok(made)
    }
}
