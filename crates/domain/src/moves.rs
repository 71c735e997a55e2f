//! What can be done from where something stands, said in one way for everything that has states.

use crate::{Code, Refusal};

/// Refuses a move that is not among those that are possible, and says which are.
///
/// `what` comes with its article; `done` says a move in words, after "it can be".
pub(crate) fn allow<M: Copy + PartialEq>(
    (what, state): (&str, &str),
    possible: &[M],
    wanted: M,
    done: fn(M) -> &'static str,
) -> Result<(), Refusal> {
    if possible.contains(&wanted) {
        return Ok(());
    }
    let possible: Vec<&str> = possible.iter().copied().map(done).collect();
    let possible = if possible.is_empty() {
        "nothing is left to do".to_owned()
    } else {
        format!("it can be {}", possible.join(" or "))
    };
    let message = format!("{what} that is {state} cannot be {}; {possible}", done(wanted));
    Err(Refusal::new(Code::WrongState, message))
}
