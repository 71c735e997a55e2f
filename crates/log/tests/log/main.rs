//! Tests of the log through its public interface.

#[cfg(test)]
mod canonical;
#[cfg(test)]
mod entry;
#[cfg(test)]
mod format;
#[cfg(test)]
mod note;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod program;
#[cfg(test)]
mod proof;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tile;
#[cfg(test)]
mod tree;
#[cfg(test)]
mod verify;
