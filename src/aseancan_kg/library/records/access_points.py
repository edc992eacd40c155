"""Names by which works are found: a treaty goes by its title and the date of its signature (RDA 6.29.1)."""

import re
from collections.abc import Iterator

from aseancan_kg.library.records.record import Record, Value

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SIGNED = re.compile(rf"\((\d{{4}})(?: ({'|'.join(_MONTHS)})(?: (\d\d?))?)?\)")
_ARTICLE = re.compile(r"(?:the|an|a) (?=\S)", re.IGNORECASE)
_NAMES = {
    "person": "personal",
    "mechanism": "meeting",
    "meeting": "meeting",
    "state": "jurisdiction",
    "place": "jurisdiction",
} | dict.fromkeys(("body", "programme", "fund", "state-group"), "corporate")
_THESAURI = {"http://eurovoc.europa.eu/": "eurovocen", "http://metadata.un.org/thesaurus/": "unbist"}
"""Namespace of a thesaurus → its code among the subject heading and term source codes."""
DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
"""A date of ISO 8601 as precise as known: year, month and day."""


def signing_date(date: str) -> str:
    """Write a date as it stands in the access point of a treaty: `(2015 November 21)`; "" for what is no date."""
    match = DATE.fullmatch(date)
    if not match or not 1 <= int(match[2] or 1) <= len(_MONTHS):
        return ""
    month = _MONTHS[int(match[2]) - 1] if match[2] else ""
    return f"({' '.join(filter(None, (match[1], month, (match[3] or '').lstrip('0'))))})"


def date_signed(written: str) -> str:
    """Return the date that stands in the access point of a treaty: `(2015 November 21)`; "" for anything else."""
    match = _SIGNED.search(written)
    if not match:
        return ""
    year, month, day = match.groups()
    number = f"{_MONTHS.index(month) + 1:02}" if month else ""
    return "-".join(filter(None, (year, number, day and day.zfill(2))))


def access_point(value: Value) -> str:
    """Return the title of a work as it is found by: of what binds in law with its date."""
    date = signing_date(value.date) if value.legal else ""
    return f"{value.text} {date}" if date else value.text


def name_type(value: Value) -> str:
    """Return whose name a thing has, personal, corporate, meeting or jurisdiction; "" for none, as of a post.

    A partnership is a mechanism within which others meet, and no meeting itself.
    """
    is_partnership = (value.kind, value.form) == ("mechanism", "partnership")
    return "corporate" if is_partnership else _NAMES.get(value.kind, "")


def agents(record: Record) -> Iterator[tuple[Value, tuple[str, ...]]]:
    """Yield who adopted an instrument and its parties: each once, with all that it is to it."""
    party = "participant in treaty" if record.legal else "participant"
    adopting, parties = ({value.iri for value in values} for values in (record.adopted_by, record.parties))
    for value in record.adopted_by:
        yield value, ("issuing body", party) if value.iri in parties else ("issuing body",)
    for value in record.parties:
        if value.iri not in adopting:
            yield value, (party,) if record.legal else ()


def article(title: str) -> str:
    """Return the article that a title begins with and the blank after it, which filing skips; "" for none."""
    match = _ARTICLE.match(title)
    return match[0] if match else ""


def thesaurus(heading: Value) -> str:
    """Return the code of the thesaurus that a heading is of, "" for any other."""
    return next((code for stem, code in _THESAURI.items() if heading.iri.startswith(stem)), "")
