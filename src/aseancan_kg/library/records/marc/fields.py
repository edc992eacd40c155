"""Fields of MARC 21 that bibliographic and authority records share."""

import re
from collections.abc import Iterator, Sequence

from pymarc import Field, Indicators, Subfield

from aseancan_kg.catalogue.labels import Link
from aseancan_kg.library.plain import plain
from aseancan_kg.library.records.access_points import DATE, article, name_type, signing_date
from aseancan_kg.library.records.record import Record, Value

_TAGS = {"personal": "00", "meeting": "11"}
"""Type of a name → the last two digits of its tag; every other is that of a corporate body."""
_ENTRY = {"personal": "0", "jurisdiction": "1"}
"""Type of a name → the first indicator; every other name is in direct order."""
_LANGUAGES = {"en": "eng", "fr": "fre"}
"""Code of ISO 639-1 → that of the MARC code list, for the official languages of ASEAN and of Canada."""


def field(tag: str, indicators: str, *subfields: tuple[str, str]) -> Field:
    """Return a field; subfields without a text are left out."""
    given = [Subfield(code, plain(text)) for code, text in subfields if plain(text)]
    return Field(tag=tag, indicators=Indicators(*indicators), subfields=given)


def control(tag: str, data: str) -> Field:
    """Return a control field."""
    return Field(tag=tag, data=plain(data) if tag == "001" else data)


def agent(block: str, value: Value, *others: tuple[str, str], roles: Sequence[str] = (), second: str = " ") -> Field:
    """Return a name in a block of tags: "1" for 1XX, "7" for 7XX.

    A jurisdiction by itself is a geographic name among subjects and in authority records (651, 551).
    """
    kind = name_type(value)
    if kind == "jurisdiction" and block in {"5", "6"}:
        return field(f"{block}51", f" {second}", *others, ("a", value.text), ("1", value.iri))
    tag = block + _TAGS.get(kind, "10")
    code = "j" if tag.endswith("11") else "e"
    *told, last = ("a", value.text), *((code, role) for role in roles)
    followed = [(one, f"{text},") for one, text in told]
    return field(tag, _ENTRY.get(kind, "2") + second, *others, *followed, last, ("1", value.iri))


def uniform_title(value: Value) -> list[tuple[str, str]]:
    """Return the subfields of the title of a work: of a treaty with the date by which it is told from others."""
    return [("a", value.text), ("d", signing_date(value.date) if value.legal else "")]


def skipped(title: str) -> str:
    """Return how many characters of a title are an article and the blank after it, as an indicator holds it."""
    return str(len(article(title)))


def coded_dates(*dates: tuple[str, Sequence[Value]]) -> list[Field]:
    """Return field 046 with the first date of each of the subfields; an ISO date is EDTF, at any precision."""
    given = [(code, values[0].text) for code, values in dates if values and DATE.fullmatch(values[0].text)]
    return [field("046", "  ", *given, ("2", "edtf"))] if given else []


def date_entered(record: Record) -> str:
    """Return the day on which a record was made as 008/00-05 hold it, fill characters where it is not known."""
    day = record.created[: len("2015-11-21")]
    return day[2:].replace("-", "") if DATE.fullmatch(day) else "||||||"


def language_code(record: Record) -> str:
    """Return the MARC code of the language of the text, "und" where none is stated."""
    codes = [value.iri.rpartition("/")[2] for value in record.language]
    return next((_LANGUAGES[code] for code in codes if code in _LANGUAGES), "und")


def numbers(record: Record) -> list[Field]:
    """Return the control fields, the identifiers and the source of a record, for every format of MARC 21."""
    made = [control("001", record.path)]
    if changed := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)Z)?", record.modified, re.ASCII):
        made.append(control("005", "".join(part or "00" for part in changed.groups()) + ".0"))
    made.append(field("024", "7 ", ("a", record.iri), ("2", "uri")))
    for same in record.same_as:
        stem, _, item = same.iri.rpartition("/")
        known = stem.endswith("wikidata.org/entity")
        made.append(field("024", "7 ", ("a", item if known else same.iri), ("2", "wikidata" if known else "uri")))
    made.append(field("040", "  ", ("a", record.agency), ("b", "eng"), ("e", "rda"), ("c", record.agency)))
    return made


def acts_of(record: Record) -> str:
    """Return what the parties did to bind themselves, and when as far as known."""
    return "; ".join(act.dated for act in record.acts)


class Provenance:
    """Links fields to notes on how software found what they hold: field 883, one for each way and its certainty."""

    def __init__(self) -> None:
        self._links: dict[tuple[Link | None, str, bool], int] = {}

    def link(self, value: Value) -> list[tuple[str, str]]:
        """Return a subfield 8 for each way in which software gives a value; none for what a reader has found too."""
        if not value.grounds or not all(ground.mechanical for ground in value.grounds):
            return []
        ways = dict.fromkeys((ground.by, ground.confidence, ground.reviewed) for ground in value.grounds)
        return [("8", f"{self._links.setdefault(way, len(self._links) + 1)}\\p") for way in ways]

    def fields(self) -> Iterator[Field]:
        """Yield the notes on all links made so far; what a reader has looked at is partially machine-generated."""
        for (by, confidence, seen), number in self._links.items():
            rule = (("a", by.label), ("u", by.iri)) if by else ()
            yield field("883", f"{int(seen)} ", ("8", f"{number}\\p"), *rule[:1], ("c", confidence), *rule[1:])


def place_in(value: Value) -> Iterator[str]:
    """Yield where in a text a thing is named: the code points of each mention and its words."""
    for ground in value.grounds:
        if ground.words:
            yield f"code points {ground.start}-{ground.end}: “{ground.words}”"
