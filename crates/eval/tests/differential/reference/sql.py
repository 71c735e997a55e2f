"""Queries over Parquet files by Apache DataFusion, whose rows are written to a file again."""

import datafusion


def query(sql, table, data, result):
    context = datafusion.SessionContext()
    context.register_parquet(table, data)
    rows = context.sql(sql).to_arrow_table()
    writer = {"parquet": as_parquet, "csv": as_csv, "jsonl": as_json_lines}[result.rsplit(".", 1)[1]]
    writer(rows, result)
    return rows.num_rows


def as_parquet(rows, path):
    import pyarrow.parquet

    pyarrow.parquet.write_table(rows, path)


def as_csv(rows, path):
    import pyarrow
    import pyarrow.csv

    # The writer knows no views of text.
    text = {pyarrow.string_view(): pyarrow.string()}
    fields = [field.with_type(text.get(field.type, field.type)) for field in rows.schema]
    pyarrow.csv.write_csv(rows.cast(pyarrow.schema(fields)), path)


def as_json_lines(rows, path):
    import json

    with open(path, "w", encoding="utf-8") as file:
        for row in rows.to_pylist():
            print(json.dumps(row), file=file)


FUNCTIONS = {"query": query}
