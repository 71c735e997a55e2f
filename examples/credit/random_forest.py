"""Trains a random forest on the German credit data and writes it as a version: python random_forest.py DIR"""

import sys
from pathlib import Path

import joblib
import sklearn
from sklearn.ensemble import RandomForestClassifier

import layout

SEED = 7


def main(folder):
    training, held_out = layout.read()
    parameters = {"n_estimators": 200, "max_depth": 8, "min_samples_leaf": 3, "class_weight": "balanced"}
    model = RandomForestClassifier(random_state=SEED, n_jobs=1, **parameters)
    model.fit(layout.features(training, training), layout.labels(training))
    scores = model.predict_proba(layout.features(held_out, training))[:, 1]

    def save(artifacts):
        joblib.dump(model, artifacts / "model.joblib")
        return ["model.joblib"]

    folder.mkdir(parents=True, exist_ok=True)
    layout.write_labels(folder / "labels.csv", held_out)
    metrics = layout.write_version(
        folder / "models" / "v1", kind="CLASSICAL", algorithm="RandomForestClassifier",
        framework={"name": "scikit-learn", "version": sklearn.__version__}, hyperparameters=parameters, seed=SEED,
        script="random_forest.py", save=save, rows=held_out, predicted=scores >= 0.5, scores=scores)
    print(f"models/v1: {len(training)} rows trained, {len(held_out)} held out, {metrics}")


main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
