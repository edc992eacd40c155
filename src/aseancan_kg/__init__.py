"""A knowledge graph of the commitments ASEAN and Canada made to each other.

    >>> import aseancan_kg
    >>> rows = aseancan_kg.query("actions-per-chapter")
    >>> [(row["number"], row["actions"]) for row in rows][:2]
    [('1', 27), ('2', 36)]

`load_rdflib` and `load_pyoxigraph` give the whole dataset, `named_queries` the catalogue that `query` runs.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from aseancan_kg.settings import VERSION as __version__

__all__ = ["__version__", "load_pyoxigraph", "load_rdflib", "named_queries", "query"]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple
    from rdflib import Dataset

    from aseancan_kg.queries import Query

Value = str | int | float | bool | Decimal | date

# What each function needs is imported inside it: whoever wants rdflib does not load the query engine, nor the reverse.


def load_rdflib() -> Dataset:
    """Return the dataset as an rdflib Dataset whose default graph is the union of its named graphs.

    Raises `errors.DatasetMissing` where none is built.
    """
    from rdflib import Dataset

    from aseancan_kg import settings

    dataset = Dataset(default_union=True)
    with settings.dataset_file().open("rb") as stream:
        dataset.parse(stream, format="nquads")
    return dataset


def load_pyoxigraph() -> Store:
    """Return the dataset as a pyoxigraph Store, many times faster to query than rdflib.

    Its triples stand in named graphs: query it with `use_default_graph_as_union=True`. Raises `errors.DatasetMissing`
    where none is built.
    """
    from pyoxigraph import RdfFormat, Store

    from aseancan_kg import settings

    store = Store()
    store.bulk_load(path=settings.dataset_file(), format=RdfFormat.N_QUADS)
    return store


def named_queries() -> Mapping[str, Query]:
    """Return the catalogue: name → title, description, parameters and text."""
    from aseancan_kg import queries

    return queries.catalogue()


def query(name: str, **parameters: str) -> list[dict[str, Value]]:
    """Run a query of the catalogue and return its rows: variable → Python value; an unbound variable is missing.

    IRIs and texts become `str`, numbers `int`, `float` or `Decimal`, booleans `bool`, full dates `date`; a month or a
    year stays as it is written. Raises `errors.NotFound` for an unknown name or a value that nothing in the dataset
    has, `errors.InputError` for a wrong parameter.
    """
    from aseancan_kg import settings
    from aseancan_kg.catalogue.parameters import asked
    from aseancan_kg.store.embedded import EmbeddedStore

    store = EmbeddedStore.from_files([settings.dataset_file()], union_default_graph=True)
    bound, _ = asked(store, name, parameters)
    return [{variable: _value(term) for variable, term in row.items()} for row in store.rows(bound)]


def _value(term: NamedNode | BlankNode | Literal | Triple) -> Value:
    datatype = getattr(term, "datatype", None)
    read = _READERS.get(datatype.value.rpartition("#")[2], str) if datatype else str
    return read(getattr(term, "value", str(term)))


_READERS: Mapping[str, Callable[[str], Value]] = {
    "integer": int,
    "decimal": Decimal,
    "double": float,
    "float": float,
    "boolean": "true".__eq__,
    "date": date.fromisoformat,
}
"""Local name of an XML Schema datatype → reader of its canonical form."""
