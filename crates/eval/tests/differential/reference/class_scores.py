"""The figures of the scores of several classes by scikit-learn; None where a figure is undefined."""

import numpy as np
from sklearn import metrics as sk


def class_scores(labels, predictions, scores, classes, weights=None):
    y, s = np.array(labels), np.array(scores, dtype=float)
    w = None if weights is None else np.array(weights, dtype=float)
    heavy = y if w is None else y[w > 0]
    labelled = sorted(set(heavy.tolist()))
    present = sorted(set(labels) | set(predictions))
    several, all_labelled = len(labelled) > 1, present == labelled
    areas = dict.fromkeys(present)
    if several:
        every = sk.roc_auc_score(y, s, multi_class="ovr", average=None, labels=classes, sample_weight=w)
        areas.update({name: every[classes.index(name)] for name in labelled})
    area = lambda way, average, weight=None: sk.roc_auc_score(
        y, s, multi_class=way, average=average, labels=classes, sample_weight=weight
    )
    figures = {
        "logLoss": sk.log_loss(y, s, labels=classes, sample_weight=w) if labelled else None,
        "brierScore": sk.brier_score_loss(y, s, labels=classes, sample_weight=w) if labelled else None,
        "macroRocAucOneVsRest": np.mean(list(areas.values())) if several and all_labelled else None,
        "weightedRocAucOneVsRest": area("ovr", "weighted", w) if several else None,
    }
    if w is None:
        figures["macroRocAucOneVsOne"] = area("ovo", "macro") if several and all_labelled else None
        figures["weightedRocAucOneVsOne"] = area("ovo", "weighted") if several and all_labelled else None
        if several and present == classes and all_labelled:
            assert figures["macroRocAucOneVsRest"] == area("ovr", "macro")
    return {"figures": figures, "areas": areas}


FUNCTIONS = {"class_scores": class_scores}
