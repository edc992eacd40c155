"""Results of a SELECT or ASK, and the named queries there are, for people at a terminal."""

import shutil

import pyoxigraph as ox
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aseancan_kg import queries
from aseancan_kg.namespaces import shorten

_WIDTH_IN_A_PIPE = 160


def show(results: bytes) -> None:
    """Print results given as SPARQL results in JSON.

    There is a column for each variable, IRIs have their prefix, long cells are wrapped, and a last line counts the
    rows. An ASK becomes “yes” or “no”.
    """
    parsed = ox.parse_query_results(results, format=ox.QueryResultsFormat.JSON)
    if not isinstance(parsed, ox.QuerySolutions):
        print("yes" if parsed else "no")
        return
    names = [variable.value for variable in parsed.variables]
    table = Table(*names, box=SIMPLE_HEAD, pad_edge=False)
    for solution in parsed:
        table.add_row(*(Text(_cell(solution[name]), overflow="fold") for name in names))
    Console(width=shutil.get_terminal_size((_WIDTH_IN_A_PIPE, 0)).columns).print(table)
    print(f"{table.row_count} row{'' if table.row_count == 1 else 's'}")


def show_queries() -> None:
    """Print the names and titles of the named queries by their subjects."""
    for subject, found in queries.by_subject(queries.catalogue().values()):
        print(subject, *(f"  {one.name:<40} {one.title}" for one in found), sep="\n")


def _cell(term: object) -> str:
    match term:
        case None:
            return ""
        case ox.NamedNode(value=iri):
            return shorten(iri)
        case ox.Literal(value=words):
            return " ".join(words.split())
        case _:
            return str(term)
