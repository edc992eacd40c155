"""The formats in which records leave the house, one list for the command line, the service and harvesters."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pymarc import Record as Marc

from aseancan_kg.catalogue.identifiers import Identifiers, path_of
from aseancan_kg.errors import NotFound
from aseancan_kg.library.citing.citations import BIBTEX, CSL_JSON, RIS, CitationWriter, as_bibtex, as_csl, as_ris
from aseancan_kg.library.citing.references import references
from aseancan_kg.library.records.display import as_isbd
from aseancan_kg.library.records.dublin_core import as_dcterms, as_oai_dc
from aseancan_kg.library.records.legislation import as_legislation
from aseancan_kg.library.records.marc import MainEntry, as_iso2709, as_marcxml, main_record
from aseancan_kg.library.records.marc.authorities import authority
from aseancan_kg.library.records.mods import as_mods
from aseancan_kg.library.records.record import CATALOGUED, RECORDED, Record, catalogue, records
from aseancan_kg.mediatypes import Format
from aseancan_kg.namespaces import ID
from aseancan_kg.store.dataset import Dataset


class Writer(Protocol):
    """Writes records of a dataset; in MARC 21 plans and declarations have the main entry that is wanted."""

    def __call__(  # noqa: D102
        self, store: Dataset, records: Sequence[Record], main_entry: MainEntry = "title", /
    ) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """A format for records of some `kinds`: how it is written, and its column in the crosswalk (see `column_of`).

    `suffix` is that of its files; the name of `format` is that of addresses.
    """

    format: Format
    suffix: str
    kinds: tuple[str, ...]
    write: Writer
    column: str

    def column_of(self, kind: str) -> str:
        """Return the column that tells of records of a kind; in MARC 21 all but instruments have authority records."""
        return "marc21-authority" if self.column == "marc21" and kind != "instrument" else self.column


def _however_entered(write: Callable[[Sequence[Record]], bytes]) -> Writer:
    return lambda store, records, main_entry="title": write(records)


def _marc(write: Callable[[Iterable[Marc]], bytes], record: Callable[[Record, MainEntry], Marc]) -> Writer:
    return lambda store, records, main_entry="title": write(record(one, main_entry) for one in records)


def _cited(write: CitationWriter) -> Writer:
    return lambda store, records, main_entry="title": write(
        *references(store, [one.iri for one in records]).values()
    ).encode()


_MARC, _MARCXML, _XML = "application/marc", "application/marcxml+xml", ("application/xml", "text/xml")


FORMATS = (
    Exchange(
        Format("marcxml", _MARCXML, "MARCXML", _XML),
        "marcxml.xml",
        CATALOGUED,
        _marc(as_marcxml, main_record),
        "marc21",
    ),
    Exchange(
        Format("marc21", _MARC, "MARC 21 (ISO 2709)"),
        "mrc",
        CATALOGUED,
        _marc(as_iso2709, main_record),
        "marc21",
    ),
    Exchange(
        Format("marc21-authority", _MARC, "MARC 21 authority (ISO 2709)"),
        "authority.mrc",
        CATALOGUED,
        _marc(as_iso2709, lambda record, _: authority(record)),
        "marc21-authority",
    ),
    Exchange(
        Format("marcxml-authority", _MARCXML, "MARCXML authority"),
        "authority.marcxml.xml",
        CATALOGUED,
        _marc(as_marcxml, lambda record, _: authority(record)),
        "marc21-authority",
    ),
    Exchange(
        Format("mods", "application/mods+xml", "MODS 3.8"),
        "mods.xml",
        ("instrument", "action"),
        _however_entered(as_mods),
        "mods",
    ),
    Exchange(
        Format("oai_dc", "application/xml", "Dublin Core (oai_dc)"),
        "oai_dc.xml",
        RECORDED,
        _however_entered(as_oai_dc),
        "oai_dc",
    ),
    Exchange(
        Format("dcterms", "application/xml", "Dublin Core terms"),
        "dcterms.xml",
        RECORDED,
        _however_entered(as_dcterms),
        "dcterms",
    ),
    Exchange(
        Format("legislation", "application/ld+json", "schema.org (JSON-LD)", ("application/json",)),
        "legislation.jsonld",
        RECORDED,
        _however_entered(as_legislation),
        "legislation",
    ),
    Exchange(Format("isbd", "text/plain", "Text after ISBD"), "isbd.txt", RECORDED, _however_entered(as_isbd), "isbd"),
    Exchange(BIBTEX, "bib", RECORDED, _cited(as_bibtex), "bib"),
    Exchange(RIS, "ris", RECORDED, _cited(as_ris), "ris"),
    Exchange(CSL_JSON, "csl.json", RECORDED, _cited(as_csl), "csl"),  # a file .csl is a style
)
"""Every format, in the order in which they are offered; the first is the default."""
BY_NAME = {name: one for one in FORMATS for name in (one.format.name, *one.format.other_names)}


def selected(store: Dataset, chosen: Exchange, things: Collection[str]) -> list[Record]:
    """Return the records of things, each an IRI, our `kind/slug`, or a kind for all of it; without any, all there are.

    Raises `NotFound` for what has no record in the format.
    """
    listed = f"It has records of: {', '.join(chosen.kinds)}."
    kinds = [one for one in things if one in RECORDED] if things else chosen.kinds
    for kind in set(kinds).difference(chosen.kinds):
        raise NotFound(f"there are no records of kind {kind!r} in {chosen.format.label}", remedy=listed)
    iris = [one if ":" in one else ID + one for one in things if one not in RECORDED]
    single = records(store, iris)
    for iri in iris:
        if iri not in single or single[iri].kind not in chosen.kinds:
            near = Identifiers(store).near(path_of(iri)) if iri not in single else []
            remedy = f"Did you mean {' or '.join(near)}?" if near else listed
            raise NotFound(f"there is no record of {iri} in {chosen.format.label}", remedy=remedy)
    return [*(catalogue(store, kinds).values() if kinds else ()), *single.values()]


def of_kind(kind: str) -> tuple[Exchange, ...]:
    """Return the formats that a record of a kind can be had in."""
    return tuple(one for one in FORMATS if kind in one.kinds)
