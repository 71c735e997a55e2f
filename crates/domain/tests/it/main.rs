//! The decisions, by table and by story; one folder or file a part of the domain.
#![cfg(test)]

mod authority;
mod cards;
mod changes;
mod exceptions;
mod lineage;
mod oversight;
mod packs;
mod risk;
mod rules;
mod signoff;
