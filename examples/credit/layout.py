"""Data, and the folder of a version as `assent init` lays it out: shared by the training scripts beside it."""

import csv
import hashlib
import json
import platform
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE / "data" / "german_credit.csv"
# What is known when somebody applies. Who somebody is (sex, age, personal status, whether foreign) is left out, and so is
# `telephone`; leaving attributes out does not make a model fair: that is measured.
NUMBERS = ["month", "credit_amount", "investment_as_income_percentage", "residence_since", "number_of_credits"]
WORDS = ["status", "credit_history", "purpose", "savings", "employment", "other_debtors", "property",
         "installment_plans", "housing", "skill_level"]


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def is_held_out(row):
    """Three rows of ten, by the SHA-256 of the row's id: the same ones on every machine."""
    return int.from_bytes(hashlib.sha256(row["row"].encode()).digest(), "big") % 100 >= 70


def read():
    """The rows that train, and those that are held out."""
    with DATA.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if not is_held_out(row)], [row for row in rows if is_held_out(row)]


def features(rows, training):
    """Numbers as they are, words as one column for each value that the training rows have."""
    values = {name: sorted({row[name] for row in training}) for name in WORDS}
    return [[float(row[name]) for name in NUMBERS]
            + [float(row[name] == value) for name in WORDS for value in values[name]] for row in rows]


def labels(rows):
    """1 where the credit went bad: that is what is to be found."""
    return [int(row["credit"] == "2") for row in rows]


def write_labels(path, rows):
    """What the data steward holds: the truth about the held-out rows, and whom they are about."""
    with Path(path).open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["row", "bad", "sex", "age_group"])
        for row, bad in zip(rows, labels(rows)):
            out.writerow([row["row"], bad, row["sex"], "25 and above" if int(row["age"]) >= 25 else "below 25"])


def write_version(folder, *, kind, algorithm, framework, hyperparameters, seed, script, save, rows, predicted, scores):
    """Writes artifacts/, predictions.csv and metadata.json. `save` writes the model and gives the names of its files."""
    folder = Path(folder)
    artifacts = folder / "artifacts"
    artifacts.mkdir(parents=True, exist_ok=True)
    names = save(artifacts)
    with (folder / "predictions.csv").open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["row", "prediction", "score"])
        for row, prediction, score in zip(rows, predicted, scores):
            out.writerow([row["row"], int(prediction), f"{score:.6f}"])
    truth = labels(rows)
    hits = sum(int(prediction) == bad for prediction, bad in zip(predicted, truth))
    found = sum(int(prediction) and bad for prediction, bad in zip(predicted, truth))
    metrics = {"accuracy": hits / len(rows), "recall": found / sum(truth)}
    if sum(map(int, predicted)):
        metrics["precision"] = found / sum(map(int, predicted))
    metadata = {
        "schema": "assent.model-metadata/1",
        "model": "credit",
        "version": folder.name,
        "kind": kind,
        "algorithm": algorithm,
        "framework": framework,
        "artifacts": [{"path": f"artifacts/{name}", "sha256": sha256(artifacts / name)} for name in names],
        "trainingData": [{"dataset": "german-credit:1", "sha256": sha256(DATA)}],
        "hyperparameters": hyperparameters,
        "metrics": metrics,
        "seeds": {"model": seed},
        "code": {"script": script},
        "environment": {"python": platform.python_version()},
    }
    (folder / "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n")
    return metrics
