"""Answers cases by reference implementations: JSON in, JSON out.

`python answer.py TABLE` reads a list of `[function, arguments]` from standard input and prints the list of their answers,
`{"value": ...}` or `{"error": "..."}`. TABLE.py, beside this file, has the functions in a dictionary `FUNCTIONS`; a case
gives arguments by name.

JSON knows no NaN and no infinities: they cross in both directions as `{"float": "nan"}`, `"inf"` and `"-inf"`.
"""

import importlib.util
import json
import math
import pathlib
import sys
import warnings

import numpy


def table(name):
    path = pathlib.Path(__file__).with_name(name + ".py")
    spec = importlib.util.spec_from_file_location("reference_" + name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FUNCTIONS


def decoded(found):
    return float(found["float"]) if found.keys() == {"float"} else found


def encoded(value):
    if isinstance(value, numpy.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    if isinstance(value, dict):
        return {str(key): encoded(held) for key, held in value.items()}
    if isinstance(value, (list, tuple, numpy.ndarray)):
        return [encoded(held) for held in value]
    return value


def answer(functions, name, arguments):
    try:
        return {"value": encoded(functions[name](**arguments))}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    cases = json.loads(sys.stdin.read(), object_hook=decoded)
    warnings.simplefilter("ignore")
    functions = table(sys.argv[1])
    print(json.dumps([answer(functions, *case) for case in cases], allow_nan=False))


main()
