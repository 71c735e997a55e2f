"""Trains the three versions of the COMPAS example and writes everything that is committed beside this file.

v1 is the vendor's score, v2 a plain logistic regression, v3 a mixture of logistic regressions whose error rates were
held together across race while it was trained. Nothing here draws from an unseeded source: two runs with the pinned
packages write the same predictions.

    python train.py           write labels.csv and the three version folders
    python train.py --tune    print the cross-validation on the training rows from which v3's settings were chosen
"""

import argparse
import hashlib
import json
import subprocess
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import sklearn
import fairlearn
from fairlearn.metrics import equalized_odds_difference
from fairlearn.reductions import EqualizedOdds, ExponentiatedGradient
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold

HERE = Path(__file__).resolve().parent
LABEL = "two_year_recid"
# Race and sex are never inputs. Age is one, as in the vendor's score; the model card says what that means.
INPUTS = {
    "age": ("age", lambda rows: rows["age"].astype(float)),
    "juvenileFelonies": ("ln(1 + juv_fel_count)", lambda rows: np.log1p(rows["juv_fel_count"])),
    "juvenileMisdemeanours": ("ln(1 + juv_misd_count)", lambda rows: np.log1p(rows["juv_misd_count"])),
    "juvenileOthers": ("ln(1 + juv_other_count)", lambda rows: np.log1p(rows["juv_other_count"])),
    "priors": ("ln(1 + priors_count)", lambda rows: np.log1p(rows["priors_count"])),
    "felony": ("1 if c_charge_degree is F, else 0", lambda rows: (rows["c_charge_degree"] == "F").astype(float)),
}
FEATURES = list(INPUTS)
PROTECTED = ["race", "sex", "age_cat"]
MIN_GROUP_SIZE = 500
DRAW_SEED = "assent-compas-v3"
# How far the rates of a group may lie from those of all rows in training (the library's difference_bound).
BOUND = 0.05
# Candidates for v3, and the rule that chooses: by cross-validation on the training rows, the most accurate candidate whose
# expected equalized-odds difference is at most TARGET, the bound that the version is judged by (pack/thresholds.yaml). The
# target set first, 0.08, was met by neither. `eps` is the library's: how closely the search has to meet BOUND.
CANDIDATES = [0.01, 0.05]
TARGET = 0.1
CHOSEN = 0.05
SPLITS = range(2016, 2021)


