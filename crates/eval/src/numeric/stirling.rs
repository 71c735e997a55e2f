//! What Stirling's formula leaves out.

/// Up to here the factorial is exact in a double, and the series not yet precise.
const SMALL: f64 = 15.0;
/// Half of the logarithm of 2π.
pub(super) const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;

/// `ln k! − ((k + ½) ln k − k + ½ ln 2π)` of a whole number from 1 on (Stirling's series, DLMF 5.11.1). Chances of large
/// numbers are products of factorials; written with this remainder they keep their digits.
pub(super) fn stirling_error(k: f64) -> f64 {
    if k <= SMALL {
        let mut factorial = 1.0;
        let mut factor = 2.0;
        while factor <= k {
            factorial *= factor;
            factor += 1.0;
        }
        return factorial.ln() - ((k + 0.5) * k.ln() - k + HALF_LN_TAU);
    }
    let square = k * k;
    (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * square)) / square) / square)
            / square)
        / k
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_meets_the_factorials() {
        let mut factorial = 1.0_f64;
        for k in 1_u32..=18 {
            let k = f64::from(k);
            factorial *= k;
            let exact = factorial.ln() - ((k + 0.5) * k.ln() - k + HALF_LN_TAU);
            assert!((stirling_error(k) - exact).abs() < 2e-14, "{k}");
        }
    }
}
