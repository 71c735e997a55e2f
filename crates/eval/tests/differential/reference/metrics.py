"""The figures of the evaluation engine by scikit-learn, fairlearn and SciPy; None where a figure is undefined."""

import math

import numpy as np
from fairlearn import metrics as fm
from scipy import stats
from sklearn import metrics as sk


def binary(labels, predictions, scores):
    y, p, s = np.array(labels), np.array(predictions), np.array(scores, dtype=float)
    both, positive, predicted = len(set(labels)) == 2, bool(y.any()), bool(p.any())
    probabilities = bool(np.all((s >= 0) & (s <= 1)))
    return {
        "accuracy": sk.accuracy_score(y, p),
        "balancedAccuracy": sk.balanced_accuracy_score(y, p) if both else None,
        "precision": sk.precision_score(y, p) if predicted else None,
        "recall": sk.recall_score(y, p) if positive else None,
        "f1": sk.f1_score(y, p) if positive or predicted else None,
        "matthewsCorrelation": sk.matthews_corrcoef(y, p) if both and len(set(predictions)) == 2 else None,
        "selectionRate": fm.selection_rate(y, p),
        "falsePositiveRate": fm.false_positive_rate(y, p) if not y.all() else None,
        "rocAuc": sk.roc_auc_score(y, s) if both else None,
        "averagePrecision": sk.average_precision_score(y, s) if positive else None,
        "logLoss": sk.log_loss(y, s, labels=[0, 1]) if probabilities else None,
        "brierScore": sk.brier_score_loss(y, s, pos_label=1) if probabilities else None,
        "expectedCalibrationError": calibration_error(y, s) if probabilities else None,
    }


def calibration_error(y, s):
    """By the definition, over ten bins; the upper bound of a bin belongs to it."""
    edges = np.arange(11) / 10
    bins = np.maximum(np.searchsorted(edges, s, side="left") - 1, 0)
    return sum(np.sum(bins == b) * abs(y[bins == b].mean() - s[bins == b].mean()) for b in set(bins)) / len(y)


def intervals(labels, predictions, scores):
    y, p, s = np.array(labels), np.array(predictions), np.array(scores, dtype=float)
    right = stats.binomtest(int(np.sum(y == p)), len(y)).proportion_ci(method="wilson")
    return {"accuracy": [right.low, right.high], "rocAuc": delong(y, s)}


def delong(y, s):
    """The interval by DeLong's placements, each pair compared."""
    up, down = s[y == 1], s[y == 0]
    wins = (up[:, None] > down[None, :]) + 0.5 * (up[:, None] == down[None, :])
    area = wins.mean()
    variance = np.var(wins.mean(axis=1), ddof=1) / len(up) + np.var(wins.mean(axis=0), ddof=1) / len(down)
    half = stats.norm.ppf(0.975) * math.sqrt(variance)
    return [max(area - half, 0), min(area + half, 1)]


def bias(labels, predictions, scores, groups):
    y, p, s, g = np.array(labels), np.array(predictions), np.array(scores, dtype=float), np.array(groups)
    names = sorted(set(groups))
    several = len(names) > 1
    positives = all(y[g == name].any() for name in names)
    negatives = all(not y[g == name].all() for name in names)
    odds = several and positives and negatives
    rates = [fm.true_positive_rate(y[g == n], p[g == n]) for n in names] if positives else []
    alarms = [fm.false_positive_rate(y[g == n], p[g == n]) for n in names] if negatives else []
    above = (s > np.median(s)).astype(int)
    probabilities = bool(np.all((s >= 0) & (s <= 1)))
    errors = [calibration_error(y[g == n], s[g == n]) for n in names] if probabilities else []
    compare = lambda metric, holds, of=p: metric(y, of, sensitive_features=g) if holds else None
    return {
        "demographicParityDifference": compare(fm.demographic_parity_difference, several),
        "demographicParityRatio": compare(fm.demographic_parity_ratio, several and bool(p.any())),
        "disparateImpact": compare(fm.demographic_parity_ratio, several and bool(p.any())),
        "equalizedOddsDifference": compare(fm.equalized_odds_difference, odds),
        "equalizedOddsRatio": compare(fm.equalized_odds_ratio, odds and max(rates) > 0 and max(alarms) > 0),
        "equalOpportunityDifference": compare(fm.equal_opportunity_difference, several and positives),
        "expectedCalibrationErrorDifference": max(errors) - min(errors) if several and probabilities else None,
        "averageOddsDifference": spread_of_pairs(rates, alarms) if odds else None,
        "scoreImpactRatio": compare(fm.demographic_parity_ratio, several and bool(above.any()), above),
    }


def spread_of_pairs(rates, alarms):
    groups = list(zip(rates, alarms))
    return max((abs(a[0] - b[0]) + abs(a[1] - b[1])) / 2 for a in groups for b in groups)


def multiclass(labels, predictions):
    y, p = np.array(labels), np.array(predictions)
    classes = sorted(set(labels) | set(predictions))
    found = set(labels), set(predictions)
    varied = len(found[0]) > 1 and len(found[1]) > 1
    figures = {
        "accuracy": sk.accuracy_score(y, p),
        "balancedAccuracy": sk.balanced_accuracy_score(y, p),
        "matthewsCorrelation": sk.matthews_corrcoef(y, p) if varied else None,
    }
    scores = {"F1": sk.f1_score, "Precision": sk.precision_score, "Recall": sk.recall_score}
    undefined = {
        ("macro", "Precision"): found[1] != set(classes),
        ("macro", "Recall"): found[0] != set(classes),
        ("weighted", "Precision"): not found[0] <= found[1],
    }
    for average in ("macro", "micro", "weighted"):
        for name, score in scores.items():
            value = None if undefined.get((average, name)) else score(y, p, average=average, zero_division=0)
            figures[average + name] = value
    return figures


def regression(labels, predictions):
    y, p = np.array(labels, dtype=float), np.array(predictions, dtype=float)
    varied = len(set(labels)) > 1
    return {
        "meanAbsoluteError": sk.mean_absolute_error(y, p),
        "meanSquaredError": sk.mean_squared_error(y, p),
        "rootMeanSquaredError": sk.root_mean_squared_error(y, p),
        "largestError": sk.max_error(y, p),
        "meanError": math.fsum(p - y) / len(y),
        "rSquared": sk.r2_score(y, p) if varied else None,
        "explainedVariance": sk.explained_variance_score(y, p) if varied else None,
    }


FUNCTIONS = {
    "binary": binary,
    "bias": bias,
    "intervals": intervals,
    "multiclass": multiclass,
    "regression": regression,
}