def sha256_int(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def uniform(row_id):
    """A number in [0, 1) that depends on the id alone, so the same person always gets the same answer."""
    digest = hashlib.sha256(f"{DRAW_SEED}:{row_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def load():
    rows = pd.read_csv(HERE / "data" / "compas_two_years.csv", keep_default_na=False)
    held_out = rows["id"].map(lambda i: sha256_int(str(i)) % 100 >= 60)
    return rows[~held_out].copy(), rows[held_out].copy()


def unscaled(rows):
    return np.column_stack([value(rows) for _, value in INPUTS.values()])


def fit_scaling(rows):
    """The centre (mean) and scale (standard deviation, divided by n) of each input on the rows given."""
    x = unscaled(rows)
    return x.mean(axis=0), x.std(axis=0)


def inputs(rows, scaling):
    centres, scales = scaling
    return (unscaled(rows) - centres) / scales


def logistic():
    return LogisticRegression(max_iter=1000)


def fit_plain(rows, scaling):
    return logistic().fit(inputs(rows, scaling), rows[LABEL])


def of_large_races(rows):
    """Rows of the races whose rates can be estimated; the constraint can be imposed on no others."""
    return rows[rows.groupby("race")["id"].transform("size") >= MIN_GROUP_SIZE]


def fit_constrained(rows, scaling, eps):
    """The reduction of Agarwal et al. 2018; returns the members of the mixture that have weight."""
    search = ExponentiatedGradient(logistic(), EqualizedOdds(difference_bound=BOUND), eps=eps)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(inputs(rows, scaling), rows[LABEL], sensitive_features=rows["race"])
    members = [(float(w), search.predictors_[i]) for i, w in search.weights_.items() if w > 1e-9]
    total = sum(w for w, _ in members)
    return [(w / total, m) for w, m in members]


def mixture_probability(members, rows, scaling):
    x = inputs(rows, scaling)
    return sum(w * np.asarray(m.predict(x), float) for w, m in members)


def draw(probability, rows):
    """The mixture is randomised; the draw is a hash of the row id, not a random generator."""
    return (np.array([uniform(i) for i in rows["id"]]) < probability).astype(int)


def measured(rows, prediction):
    large = rows.groupby("race")["id"].transform("size") >= MIN_GROUP_SIZE
    odds = equalized_odds_difference(
        rows[LABEL][large], prediction[large.to_numpy()], sensitive_features=rows["race"][large]
    )
    return accuracy_score(rows[LABEL], prediction), odds


def cross_validated(train, eps, seed):
    """Scaling and mixture are fitted on four fifths of the rows, the fifth part is scored; all races are scored, as in use."""
    large = train["id"].isin(of_large_races(train)["id"])
    strata = train[LABEL].astype(str) + train["race"].where(large, "any other")
    probability = np.zeros(len(train))
    for fit, check in StratifiedKFold(n_splits=5, shuffle=True, random_state=seed).split(train, strata):
        scaling = fit_scaling(train.iloc[fit])
        members = fit_constrained(train.iloc[fit][large.iloc[fit]], scaling, eps)
        probability[check] = mixture_probability(members, train.iloc[check], scaling)
    found = spread(train, probability, draws=30)
    return found["accuracyMean"], found["oddsMean"]


def tune(train):
    best = None
    print("eps,accuracy,equalizedOddsDifference,differenceBySplit")
    for eps in CANDIDATES:
        found = np.array([cross_validated(train, eps, seed) for seed in SPLITS])
        accuracy, odds = found.mean(axis=0)
        print(f"{eps},{accuracy:.4f},{odds:.4f},{' '.join(f'{o:.4f}' for o in found[:, 1])}", flush=True)
        if odds <= TARGET and (best is None or accuracy > best[0]):
            best = (accuracy, eps)
    print("chosen", best and best[1])


def write_json(path, value):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def scan(path):
    """modelscan's own JSON, with the absolute folder and the clock taken out so that the file is reproducible."""
    run = subprocess.run(
        ["modelscan", "-p", path.name, "-r", "json", "-o", "scan.json", "--show-skipped"],
        cwd=path.parent, capture_output=True, text=True, check=False,
    )
    target = path.parent / "scan.json"
    if not target.exists():
        raise SystemExit(f"modelscan wrote no report: {run.stdout}{run.stderr}")
    report = json.loads(target.read_text())
    report["summary"]["absolute_path"] = "."
    report["summary"].pop("timestamp", None)
    write_json(target, report)
    if report["summary"]["total_issues"] or report["errors"] or not report["summary"]["scanned"]["total_scanned"]:
        raise SystemExit(f"modelscan did not pass {path}")


def predictions(folder, rows, prediction, score):
    (HERE / folder).mkdir(exist_ok=True)
    table = pd.DataFrame({"id": rows["id"], "prediction": prediction, "score": score})
    table.to_csv(HERE / folder / "predictions.csv", index=False, lineterminator="\n")


def versions():
    return {"scikitLearn": sklearn.__version__, "fairlearn": fairlearn.__version__}


def check_json(model, rows, expected):
    """The portable file alone must give the committed predictions."""
    scaling = [np.array([model["inputs"][f][part] for f in FEATURES]) for part in ("centre", "scale")]
    x = inputs(rows, scaling)
    probability = np.zeros(len(rows))
    for member in model["members"]:
        z = member["intercept"] + x @ np.array([member["coefficients"][f] for f in FEATURES])
        probability += member["weight"] * (z > 0)
    got = draw(probability, rows) if len(model["members"]) > 1 else (probability > 0.5).astype(int)
    if not np.array_equal(got, expected):
        raise SystemExit("the JSON file and the fitted model disagree")


def coefficients(model):
    found = dict(zip(FEATURES, map(float, model.coef_[0])))
    return {"intercept": float(model.intercept_[0]), "coefficients": found}


def write_version(folder, description, members, scaling, trained_rows, held_out, prediction, score):
    path = HERE / folder
    path.mkdir(exist_ok=True)
    model = {
        "format": "assent-example/linear-mixture/2",
        "description": description,
        "label": LABEL,
        "features": FEATURES,
        "inputs": {name: {"value": rule, "centre": float(centre), "scale": float(scale)}
                   for (name, (rule, _)), centre, scale in zip(INPUTS.items(), *scaling)},
        "inputRule": "(value - centre) / scale",
        "trainedRows": trained_rows,
        "trainedWith": versions(),
        "members": [{"weight": w, **coefficients(m)} for w, m in members],
    }
    if len(members) > 1:
        model["draw"] = {
            "seed": DRAW_SEED,
            "rule": "positive if u < p; u = first 8 bytes (big-endian) of sha256(seed + ':' + id) / 2^64; "
                    "p = weights of the members whose linear value is above 0, added up",
        }
    check_json(model, held_out, prediction)
    write_json(path / "model.json", model)
    # Plain numbers and lists: joblib writes the bytes of an array between the pickle's opcodes, where modelscan 0.8.8
    # stops with a parsing error, and a model that a scanner cannot read to its end has not been scanned.
    joblib.dump(model, path / "model.joblib", compress=0)
    scan(path / "model.joblib")
    predictions(folder, held_out, prediction, score)


def spread(rows, probability, draws=1000):
    """What other draws of v3 would have measured: the committed draw is one of many."""
    generator = np.random.default_rng(2016)
    found = [measured(rows, (generator.random(len(rows)) < probability).astype(int)) for _ in range(draws)]
    accuracy, odds = np.array(found).T
    return {"accuracyMean": accuracy.mean(), "oddsMean": odds.mean(),
            "odds5": np.quantile(odds, 0.05), "odds95": np.quantile(odds, 0.95),
            "shareAbove0.1": float((odds > 0.1).mean())}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--tune", action="store_true")
    train, held_out = load()
    if arguments.parse_args().tune:
        return tune(train)

    held_out[["id", LABEL, *PROTECTED]].to_csv(HERE / "labels.csv", index=False, lineterminator="\n")
    predictions("v1", held_out, held_out["score_text"], held_out["decile_score"])
    print("v1", measured(held_out, held_out["score_text"].isin(["Medium", "High"]).astype(int).to_numpy()))

    scaling = fit_scaling(train)
    plain = fit_plain(train, scaling)
    prediction = plain.predict(inputs(held_out, scaling)).astype(int)
    score = plain.predict_proba(inputs(held_out, scaling))[:, 1].round(9)
    write_version("v2", "logistic regression", [(1.0, plain)], scaling, len(train), held_out, prediction, score)
    print("v2", measured(held_out, prediction))

    constrained_on = of_large_races(train)
    members = fit_constrained(constrained_on, scaling, CHOSEN)
    probability = mixture_probability(members, held_out, scaling)
    prediction = draw(probability, held_out)
    write_version("v3", "mixture of logistic regressions, equalized odds by race constrained in training",
                  members, scaling, len(constrained_on), held_out, prediction, probability.round(9))
    print("v3", measured(held_out, prediction), "members", len(members))
    print("v3 over 1,000 other draws", spread(held_out, probability))


if __name__ == "__main__":
    main()
