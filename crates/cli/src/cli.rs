//! The command line as a whole.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands;
use crate::output::Format;

const EXIT_CODES: &str = "\
Exit codes:
  0  it was done, or the answer is yes
  1  the answer is no: the gate is shut, the log is damaged
  2  the command is wrong, or the question could not be asked
  3  the rules refused it, or the server failed";

/// AI-model governance: register, evaluate, review, gate, and prove it.
#[derive(Debug, Parser)]
#[command(name = "assent", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// How answers are written
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "table|json",
        hide_possible_values = true
    )]
    pub(crate) output: Format,
    /// The server to ask
    #[arg(long, global = true, env = "ASSENT_URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) url: String,
    /// The token to present
    #[arg(long, global = true, env = "ASSENT_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// The certificate, in PEM, of the authority to trust, instead of those of the system
    #[arg(long, global = true, env = "ASSENT_CA_FILE", value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Where the newest checkpoint seen of each server is kept
    #[arg(long, global = true, env = "ASSENT_STATE_DIR", value_name = "DIR")]
    pub(crate) state_dir: Option<PathBuf>,
    /// Neither demand nor remember that the server's log only grew
    #[arg(long, global = true)]
    pub(crate) no_pin: bool,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server on a data directory
    Serve(commands::serve::Serve),
    /// Show how it works: the whole story on the COMPAS data, or the scenario of another pack
    Demo(commands::demo::Demo),
    /// Make a repository for a governed model: folders, rules, forms, and what runs the gate in CI
    Init(commands::init::Init),
    /// Put a pack in force
    Apply(commands::apply::Apply),
    /// Policies of other registries
    #[command(subcommand)]
    Policy(commands::policy::Policy),
    /// Models
    #[command(subcommand)]
    Model(commands::model::Model),
    /// Register a model with its first version, its card and its validation data, and check it
    Onboard(Box<commands::onboard::Onboard>),
    /// Versions of a model, and the evidence about them
    #[command(subcommand)]
    Version(commands::version::Version),
    /// Data sets
    #[command(subcommand)]
    Dataset(commands::dataset::Dataset),
    /// Show where a version or data set comes from, and what came of it
    Lineage(commands::lineage::Lineage),
    /// AI systems: what models are used for
    #[command(subcommand)]
    System(commands::system::System),
    /// Evaluate predictions: those in a file, or those of a version on a data set of the server
    Evaluate(Box<commands::evaluate::Evaluate>),
    /// Compare the columns of two tables, and say which have drifted
    Drift(commands::drift::Drift),
    /// Look into model files for what would run when they are loaded, without loading them
    Scan(commands::scan::Scan),
    /// Show the facts that rules judge a version by
    Facts(commands::facts::Facts),
    /// Show what every policy says of a version
    Check(commands::check::Check),
    /// Ask whether a version may go to a stage
    Gate(commands::gate::Gate),
    /// Ask for a promotion, and follow it
    Promote(commands::promote::Promote),
    /// Decide reviews
    #[command(subcommand)]
    Review(commands::review::Review),
    /// Talk about an object: comments, answers and mentions
    #[command(subcommand)]
    Comment(commands::comment::Comment),
    /// Waive a policy for a while: ask for it, sign it, end it
    #[command(subcommand)]
    Exception(commands::exception::Exception),
    /// Let another reviewer decide in your place for a time
    #[command(subcommand)]
    Delegation(commands::delegation::Delegation),
    /// Let a version through by the word of two persons when it cannot wait for its reviews
    #[command(subcommand)]
    Emergency(commands::emergency::Emergency),
    /// Assess the risks of models
    #[command(subcommand)]
    Risk(commands::risk::Risk),
    /// Changes to what people rely on: ask for them, sign them, make them, and take them back
    #[command(subcommand)]
    Change(commands::change::Change),
    /// Draft, check, attach and write model cards and datasheets
    #[command(subcommand)]
    Card(commands::card::Card),
    /// Packs from and for other tools
    #[command(subcommand)]
    Pack(commands::pack::Pack),
    /// List what waits for you, what you asked for, and what you decided
    Inbox(commands::inbox::Inbox),
    /// Show how long approvals take, how many succeed, what is late, and what waits
    Desk(commands::desk::Desk),
    /// Say who answers for models, and see where nobody does
    #[command(subcommand)]
    Accountability(commands::accountability::Accountability),
    /// Look at models in service again, as often as their tier asks for
    #[command(subcommand)]
    PeriodicReview(commands::periodic_review::PeriodicReview),
    /// Write reports: on a version, on compliance, on risk, on what happened, on governance as a whole
    #[command(subcommand)]
    Report(commands::report::Report),
    /// Say how long records are to be kept, by the pack in force
    Retention,
    /// Search, follow, verify, prove, export and replay the log
    #[command(subcommand)]
    Audit(commands::audit::Audit),
    /// Copy an installation, while it runs
    Backup(commands::backup::Backup),
    /// Put a backup in place
    Restore(commands::restore::Restore),
    /// People, roles and tokens
    #[command(subcommand)]
    Admin(commands::admin::Admin),
}
