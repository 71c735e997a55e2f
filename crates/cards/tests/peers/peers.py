"""Asks other readers of cards: `python peers.py hub|croissant FOLDER`. What they read is printed as JSON.

hub: reads FOLDER/README.md as a model card of a hub, writes it again to FOLDER/again.md, and writes one of its own to
FOLDER/own.md.
croissant: reads FOLDER/croissant.json, which has to be without errors and warnings, and the rows that it describes.
"""

import json
import logging
import pathlib
import sys


def results(data):
    return [
        [result.metric_type, result.metric_value, result.dataset_name, result.dataset_revision, result.metric_args]
        for result in data.eval_results or []
    ]


def hub(folder):
    from huggingface_hub import EvalResult, ModelCard, ModelCardData

    card = ModelCard((folder / "README.md").read_text(encoding="utf-8"))
    (folder / "again.md").write_text(str(card), encoding="utf-8")
    own = ModelCardData(
        license="mit",
        library_name="sklearn",
        model_name="theirs",
        eval_results=[
            EvalResult("text-classification", "imdb", "IMDb", "accuracy", 0.9375, dataset_revision="5503434"),
            EvalResult("text-classification", "imdb", "IMDb", "f1", 1e-7, dataset_revision="5503434"),
        ],
    )
    text = f"---\n{own.to_yaml()}\n---\n\n# Theirs\n\n## Uses\n\n### Direct Use\n\nFilms.\n"
    (folder / "own.md").write_text(text, encoding="utf-8")
    return {
        "license": card.data.license,
        "library": card.data.library_name,
        "name": card.data.model_name,
        "datasets": card.data.datasets,
        "results": results(card.data),
    }


def croissant(folder):
    import mlcroissant

    said = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    for name in (None, "absl"):
        logging.getLogger(name).addHandler(handler)
    dataset = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    rows = [
        {key.split("/")[-1]: value.decode() if isinstance(value, bytes) else value for key, value in row.items()}
        for row in dataset.records("rows")
    ]
    return {
        "name": dataset.metadata.name,
        "errors": sorted(issues.errors),
        "warnings": sorted(issues.warnings),
        "rows": json.loads(json.dumps(rows, default=lambda value: value.item())),
    }


if __name__ == "__main__":
    found = {"hub": hub, "croissant": croissant}[sys.argv[1]](pathlib.Path(sys.argv[2]))
    print(json.dumps(found))
