//! The real clock and the real randomness: the one place where they come into being.

use std::sync::Arc;

use assent_app::{Clock, Entropy, Wiring};
use rand::TryRng as _;
use rand::rngs::SysRng;

/// The clock and the randomness of this machine.
pub fn system_wiring() -> Wiring {
    Wiring { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that is passed in everywhere else")]
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = SysRng.try_fill_bytes(buffer) {
            // A key made without randomness would be worse than no process.
            tracing::error!(%error, "the system gives no random bytes");
            std::process::abort();
        }
    }
}
