//! Seeded data of the kinds that go wrong: the same in every run.

/// The generator `SplitMix64` (Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    /// The generator of that seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.bits() % bound as u64) as usize
    }

    /// A number from 0, included, to 1, excluded.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number of the normal distribution (Box and Muller, 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// So many of what `next` makes.
    pub(crate) fn many<T>(&mut self, count: usize, mut next: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..count).map(|_| next(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_of_their_distributions() {
        let mut rng = Rng::new(0);
        // The first outputs of the published generator for the seed 0.
        assert_eq!([rng.bits(), rng.bits()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let units = rng.many(20_000, Rng::unit);
        assert!(units.iter().all(|unit| (0.0..1.0).contains(unit)) && (mean(&units) - 0.5).abs() < 0.01);
        let normals = rng.many(20_000, Rng::normal);
        let squares: Vec<f64> = normals.iter().map(|normal| normal * normal).collect();
        assert!(mean(&normals).abs() < 0.03 && (mean(&squares) - 1.0).abs() < 0.05);
        let mut seen = [0; 3];
        rng.many(300, |rng| rng.below(3)).into_iter().for_each(|drawn| seen[drawn] += 1);
        assert!(seen.iter().all(|times| *times > 70), "{seen:?}");
    }
}
