"""The formats in which records leave the house, one list for the command line, the service and harvesters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aseancan_kg.library.display import as_isbd
from aseancan_kg.library.dublin_core import as_dcterms, as_oai_dc
from aseancan_kg.library.legislation import as_legislation
from aseancan_kg.library.marc import as_iso2709, as_marcxml, main_record
from aseancan_kg.library.marc.authorities import authority
from aseancan_kg.library.mods import as_mods
from aseancan_kg.library.records import Record
from aseancan_kg.mediatypes import Format

Writer = Callable[[Sequence[Record]], bytes]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A format for records of some `kinds`: how it is written, and its column in the crosswalk.

    `suffix` is that of its files; the name of `format` is that of addresses.
    """

    format: Format
    suffix: str
    kinds: tuple[str, ...]
    write: Writer
    column: str


_DESCRIBED = ("instrument", "body", "mechanism")
_ALL = (*_DESCRIBED, "meeting", "action")
_MARC, _MARCXML, _XML = "application/marc", "application/marcxml+xml", ("application/xml", "text/xml")


FORMATS = (
    Exchange(
        Format("marc21", _MARC, "MARC 21 (ISO 2709)"),
        "mrc",
        _DESCRIBED,
        lambda records: as_iso2709(map(main_record, records)),
        "marc21",
    ),
    Exchange(
        Format("marcxml", _MARCXML, "MARCXML", _XML),
        "marcxml.xml",
        _DESCRIBED,
        lambda records: as_marcxml(map(main_record, records)),
        "marc21",
    ),
    Exchange(
        Format("marc21-authority", _MARC, "MARC 21 authority (ISO 2709)"),
        "authority.mrc",
        _DESCRIBED,
        lambda records: as_iso2709(map(authority, records)),
        "marc21-authority",
    ),
    Exchange(
        Format("marcxml-authority", _MARCXML, "MARCXML authority"),
        "authority.marcxml.xml",
        _DESCRIBED,
        lambda records: as_marcxml(map(authority, records)),
        "marc21-authority",
    ),
    Exchange(Format("mods", "application/mods+xml", "MODS 3.8"), "mods.xml", ("instrument", "action"), as_mods, "mods"),
    Exchange(Format("oai_dc", "application/xml", "Dublin Core (oai_dc)"), "oai_dc.xml", _ALL, as_oai_dc, "oai_dc"),
    Exchange(Format("dcterms", "application/xml", "Dublin Core terms"), "dcterms.xml", _ALL, as_dcterms, "dcterms"),
    Exchange(
        Format("legislation", "application/ld+json", "schema.org (JSON-LD)", ("application/json",)),
        "legislation.jsonld",
        _ALL,
        as_legislation,
        "legislation",
    ),
    Exchange(Format("isbd", "text/plain", "Text after ISBD"), "isbd.txt", _ALL, as_isbd, "isbd"),
)
"""Every format, in the order in which they are offered; the first is the default."""
BY_NAME = {one.format.name: one for one in FORMATS}
