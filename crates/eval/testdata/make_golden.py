"""Writes golden.csv and golden.json: the figures of scikit-learn and fairlearn that the engine's tests compare with."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from fairlearn import metrics as fm
from sklearn import metrics as sk

HERE = Path(__file__).resolve().parent
COMPAS = HERE.parents[2] / "examples" / "compas" / "data" / "compas_two_years.csv"


def generate():
    generator = np.random.default_rng(20160523)
    n = 600
    region = generator.choice(["north", "south", "islands"], n, p=[0.55, 0.42, 0.03])
    sex = generator.choice(["f", "m"], n)
    label = (generator.random(n) < np.where(region == "north", 0.35, 0.5)).astype(int)
    # Two decimals only, so that the ranking has many ties.
    score = np.round(np.clip(0.3 * label + 0.1 * (sex == "m") + 0.6 * generator.random(n), 0, 1), 2)
    table = pd.DataFrame({"y": label, "yhat": (score >= 0.5).astype(int), "score": score, "region": region, "sex": sex})
    table.to_csv(HERE / "golden.csv", index=False, lineterminator="\n")
    return table


def performance(y, p, score=None):
    found = {
        "accuracy": sk.accuracy_score(y, p),
        "balancedAccuracy": sk.balanced_accuracy_score(y, p),
        "precision": sk.precision_score(y, p),
        "recall": sk.recall_score(y, p),
        "f1": sk.f1_score(y, p),
        "selectionRate": fm.selection_rate(y, p),
        "truePositiveRate": fm.true_positive_rate(y, p),
        "falsePositiveRate": fm.false_positive_rate(y, p),
        "falseNegativeRate": fm.false_negative_rate(y, p),
        "positivePredictiveValue": sk.precision_score(y, p),
    }
    if score is not None:
        found["rocAuc"] = sk.roc_auc_score(y, score)
    return found


def bias(y, p, attribute, groups):
    comparisons = {
        "demographicParityDifference": fm.demographic_parity_difference,
        "demographicParityRatio": fm.demographic_parity_ratio,
        "disparateImpact": fm.demographic_parity_ratio,
        "equalizedOddsDifference": fm.equalized_odds_difference,
        "equalizedOddsRatio": fm.equalized_odds_ratio,
        "equalOpportunityDifference": fm.equal_opportunity_difference,
    }
    return {f"{attribute}.{name}": f(y, p, sensitive_features=groups) for name, f in comparisons.items()}


def plain(found):
    return {name: float(value) for name, value in found.items()}


def main():
    table = generate()
    golden = performance(table.y, table.yhat, table.score)
    for attribute in ("region", "sex"):
        golden |= bias(table.y, table.yhat, attribute, table[attribute])

    rows = pd.read_csv(COMPAS, keep_default_na=False)
    y, p = rows.two_year_recid, rows.score_text.isin(["Medium", "High"]).astype(int)
    compas = performance(y, p, rows.decile_score)
    for attribute in ("race", "sex", "age_cat"):
        compas |= bias(y, p, attribute, rows[attribute])

    credit = pd.read_csv(HERE / "german_credit.csv")
    good = (credit.credit == 1).astype(int)
    german = bias(good, good, "sex", credit.sex)

    found = {"golden": plain(golden), "compas": plain(compas), "germanCredit": plain(german)}
    (HERE / "golden.json").write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
