//! Where a version is to go, as options of a command.

use clap::Args;

/// A stage, and what else can be said of it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Target {
    /// The stage, for example STAGING or PRODUCTION
    #[arg(long = "to", visible_alias = "stage", value_name = "STAGE")]
    pub(crate) stage: Option<String>,
    /// The environment
    #[arg(long, value_name = "NAME", requires = "stage")]
    pub(crate) environment: Option<String>,
    /// How it is rolled out: `ROLLING`, `BLUE_GREEN`, `CANARY` or `SHADOW`
    #[arg(long, value_name = "STRATEGY", requires = "stage")]
    pub(crate) strategy: Option<String>,
    /// In how many copies it is to run
    #[arg(long, value_name = "COUNT", requires = "stage")]
    pub(crate) replicas: Option<u32>,
}

impl Target {
    /// As parameters of a query.
    pub(crate) fn query(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("stage", self.stage.clone()),
            ("environment", self.environment.clone()),
            ("strategy", self.strategy.clone()),
            ("replicas", self.replicas.map(|replicas| replicas.to_string())),
        ]
    }
}
