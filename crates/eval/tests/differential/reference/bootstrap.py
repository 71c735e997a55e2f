"""Where the ends of an interval lie among the values of a figure over rows drawn again, one by one, by NumPy."""

import numpy as np


def resampled(labels, predictions, groups, weights, replicates, seed):
    """What the rows of each draw weigh, by draw, group and side (tn, fp, fn, tp)."""
    y, p, g = np.array(labels), np.array(predictions), np.array(groups)
    w = np.ones(len(y)) if weights is None else np.array(weights)
    kinds, count = 4 * g + 2 * y + p, 4 * (g.max() + 1)
    rng = np.random.default_rng(seed)
    draws = (rng.integers(0, len(y), len(y)) for _ in range(replicates))
    masses = [np.bincount(kinds[rows], weights=w[rows], minlength=count) for rows in draws]
    return np.array(masses).reshape(replicates, -1, 4)


def figures(by_group):
    tn, fp, fn, tp = np.moveaxis(by_group.sum(axis=1), -1, 0)
    tns, fps, fns, tps = np.moveaxis(by_group, -1, 0)
    spread = lambda rate: rate.max(axis=1) - rate.min(axis=1)
    selected, hits, alarms = (fps + tps) / by_group.sum(axis=2), tps / (tps + fns), fps / (fps + tns)
    return {
        "f1": 2 * tp / (2 * tp + fp + fn),
        "balancedAccuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2,
        "matthewsCorrelation": (tp * tn - fp * fn)
        / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
        "accuracy": (tp + tn) / (tp + tn + fp + fn),
        "demographicParityDifference": spread(selected),
        "demographicParityRatio": selected.min(axis=1) / selected.max(axis=1),
        "equalizedOddsDifference": np.maximum(spread(hits), spread(alarms)),
        "equalOpportunityDifference": spread(hits),
    }


def places(labels, predictions, groups, weights, replicates, seed, intervals):
    """For each interval the shares of draws below and up to its lower, below and up to its upper end."""
    with np.errstate(all="ignore"):
        found = figures(resampled(labels, predictions, groups, weights, replicates, seed))
    answer = {}
    for name, (low, high) in intervals.items():
        values = found[name][~np.isnan(found[name])]
        # A figure is computed in another order here: its last digits may differ.
        near = 1e-12
        answer[name] = [
            float(np.mean(test))
            for test in (values < low - near, values <= low + near, values < high - near, values <= high + near)
        ]
    return answer


FUNCTIONS = {"places": places}
