"""Meetings in time, and what was reaffirmed at them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from aseancan_kg.catalogue.labels import Link, iri_of, link, natural, text_of
from aseancan_kg.catalogue.lineages import Span
from aseancan_kg.namespaces import with_prefixes
from aseancan_kg.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting, and what was reaffirmed at it as reported: actions, instruments, topics and other parts of texts."""

    iri: str
    label: str
    series: Link | None
    when: Span | None
    place: str
    statements: int
    reaffirmed: Mapping[str, tuple[Link, ...]]


REAFFIRMED = {"Action": "actions", "Instrument": "instruments", "Concept": "topics", "": "other parts of texts"}
"""Last part of the class of what is reaffirmed → what a page calls it."""


def meetings(store: Dataset) -> tuple[Meeting, ...]:
    """Return the meetings, the oldest first, those without a date last."""
    when = (
        "SELECT ?meeting ?when ?series ?place WHERE { ?meeting a ac:Meeting"
        " OPTIONAL { ?meeting ac:startedOn ?when } OPTIONAL { ?meeting ac:inSeries ?series }"
        " OPTIONAL { ?meeting ac:placeName ?place } }"
    )
    what = (
        "SELECT DISTINCT ?meeting ?statement ?target ?number ?class WHERE { ?statement ac:saidAt ?meeting"
        " OPTIONAL { ?statement ac:reaffirms|ac:mentions ?target"
        " OPTIONAL { ?target a ac:Action ; skos:notation ?number }"
        " OPTIONAL { ?target a ?class VALUES ?class { ac:Action ac:Instrument skos:Concept } } } }"
    )
    rows, said = store.rows(with_prefixes(when)), store.rows(with_prefixes(what))
    terms = [iri_of(row.get(name)) for row in (*rows, *said) for name in ("meeting", "series", "target")]
    labels = store.labels(set(terms) - {""})
    statements: defaultdict[str, set[str]] = defaultdict(set)
    reaffirmed: defaultdict[str, dict[str, dict[str, Link]]] = defaultdict(dict)
    for row in said:
        meeting, target = iri_of(row["meeting"]), iri_of(row.get("target"))
        statements[meeting].add(iri_of(row["statement"]))
        if target:
            kind = re.split("[/#]", iri_of(row.get("class")))[-1]
            named = Link(target, text_of(row["number"])) if "number" in row else link(labels, target)
            reaffirmed[meeting].setdefault(kind, {})[target] = named
    found = {
        iri_of(row["meeting"]): Meeting(
            iri=iri_of(row["meeting"]),
            label=link(labels, iri_of(row["meeting"])).label,
            series=link(labels, iri_of(row["series"])) if "series" in row else None,
            when=Span.of(text_of(row.get("when"))),
            place=text_of(row.get("place")),
            statements=len(statements[iri_of(row["meeting"])]),
            reaffirmed=dict(_in_order(reaffirmed[iri_of(row["meeting"])])),
        )
        for row in rows
    }
    return tuple(sorted(found.values(), key=lambda one: (one.when.earliest if one.when else date.max, one.iri)))


def _in_order(targets: Mapping[str, Mapping[str, Link]]) -> Iterator[tuple[str, tuple[Link, ...]]]:
    for kind, name in REAFFIRMED.items():
        if kind in targets:
            yield name, tuple(sorted(targets[kind].values(), key=lambda one: natural(one.label)))
