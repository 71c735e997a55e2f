//! P-values of many tests at once.

use assent_sabotage::{Fault, planted};

use crate::numeric::length;

/// The p-values adjusted so that bounding them bounds the share of false discoveries (Benjamini and Hochberg 1995), in the
/// order given; SciPy `false_discovery_control(…, method="bh")`. The `k`-th smallest of `m` becomes the smallest of
/// `p × m / k` from it on.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut ranked: Vec<(usize, f64)> = p_values.iter().copied().enumerate().collect();
    ranked.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let count = length(p_values.len());
    let mut least = 1.0_f64;
    for (rank, (_, p_value)) in ranked.iter_mut().enumerate().rev() {
        let own = *p_value * count / length(rank + 1);
        least = if planted(Fault::FalseDiscovery) { own } else { least.min(own) };
        *p_value = least;
    }
    ranked.sort_unstable_by_key(|(place, _)| *place);
    ranked.into_iter().map(|(_, adjusted)| adjusted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjusted_p_values_keep_the_order_of_the_p_values() {
        // 3 x 0.04 / 2 is more than 3 x 0.041 / 3.
        assert_eq!(benjamini_hochberg(&[0.04, 0.01, 0.041]), [0.041, 0.03, 0.041]);
    }
}
