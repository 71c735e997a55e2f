//! How often one address may try passwords. Each address has a bucket of attempts that fills up again with time; addresses
//! that fall into one place share a bucket, so that memory is bounded whoever comes.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use assent_domain::Time;

/// Buckets.
const PLACES: usize = 8_192;

/// Paces attempts.
#[derive(Debug)]
pub(crate) struct Pace {
    burst: u32,
    interval: Duration,
    places: RandomState,
    /// When each bucket will be full, in milliseconds since 1970.
    full_at: Mutex<Vec<i64>>,
}

impl Pace {
    /// So many attempts at once, and one more after each interval.
    pub(crate) fn new(burst: u32, interval: Duration) -> Self {
        let full_at = Mutex::new(vec![i64::MIN; PLACES]);
        Self { burst: burst.max(1), interval, places: RandomState::new(), full_at }
    }

    /// Takes an attempt of this address; where there is none left, gives the time until there is.
    pub(crate) fn take(&self, address: IpAddr, now: Time) -> Result<(), Duration> {
        let (now, interval) = (now.as_millisecond(), self.interval_millis());
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bucket) = full_at.get_mut(self.place(address)) else { return Ok(()) };
        let full = (*bucket).max(now).saturating_add(interval);
        let over = full.saturating_sub(now).saturating_sub(interval.saturating_mul(i64::from(self.burst)));
        if over > 0 {
            return Err(Duration::from_millis(over.unsigned_abs()));
        }
        *bucket = full;
        Ok(())
    }

    /// Gives an attempt back: it was no wrong one.
    pub(crate) fn give_back(&self, address: IpAddr) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = full_at.get_mut(self.place(address)) {
            *bucket = bucket.saturating_sub(self.interval_millis());
        }
    }

    fn interval_millis(&self) -> i64 {
        i64::try_from(self.interval.as_millis()).unwrap_or(i64::MAX)
    }

    /// A network of version 6 is one address: whoever has one has all of its 2^64 addresses.
    fn place(&self, address: IpAddr) -> usize {
        let hash = match address.to_canonical() {
            IpAddr::V4(address) => self.places.hash_one(address),
            IpAddr::V6(address) => self.places.hash_one(address.to_bits() >> 64),
        };
        usize::try_from(hash % PLACES as u64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::from_second(second).unwrap()
    }

    #[test]
    fn a_burst_passes_and_then_one_at_each_interval() {
        let pace = Pace::new(3, Duration::from_secs(10));
        let one: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..3 {
            assert_eq!(pace.take(one, at(100)), Ok(()));
        }
        assert_eq!(pace.take(one, at(100)), Err(Duration::from_secs(10)));
        assert_eq!(pace.take(one, at(109)), Err(Duration::from_secs(1)));
        assert_eq!(pace.take(one, at(110)), Ok(()));
        assert!(pace.take(one, at(110)).is_err());
        pace.give_back(one);
        assert_eq!(pace.take(one, at(110)), Ok(()));
        assert_eq!(pace.take(one, at(50)), Err(Duration::from_secs(70)), "a clock that was set back");
    }

    #[test]
    fn a_network_of_version_6_is_one_address() {
        let pace = Pace::new(1, Duration::from_secs(10));
        assert!(pace.take("2001:db8::1".parse().unwrap(), at(0)).is_ok());
        assert!(pace.take("2001:db8::ffff".parse().unwrap(), at(0)).is_err());
        assert!(pace.take("2001:db8:1::1".parse().unwrap(), at(0)).is_ok());
        assert!(pace.take("192.0.2.1".parse().unwrap(), at(0)).is_ok());
        assert!(pace.take("::ffff:192.0.2.1".parse().unwrap(), at(0)).is_err());
    }
}
