"""What is measured of the peers: reads the columns, computes the figures, and prints what each took."""

import json
import resource
import sys
import time
import warnings

import pandas

PROTECTED = ["sex", "origin", "age"]


def processors():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def scikit_learn(data):
    from sklearn import metrics

    label, prediction, score = (data[name].to_numpy() for name in ("label", "prediction", "score"))
    yield
    metrics.confusion_matrix(label, prediction)
    area = metrics.roc_auc_score(label, score)
    yield "confusion matrix and ROC AUC", {"rocAuc": area}
    yield "all figures", {
        "rocAuc": area,
        "accuracy": metrics.accuracy_score(label, prediction),
        "balancedAccuracy": metrics.balanced_accuracy_score(label, prediction),
        "precision": metrics.precision_score(label, prediction),
        "recall": metrics.recall_score(label, prediction),
        "f1": metrics.f1_score(label, prediction),
        "matthewsCorrelation": metrics.matthews_corrcoef(label, prediction),
        "averagePrecision": metrics.average_precision_score(label, score),
        "logLoss": metrics.log_loss(label, score),
        "brierScore": metrics.brier_score_loss(label, score),
    }


def fairlearn(data):
    from fairlearn import metrics

    label, prediction = data["label"], data["prediction"]
    rates = {
        "selection": metrics.selection_rate,
        "hits": metrics.true_positive_rate,
        "alarms": metrics.false_positive_rate,
        "misses": metrics.false_negative_rate,
    }
    yield
    found = {}
    for name in PROTECTED:
        columns = {"y_true": label, "y_pred": prediction, "sensitive_features": data[name]}
        metrics.MetricFrame(metrics=rates, **columns).by_group
        found[f"{name}.demographicParityDifference"] = metrics.demographic_parity_difference(**columns)
        found[f"{name}.equalizedOddsDifference"] = metrics.equalized_odds_difference(**columns)
    yield "all figures", found


def main():
    peer, path = sys.argv[1:]
    columns = ["label", "prediction", *(["score"] if peer == "scikit_learn" else PROTECTED)]
    job = {"scikit_learn": scikit_learn, "fairlearn": fairlearn}[peer]
    warnings.simplefilter("ignore")
    begun, cpu = time.perf_counter(), processors()
    data = pandas.read_parquet(path, columns=columns)
    parts = [["reading", time.perf_counter() - begun, processors() - cpu]]
    steps = job(data)
    next(steps)
    begun, cpu = time.perf_counter(), processors()
    for name, figures in steps:
        parts.append([name, time.perf_counter() - begun, processors() - cpu])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    figures = {name: float(value) for name, value in figures.items()}
    print(json.dumps({"parts": parts, "peak": peak, "figures": figures}))


main()
