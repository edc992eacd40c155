"""A record as people read it: areas and punctuation after the International Standard Bibliographic Description.

Areas are divided by ". — ", notes stand each on a line of its own. What is given here in brackets is no part of ISBD.
"""

from collections.abc import Iterable, Iterator

from aseancan_kg.library.plain import closed, plain
from aseancan_kg.library.records.record import Record, Value, Values, label_of

_NOTES = (
    "acronym",
    "other_titles",
    "nature",
    "pillar",
    "adopted",
    "adopted_place",
    "adopted_by",
    "adopted_by_name",
    "in_force",
    "parties",
    "parties_note",
    "acts",
    "supersedes",
    "superseded_by",
    "implements",
    "implemented_by",
    "phase_of",
    "phases",
    "part_of",
    "parts",
    "text",
    "verb",
    "topics",
    "headings",
    "goals",
    "mentioned",
    "parent",
    "children",
    "members",
    "members_note",
    "established",
    "dissolved",
    "founding_act",
    "seat_city",
    "seat_country",
    "series",
    "ordinal",
    "started",
    "ended",
    "place",
    "mode",
    "areas",
    "mentioned_in",
    "edition",
    "edition_checksum",
    "edition_rights",
    "note",
)
"""Fields that are told in notes, in their order."""


def isbd(record: Record) -> str:
    """Return the display of a record; it ends with a line break."""
    lines = [". — ".join(_areas(record)) + "."]
    lines += [closed(f"{label_of(field)}: {_joined(record.values(field))}") for field in _NOTES if record.values(field)]
    if record.contents:
        lines.append(f"Contents: {' ; '.join(f'{one.code} {plain(one.text)}' for one in record.contents)}.")
    for field, values in record.rivals.items():
        lines += [
            f"{label_of(field)} according to another source: {plain(value.dated)} [{_sources(value)}]."
            for value in values
        ]
    for language in record.language:
        lines.append(f"Language: {plain(language.iri.rpartition('/')[2] or language.text)}.")
    for title in record.title:
        lines.append(f"Description based on: {_sources(title)}.")
    addresses = (*record.page, *record.edition_address, *record.same_as)
    lines.append(f"URL: {' ; '.join(value.iri for value in addresses) or record.iri}")
    lines.append(f"Identifier: {record.iri} (dataset version {plain(record.version)})")
    return "\n".join(lines) + "\n"


def as_isbd(records: Iterable[Record]) -> bytes:
    """Write displays with a blank line between them."""
    return "\n".join(map(isbd, records)).encode()


def _areas(record: Record) -> Iterator[str]:
    """Yield title and responsibility, material, period, and publication, as far as they are stated."""
    numbers = "".join(f" ({plain(one.text)})" for one in record.number if one.text not in record.heading)
    responsible = "".join(f" / {plain(value.text)}" for value in record.adopted_by_name[:1])
    form = "".join(f" [{plain(value.text)}]" for value in record.form[:1])
    yield f"{plain(record.heading).rstrip('.')}{numbers}{form}{responsible}"
    begin, end = (plain("".join(one.text for one in ends[:1])) for ends in (record.period_start, record.period_end))
    if begin or end:
        yield f"{begin}–{end}" if begin and end else f"from {begin}" if begin else f"until {end}"
    published = ", ".join(plain(value.text) for value in (*record.edition_publisher, *record.edition_date))
    if published:
        yield published


def _joined(values: Values) -> str:
    return " ; ".join(plain(value.dated) for value in values)


def _sources(value: Value) -> str:
    return " ; ".join(source.iri for source in value.sources) or "no source stated"
