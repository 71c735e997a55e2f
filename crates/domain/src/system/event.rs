//! What happens to systems.

use serde::{Deserialize, Serialize};

use crate::Sealed;
use crate::ids::{PrincipalId, VersionId};

macro_rules! words {
    ($($(#[$doc:meta])* $type:ident { $($(#[$of:meta])* $name:ident $wire:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $type {$(
            $(#[$of])*
            $name,
        )*}

        impl $type {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// As on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $wire),* }
            }
        }
    )*};
}

words! {
    /// In which role the organisation answers for a system (Regulation (EU) 2024/1689, Article 3).
    Role {
        /// It has the system developed, and brings it into use under its own name.
        Provider "PROVIDER",
        /// It uses the system.
        Deployer "DEPLOYER",
        /// Both.
        ProviderAndDeployer "PROVIDER_AND_DEPLOYER",
    }

    /// Whether the law lists the use as one of high risk, and in which area (Regulation (EU) 2024/1689, Annex III).
    Category {
        /// 1: remote identification, categorisation by sensitive attributes, recognition of emotions.
        Biometrics "BIOMETRICS",
        /// 2: safety components of digital infrastructure, road traffic, water, gas, heating and electricity.
        CriticalInfrastructure "CRITICAL_INFRASTRUCTURE",
        /// 3: admission, assessment and supervision in education and vocational training.
        Education "EDUCATION",
        /// 4: recruitment, and decisions on work relationships.
        Employment "EMPLOYMENT",
        /// 5: public benefits, creditworthiness, life and health insurance, emergency calls.
        EssentialServices "ESSENTIAL_SERVICES",
        /// 6: law enforcement.
        LawEnforcement "LAW_ENFORCEMENT",
        /// 7: migration, asylum and border control.
        Migration "MIGRATION",
        /// 8: administration of justice, elections.
        JusticeAndDemocracy "JUSTICE_AND_DEMOCRACY",
        /// Somebody looked, and it is none of these.
        NotListed "NOT_LISTED",
    }
}

/// What a system is: registered, and described anew as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// Its unique name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// In which role the organisation answers for it.
    pub role: Role,
    /// Whether the law lists the use; absent where nobody has looked yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Who answers for it.
    pub owner: PrincipalId,
    /// What it must not be used for, and how else its use is limited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restrictions: Vec<String>,
    /// What it is worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_justification: Option<String>,
    /// By what it is told whether it does what it is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub success_criteria: Vec<String>,
    /// The versions that it uses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<VersionId>,
}

/// A system was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemRegistered {
    /// What it is.
    pub description: Description,
}

/// A system was described anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemRevised {
    /// What it is now.
    pub description: Description,
}

/// A system was taken out of use for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemRetired {
    /// Why.
    pub reason: Sealed,
}
