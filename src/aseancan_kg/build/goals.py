"""The Sustainable Development Goals and their targets, from the table of the United Nations in data/sources."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS

from aseancan_kg import namespaces
from aseancan_kg.build.triples import Triple
from aseancan_kg.errors import InputError, Place

TABLE = Path("data", "sources", "un-sdg-kos.csv")
"""Where the table stands below the product's own files."""

SCHEME = URIRef("http://metadata.un.org/sdg")
"""The concept scheme that holds the Goals and targets."""

_SDGO = Namespace(namespaces.PREFIXES["sdgo"])
_CLASSES = {"goal": _SDGO.Goal, "target": _SDGO.Target}


def rows(table: Path) -> list[dict[str, str]]:
    """Read the table; raises `InputError` when it is not there."""
    try:
        with table.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    except OSError as error:
        remedy = "Restore it from the repository."
        raise InputError(f"cannot read it: {error.strerror}", Place(table), remedy=remedy) from error


def triples(rows: Iterable[Mapping[str, str]]) -> Iterator[Triple]:
    """Triples of every Goal and target of the table: number, label, Goal of a target, subjects in EuroVoc and UNBIS.

    The table has no texts of targets, so a target's label is its number. Its columns are `kind`, `iri`, `code`,
    `label_en`, `label_fr`, `label_es`, `goal`, `eurovoc` and `unbis`; IRIs in one cell are separated by semicolons.
    """
    yield SCHEME, RDF.type, SKOS.ConceptScheme
    yield SCHEME, SKOS.prefLabel, Literal("Sustainable Development Goals", lang="en")
    for row in rows:
        node = URIRef(row["iri"])
        yield node, RDF.type, _CLASSES[row["kind"]]
        yield node, SKOS.inScheme, SCHEME
        yield node, SKOS.notation, Literal(row["code"])
        label = f"Goal {row['code']}: {row['label_en']}" if row["kind"] == "goal" else f"SDG target {row['code']}"
        yield node, SKOS.prefLabel, Literal(label, lang="en")
        for language in ("fr", "es"):
            if words := row[f"label_{language}"]:
                yield node, SKOS.prefLabel, Literal(words, lang=language)
        if row["goal"]:
            yield node, _SDGO.isTargetOf, URIRef(row["goal"])
        for subject in filter(None, f"{row['eurovoc']};{row['unbis']}".split(";")):
            yield node, DCTERMS.subject, URIRef(subject)
