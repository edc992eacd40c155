"""Fields of MARC 21 that bibliographic and authority records share."""

import re
from collections.abc import Iterator, Sequence

from pymarc import Field, Indicators, Subfield

from aseancan_kg.library.plain import plain
from aseancan_kg.library.records.access_points import DATE, signing_date
from aseancan_kg.library.records.record import Record, Value

_TAGS = {"person": "00", "mechanism": "11", "meeting": "11"}
"""Kind → the last two digits of the tag of a name of that kind; every other is that of a corporate body."""
_ARTICLE = re.compile(r"(?:the|an|a) (?=\S)", re.IGNORECASE)
_LANGUAGES = {"en": "eng", "fr": "fre"}
"""Code of ISO 639-1 → that of the MARC code list, for the official languages of ASEAN and of Canada."""


def field(tag: str, indicators: str, *subfields: tuple[str, str]) -> Field:
    """Return a field; subfields without a text are left out."""
    given = [Subfield(code, plain(text)) for code, text in subfields if plain(text)]
    return Field(tag=tag, indicators=Indicators(*indicators), subfields=given)


def control(tag: str, data: str) -> Field:
    """Return a control field."""
    return Field(tag=tag, data=plain(data) if tag == "001" else data)


def agent(block: str, value: Value, relationship: str = "", *others: tuple[str, str], second: str = " ") -> Field:
    """Return the name of an agent in a block of tags: "1" for 1XX, "7" for 7XX. Meetings have their own tags."""
    tag = block + _TAGS.get(value.kind, "10")
    first = {"person": "0", "state": "1", "place": "1"}.get(value.kind, "2")
    relator = ("j" if tag.endswith("11") else "e", relationship)
    name = value.text + ("," if relationship else "")
    return field(tag, first + second, *others, ("a", name), relator, ("1", value.iri))


def uniform_title(value: Value) -> list[tuple[str, str]]:
    """Return the subfields of the title of a work: of a treaty with the date by which it is told from others."""
    return [("a", value.text), ("d", signing_date(value.date) if value.legal else "")]


def skipped(title: str) -> str:
    """Return how many characters of a title are an article and the blank after it, as an indicator holds it."""
    match = _ARTICLE.match(title)
    return str(match.end()) if match else "0"


def coded_dates(*dates: tuple[str, Sequence[Value]]) -> list[Field]:
    """Return field 046 with the first date of each of the subfields; an ISO date is EDTF, at any precision."""
    given = [(code, values[0].text) for code, values in dates if values and DATE.fullmatch(values[0].text)]
    return [field("046", "  ", *given, ("2", "edtf"))] if given else []


def date_entered(record: Record) -> str:
    """Return the day on which a record was made as 008/00-05 hold it, fill characters where it is not known."""
    return record.created[2:].replace("-", "") if DATE.fullmatch(record.created) else "||||||"


def language_code(record: Record) -> str:
    """Return the MARC code of the language of the text, "und" where none is stated."""
    codes = [value.iri.rpartition("/")[2] for value in record.language]
    return next((_LANGUAGES[code] for code in codes if code in _LANGUAGES), "und")


def numbers(record: Record) -> list[Field]:
    """Return the control fields, the identifiers and the source of a record, for every format of MARC 21."""
    made = [control("001", record.path)]
    if DATE.fullmatch(record.modified) and len(record.modified) == len("2015-11-21"):
        made.append(control("005", f"{record.modified.replace('-', '')}000000.0"))
    made.append(field("024", "7 ", ("a", record.iri), ("2", "uri")))
    for same in record.same_as:
        stem, _, item = same.iri.rpartition("/")
        known = stem.endswith("wikidata.org/entity")
        made.append(field("024", "7 ", ("a", item if known else same.iri), ("2", "wikidata" if known else "uri")))
    made.append(field("040", "  ", ("a", record.agency), ("b", "eng"), ("e", "rda"), ("c", record.agency)))
    return made


def acts_of(record: Record) -> str:
    """Return what the parties did to bind themselves, and when as far as known."""
    return "; ".join(f"{act.text} ({act.date})" if act.date else act.text for act in record.acts)


class Provenance:
    """Links fields to notes on how software found what they hold: field 883, one for each way and its certainty."""

    def __init__(self) -> None:
        self._links: dict[tuple[str, str, str, bool], int] = {}

    def link(self, value: Value) -> list[tuple[str, str]]:
        """Return subfield 8 of a field whose value only software gives; nothing for what a reader has found."""
        if not value.grounds or not all(ground.mechanical for ground in value.grounds):
            return []
        ground = value.grounds[0]
        rule = (ground.by.iri, ground.by.label) if ground.by else ("", "")
        number = self._links.setdefault((*rule, ground.confidence, ground.reviewed), len(self._links) + 1)
        return [("8", f"{number}\\p")]

    def fields(self) -> Iterator[Field]:
        """Yield the notes on all links made so far; what a reader has looked at is partially machine-generated."""
        for (iri, label, confidence, seen), number in self._links.items():
            yield field("883", f"{int(seen)} ", ("8", f"{number}\\p"), ("a", label), ("c", confidence), ("u", iri))


def place_in(value: Value) -> Iterator[str]:
    """Yield where in a text a thing is named: the code points of each mention and its words."""
    for ground in value.grounds:
        if ground.words:
            yield f"code points {ground.start}-{ground.end}: “{ground.words}”"
