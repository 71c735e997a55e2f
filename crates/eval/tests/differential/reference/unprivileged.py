"""Fairness of an unprivileged and a privileged group by AIF360; NaN where a figure is undefined."""

import contextlib
import io
import logging

logging.disable(logging.WARNING)

import numpy as np
import pandas as pd

with contextlib.redirect_stdout(io.StringIO()):
    from aif360.datasets import BinaryLabelDataset
    from aif360.metrics import BinaryLabelDatasetMetric, ClassificationMetric

NAMES = (
    "statistical_parity_difference",
    "disparate_impact",
    "equal_opportunity_difference",
    "average_odds_difference",
    "average_abs_odds_difference",
    "theil_index",
)


def dataset(columns, weights):
    frame = pd.DataFrame(columns, dtype=float)
    if weights is not None:
        frame["weight"] = weights
    return BinaryLabelDataset(
        df=frame,
        label_names=["label"],
        protected_attribute_names=["group"],
        instance_weights_name=None if weights is None else "weight",
    )


def fairness(labels, predictions, groups, weights):
    truth = dataset({"label": labels, "group": groups}, weights)
    said = truth.copy()
    said.labels = np.array(predictions, dtype=float).reshape(-1, 1)
    metric = ClassificationMetric(truth, said, [{"group": 1}], [{"group": 0}])
    with np.errstate(all="ignore"):
        answer = {name: float(getattr(metric, name)()) for name in NAMES}
    # All rows are false negatives: AIF360 divides by 0.
    answer["without_direction"] = abs(answer["statistical_parity_difference"])
    return answer


def consistency(features, predictions, neighbours):
    """AIF360 compares each row with its neighbours among all rows, itself included."""
    columns = {f"x{place}": values for place, values in enumerate(zip(*features))}
    said = dataset(columns | {"label": predictions, "group": [0] * len(predictions)}, None)
    # The protected attribute, the same in all rows, moves no neighbour.
    return float(BinaryLabelDatasetMetric(said).consistency(n_neighbors=neighbours)[0])


def consistency_with_ties(features, predictions, neighbours):
    """Rows at the distance of the last neighbour share the places that are left."""
    x, y = np.array(features, dtype=float), np.array(predictions, dtype=float)
    total = 0.0
    for row in range(len(y)):
        far = ((x - x[row]) ** 2).sum(axis=1)
        last = np.sort(far)[neighbours - 1]
        near, tied = far < last, far == last
        mean = (y[near].sum() + (neighbours - near.sum()) * y[tied].mean()) / neighbours
        total += abs(y[row] - mean)
    return 1 - total / len(y)


FUNCTIONS = {
    "fairness": fairness,
    "consistency": consistency,
    "consistency_with_ties": consistency_with_ties,
}
