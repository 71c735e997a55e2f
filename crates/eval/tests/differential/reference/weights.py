"""The figures of rows with weights by scikit-learn and fairlearn; None where a figure is undefined.

Weights are brought near 1 before they are given to the reference functions, which multiply some of them with each other:
no figure depends on their unit.
"""

import importlib.util
import math
import pathlib

import numpy as np
from fairlearn import metrics as fm
from sklearn import metrics as sk

_path = pathlib.Path(__file__).with_name("class_scores.py")
_spec = importlib.util.spec_from_file_location("reference_class_scores", _path)
class_scores = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(class_scores)


def weighed(weights):
    w = np.array(weights, dtype=float)
    return w / (w.max() or 1.0)


def answer(weights, figures):
    return {"weight": math.fsum(weights), "figures": figures}


def binary(labels, predictions, scores, groups, weights):
    y, p, s, g = (np.array(values) for values in (labels, predictions, scores, groups))
    w = weighed(weights)
    mass = lambda rows: float(w[rows].sum())
    positive, negative, predicted = mass(y == 1) > 0, mass(y == 0) > 0, mass(p == 1) > 0
    weighs, rejected = mass(y == y) > 0, mass(p == 0) > 0
    of = lambda function, holds, *rest, **more: function(y, *rest, sample_weight=w, **more) if holds else None
    names = sorted(set(groups))
    several = len(names) > 1 and all(mass(g == n) > 0 for n in names)
    positives = several and all(mass((g == n) & (y == 1)) > 0 for n in names)
    negatives = several and all(mass((g == n) & (y == 0)) > 0 for n in names)
    above = (s > np.median(s)).astype(float)
    share = lambda n, rows: mass(rows & (g == n)) > 0
    hits = any(share(n, (y == 1) & (p == 1)) for n in names)
    alarms = any(share(n, (y == 0) & (p == 1)) for n in names)
    compare = lambda function, holds, on=p: of(function, holds, on, sensitive_features=g)
    return answer(
        weights,
        {
            "accuracy": of(sk.accuracy_score, weighs, p),
            "balancedAccuracy": of(sk.balanced_accuracy_score, positive and negative, p),
            "precision": of(sk.precision_score, predicted, p),
            "recall": of(sk.recall_score, positive, p),
            "f1": of(sk.f1_score, positive or predicted, p),
            "matthewsCorrelation": of(sk.matthews_corrcoef, positive and negative and predicted and rejected, p),
            "selectionRate": of(fm.selection_rate, weighs, p),
            "falsePositiveRate": of(fm.false_positive_rate, negative, p),
            "rocAuc": of(sk.roc_auc_score, positive and negative, s),
            "averagePrecision": of(sk.average_precision_score, positive, s),
            "logLoss": of(sk.log_loss, weighs, s, labels=[0, 1]),
            "brierScore": of(sk.brier_score_loss, weighs, s, pos_label=1),
            "expectedCalibrationError": calibration_error(y, s, w) if weighs else None,
            "demographicParityDifference": compare(fm.demographic_parity_difference, several),
            "demographicParityRatio": compare(fm.demographic_parity_ratio, several and predicted),
            "equalizedOddsDifference": compare(fm.equalized_odds_difference, positives and negatives),
            "equalizedOddsRatio": compare(
                fm.equalized_odds_ratio, positives and negatives and hits and alarms
            ),
            "equalOpportunityDifference": compare(fm.equal_opportunity_difference, positives),
            "scoreImpactRatio": compare(
                fm.demographic_parity_ratio, several and mass(above == 1) > 0, above
            ),
        },
    )


def calibration_error(y, s, w):
    """By the definition, over ten bins; the upper bound of a bin belongs to it."""
    bins = np.maximum(np.searchsorted(np.arange(11) / 10, s, side="left") - 1, 0)
    gap = lambda rows: abs(np.sum(w[rows] * y[rows]) - np.sum(w[rows] * s[rows]))
    return sum(gap(bins == b) for b in set(bins)) / w.sum()


def multiclass(labels, predictions, scores, weights):
    y, p, w = np.array(labels), np.array(predictions), weighed(weights)
    mass = lambda values: {c: float(w[values == c].sum()) for c in sorted(set(labels) | set(predictions))}
    labelled, predicted = mass(y), mass(p)
    weighs = w.sum() > 0
    many = lambda masses: sum(value > 0 for value in masses.values()) > 1
    figures = {
        "accuracy": sk.accuracy_score(y, p, sample_weight=w) if weighs else None,
        "balancedAccuracy": sk.balanced_accuracy_score(y, p, sample_weight=w) if weighs else None,
        "matthewsCorrelation": (
            sk.matthews_corrcoef(y, p, sample_weight=w) if many(labelled) and many(predicted) else None
        ),
    }
    either = {c: labelled[c] + predicted[c] for c in labelled}
    for average in ("macro", "micro", "weighted"):
        for name, score, whole in (
            ("F1", sk.f1_score, either),
            ("Precision", sk.precision_score, predicted),
            ("Recall", sk.recall_score, labelled),
        ):
            needed = whole if average == "macro" else {c: whole[c] for c in whole if labelled[c] > 0}
            holds = weighs and (average == "micro" or all(value > 0 for value in needed.values()))
            value = score(y, p, average=average, sample_weight=w, zero_division=0) if holds else None
            figures[average + name] = value
    of_scores = class_scores.class_scores(labels, predictions, scores, [0.0, 1.0, 2.0, 3.0], w.tolist())
    return answer(weights, figures | of_scores["figures"])


def regression(labels, predictions, weights):
    y, p, w = np.array(labels, dtype=float), np.array(predictions, dtype=float), weighed(weights)
    weighs, varied = w.sum() > 0, len(set(y[w > 0].tolist())) > 1
    of = lambda function, holds=weighs: function(y, p, sample_weight=w) if holds else None
    figures = {
        "meanAbsoluteError": of(sk.mean_absolute_error),
        "meanSquaredError": of(sk.mean_squared_error),
        "rootMeanSquaredError": of(sk.root_mean_squared_error),
        "meanError": math.fsum((p - y) * w) / math.fsum(w) if weighs else None,
        "rSquared": of(sk.r2_score, varied),
        "explainedVariance": of(sk.explained_variance_score, varied),
    }
    return answer(weights, figures)


FUNCTIONS = {"binary": binary, "multiclass": multiclass, "regression": regression}
