"""A table as an Apache Parquet file: typed columns that say what they hold."""

from datetime import date
from io import BytesIO

from aseancan_kg.library.tables.schema import Kind
from aseancan_kg.library.tables.tables import Filled


def as_parquet(filled: Filled) -> bytes:
    """Write a table; titles and descriptions stand in the metadata of the columns, blank cells are null."""
    import pyarrow
    from pyarrow import parquet

    types = {Kind.integer: pyarrow.int64(), Kind.decimal: pyarrow.float64(), Kind.date: pyarrow.date32()}
    table = filled.table
    fields, arrays = [], []
    for column, cells in zip(table.columns, zip(*filled.rows, strict=True), strict=True):
        kind = types.get(column.kind, pyarrow.string())
        told = {"title": column.title, "description": column.description}
        fields.append(pyarrow.field(column.name, kind, metadata=told))
        days = column.kind is Kind.date
        arrays.append(pyarrow.array([date.fromisoformat(str(cell)) if days and cell else cell for cell in cells], kind))
    schema = pyarrow.schema(fields, metadata={"title": table.title, "description": table.description})
    output = BytesIO()
    parquet.write_table(pyarrow.table(arrays, schema=schema), output)
    return output.getvalue()
