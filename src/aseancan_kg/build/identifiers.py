"""Identifiers that are no longer in use: what became of each, and that none vanishes silently."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from rdflib import OWL, RDFS, Literal
from rdflib.namespace import DCTERMS, PROV, SKOS

from aseancan_kg import namespaces
from aseancan_kg.build.changes import Snapshot
from aseancan_kg.build.registers import Row
from aseancan_kg.build.triples import Triple, term
from aseancan_kg.edits import IDENTIFIERS, Edit
from aseancan_kg.errors import InvalidData, Place


def former(row: Row) -> Iterator[Triple]:
    """Triples of an identifier that was published once (a row of identifiers.csv).

    It has a plain `rdfs:label`: lists of what there is go by `skos:prefLabel`.
    """
    (node,) = map(term, row.cells["iri"])
    yield node, OWL.deprecated, Literal(True)
    for column, predicate in (
        ("label", RDFS.label),
        ("replacement", DCTERMS.isReplacedBy),
        ("date", DCTERMS.modified),
        ("reason", SKOS.changeNote),
        ("sources", PROV.hadPrimarySource),
    ):
        for value in row.cells[column]:
            yield node, predicate, term(value)


def published(snapshots: Iterable[Snapshot]) -> dict[str, str]:
    """Return what releases published, the oldest first: identifiers, each with the last release that had it."""
    return {iri: f"release {snapshot.release.version}" for snapshot in snapshots for iri in snapshot.described}


def faults(
    rows: Sequence[Row], published: Mapping[str, str], current: Collection[str], register: Place
) -> Iterator[InvalidData]:
    """Tell what is wrong with the register of identifiers, and what is missing in it.

    `published` tells of each identifier that was published where it was last, `current` are those of the dataset that
    is being built.
    """
    listed = {row.written("iri") for row in rows}
    for iri, where in sorted(published.items()):
        if iri not in current and iri not in listed:
            message = f"{_path(iri)} was published in {where} and is in the dataset no longer"
            remedy = "Add a row for it: withdrawn, or replaced by what; or bring it back."
            yield InvalidData(message, register, remedy=remedy)
    for row in rows:
        iri = row.written("iri")
        if iri in current:
            yield InvalidData(f"{_path(iri)} is in use", row.place_of("iri"), remedy="Delete the row.")
        elif iri not in published:
            remedy = "Only what was in a release, or published at the desk, is listed here."
            yield InvalidData(f"{_path(iri)} was never published", row.place_of("iri"), remedy=remedy)
        replaced = row.written("status") == "replaced"
        if replaced != bool(row.cells["replacement"]):
            remedy = "Name what replaces it." if replaced else "Empty the cell, or make the status “replaced”."
            yield InvalidData("status and replacement differ", row.place_of("replacement"), remedy=remedy)
        for replacement in row.all_written("replacement"):
            if replacement not in current:
                remedy = "Name what is in the dataset now."
                yield InvalidData(f"there is no {_path(replacement)}", row.place_of("replacement"), remedy=remedy)


def tombstone(iri: str, label: str, replacement: str = "") -> Edit:
    """Return the edit that tells of an identifier that it is withdrawn, or replaced; neither when nor why."""
    status = "replaced" if replacement else "withdrawn"
    cells = {"iri": _path(iri), "label": label, "status": status, "replacement": replacement}
    return Edit(IDENTIFIERS, _path(iri), None, {column: cell for column, cell in cells.items() if cell})


def dated(edit: Edit, in_use: Collection[str], reason: str) -> Edit:
    """Return an edit; one that tells of an identifier in use that it is no more does so with the day of today.

    Its reason is that of the whole change unless it has its own.
    """
    if not edit.is_tombstone:
        return edit
    cells = {"reason": " ".join(reason.split()) or "(no reason is given yet)", **(edit.after or {})}
    if namespaces.BASE + edit.key in in_use:
        cells["date"] = datetime.now(UTC).date().isoformat()
    return replace(edit, after=cells)


def accounts(
    edits: Iterable[Edit],
    rows: Iterable[Row],
    published: Collection[str],
    current: Collection[str],
    label: Callable[[str], str],
) -> Iterator[Edit]:
    """Yield the edits that this register lacks after others, so that it tells of all that was published and is gone.

    `rows` are its rows before the edits, `current` the identifiers after them. What the edits themselves tell is left
    to them; what is below an identifier that they replace is replaced likewise; what is in use again is no more told to
    be gone.
    """
    own = {namespaces.BASE + edit.key: edit for edit in edits if edit.table == IDENTIFIERS}
    listed = {row.written("iri"): row for row in rows}
    for iri in sorted(set(published) - set(current) - listed.keys() - own.keys()):
        above = [one for one, edit in own.items() if edit.after and iri.startswith((f"{one}/", f"{one}#"))]
        cells = own[max(above, key=len)].after if above else None
        yield tombstone(iri, label(iri), (cells or {}).get("replacement", ""))
    for iri in sorted(listed.keys() & set(current) - own.keys()):
        row = listed[iri]
        yield Edit(IDENTIFIERS, row.key, {column: cell for column, cell in row.typed.items() if cell}, None)


def _path(iri: str) -> str:
    return iri.removeprefix(namespaces.BASE)
