"""What pandas counts of a table in CSV."""

import io

import pandas as pd


def profile(text, label):
    data = pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=[""], dtype_backend="numpy_nullable")
    columns = {}
    for name in data.columns:
        column = data[name]
        is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        held = column.dropna()
        columns[name] = {
            "missing": int(column.isna().sum()),
            "distinct": int(column.nunique()),
            "min": float(held.min()) if is_number and len(held) else None,
            "max": float(held.max()) if is_number and len(held) else None,
        }
    classes = {str(value): int(rows) for value, rows in data[label].value_counts().items()}
    return {"rows": len(data), "columns": columns, "classes": classes}


FUNCTIONS = {"profile": profile}
