"""Drift of two samples by SciPy, and by NumPy where SciPy has no function of the name."""

import numpy as np
from scipy import stats
from scipy.spatial import distance


def ks_2samp(reference, current, method):
    found = stats.ks_2samp(reference, current, method=method)
    return [found.statistic, found.pvalue]


def kstwo_sf(points):
    return [stats.kstwo.sf(x, n) for n, x in points]


def chi2_sf(points):
    return [stats.chi2.sf(x, df) for df, x in points]


def quantiles(values, shares):
    return np.quantile(values, shares)


def wasserstein(reference, current):
    return stats.wasserstein_distance(reference, current)


def jensen_shannon(reference, current, base):
    return distance.jensenshannon(reference, current, base=base)


def chi_squared(reference, current):
    table = np.array([reference, current])
    table = table[:, table.sum(axis=0) > 0]
    found = stats.chi2_contingency(table, correction=False)
    return [found.statistic, found.pvalue, found.dof, found.expected_freq.min()]


def false_discovery(p_values):
    return stats.false_discovery_control(p_values, method="bh")


def shares(reference, current):
    """Of counts by bin or category."""
    return np.array(reference) / np.sum(reference), np.array(current) / np.sum(current)


def stability(reference, current, floor):
    r, c = (np.maximum(held, floor) for held in shares(reference, current))
    return np.sum((c - r) * np.log(c / r))


def bins(reference, current, count):
    """Counts by the quantiles of the reference, of samples without ties, by NumPy's own histogram."""
    edges = np.quantile(reference, np.arange(1, count) / count)
    edges = np.concatenate([[-np.inf], np.nextafter(edges, np.inf), [np.inf]])
    return [np.histogram(held, edges)[0] for held in (reference, current)]


FUNCTIONS = {
    "bins": bins,
    "chi2_sf": chi2_sf,
    "chi_squared": chi_squared,
    "false_discovery": false_discovery,
    "jensen_shannon": jensen_shannon,
    "ks_2samp": ks_2samp,
    "kstwo_sf": kstwo_sf,
    "quantiles": quantiles,
    "stability": stability,
    "wasserstein": wasserstein,
}
