//! Time, randomness and ids come from outside: the binary wires the real ones, tests wire their own.

use std::sync::Arc;

use assent_domain::Time;
use uuid::Uuid;

/// A clock.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Time;
}

/// A source of random bytes fit for keys and tokens.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// Clock and randomness.
#[derive(Clone)]
pub struct Wiring {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl std::fmt::Debug for Wiring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wiring")
    }
}

impl Wiring {
    /// The time now, cut to the millisecond that the log keeps.
    pub fn now(&self) -> Time {
        milliseconds(self.clock.now())
    }

    /// Random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A fresh `UUIDv7`: ids sort by the time of their making.
    pub fn id(&self) -> Uuid {
        let millis = u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.random()).into_uuid()
    }
}

/// The time, cut to whole milliseconds.
pub fn milliseconds(time: Time) -> Time {
    Time::from_millisecond(time.as_millisecond()).unwrap_or(time)
}
