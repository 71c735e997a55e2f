"""Trains a small neural network on the German credit data and writes it as a version: python neural_network.py DIR

With PyTorch where it is installed, else with scikit-learn's MLPClassifier."""

import json
import sys
from pathlib import Path

import layout

SEED = 7
EPOCHS = 60


def standardised(rows, training):
    """Each column with mean 0 and deviation 1 over the training rows."""
    held, out = layout.features(training, training), layout.features(rows, training)
    means = [sum(column) / len(column) for column in zip(*held)]
    deviations = [(sum((x - mean) ** 2 for x in column) / len(column)) ** 0.5 or 1.0
                  for column, mean in zip(zip(*held), means)]
    return [[(x - mean) / deviation for x, mean, deviation in zip(row, means, deviations)] for row in out]


def by_torch(torch, inputs, truth, held_out):
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)
    x, y = torch.tensor(inputs), torch.tensor(truth, dtype=torch.float32).unsqueeze(1)
    net = torch.nn.Sequential(torch.nn.Linear(x.shape[1], 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01, weight_decay=0.01)
    loss = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor([(len(truth) - sum(truth)) / sum(truth)]))
    for _ in range(EPOCHS):
        optimiser.zero_grad()
        loss(net(x), y).backward()
        optimiser.step()
    with torch.no_grad():
        scores = torch.sigmoid(net(torch.tensor(held_out))).squeeze(1).tolist()
    weights = {name: value.tolist() for name, value in net.state_dict().items()}
    return scores, weights, {"name": "torch", "version": torch.__version__}


def by_scikit_learn(inputs, truth, held_out):
    import sklearn
    from sklearn.neural_network import MLPClassifier

    net = MLPClassifier((16,), alpha=0.01, learning_rate_init=0.01, max_iter=EPOCHS, random_state=SEED,
                        n_iter_no_change=EPOCHS)
    # Bad credits are rarer: each counts twice, so that missing one costs as much as refusing two good ones.
    bad = [row for row, label in zip(inputs, truth) if label]
    net.fit(inputs + bad, truth + [1] * len(bad))
    weights = {"weights": [w.tolist() for w in net.coefs_], "biases": [b.tolist() for b in net.intercepts_]}
    return list(net.predict_proba(held_out)[:, 1]), weights, {"name": "scikit-learn", "version": sklearn.__version__}


def main(folder):
    training, held_out = layout.read()
    inputs, truth = standardised(training, training), layout.labels(training)
    try:
        import torch
    except ImportError:
        scores, weights, framework = by_scikit_learn(inputs, truth, standardised(held_out, training))
    else:
        scores, weights, framework = by_torch(torch, inputs, truth, standardised(held_out, training))

    def save(artifacts):
        # Plain numbers: a file of weights that runs nothing when it is loaded.
        (artifacts / "weights.json").write_text(json.dumps(weights))
        return ["weights.json"]

    metrics = layout.write_version(
        folder / "models" / "v2", kind="DEEP", algorithm="multi-layer perceptron", framework=framework,
        hyperparameters={"hidden": 16, "epochs": EPOCHS, "learningRate": 0.01, "weightDecay": 0.01}, seed=SEED,
        script="neural_network.py", save=save, rows=held_out, predicted=[s >= 0.5 for s in scores], scores=scores)
    print(f"models/v2 by {framework['name']}: {len(training)} rows trained, {len(held_out)} held out, {metrics}")


main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
