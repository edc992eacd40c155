"""What every register holds: the kind its rows are, and its columns in order."""

from collections.abc import Mapping
from dataclasses import dataclass

from aseancan_kg.build import values
from aseancan_kg.build.values import Reader


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds: how a value is read, whether several may stand in a cell, whether one must."""

    read: Reader
    many: bool = False
    required: bool = False


_TEXT = Column(values.text)
_NAME = Column(values.text, required=True)
_PLAIN = Column(values.plain)
_DATE = Column(values.partial_date)
_URL = Column(values.url)
_SLUG = Column(values.slug, required=True)
_PARTIES = ("state", "state-group", "body", "mechanism")
_PARENTS = (*_PARTIES, "programme", "fund", "post")

_EVIDENCE = {
    "sources": Column(values.source, many=True, required=True),
    "confidence": Column(values.code("confidence"), required=True),
    "note": _TEXT,
}


_IMPLEMENTS = Column(values.reference("instrument"), many=True)


def _kinded(scheme: str, **further: Column) -> dict[str, Column]:
    """Columns that bodies, mechanisms, programmes, funds, posts, groups and places share, and `further` ones."""
    return {
        "slug": _SLUG,
        "name": _NAME,
        "acronym": _PLAIN,
        "kind": Column(values.code(scheme), required=True),
        "parent": Column(values.reference(*_PARENTS)),
        "established": _DATE,
        "founding_act": _TEXT,
        "dissolved": _DATE,
        "seat_city": _TEXT,
        "seat_country": _TEXT,
        "members": Column(values.reference(*_PARTIES), many=True),
        "members_note": _TEXT,
        "pillar": Column(values.code("pillar")),
        **further,
        "url": _URL,
        "wikidata": Column(values.wikidata),
        **_EVIDENCE,
    }


_INSTRUMENTS = {
    "slug": _SLUG,
    "title": _NAME,
    "short_title": _TEXT,
    "acronym": _PLAIN,
    "kind": Column(values.code("instrument-kind"), required=True),
    "legal_nature": Column(values.code("legal-nature")),
    "adopted": _DATE,
    "adopted_place": _TEXT,
    "adopted_by": _TEXT,
    "adopting_body": Column(values.reference("body", "mechanism", "state"), many=True),
    "entered_into_force": _DATE,
    "period_start": _DATE,
    "period_end": _DATE,
    "parties": Column(values.reference("state", "state-group", "body"), many=True),
    "parties_note": _TEXT,
    "pillar": Column(values.code("pillar")),
    "supersedes": Column(values.reference("instrument"), many=True),
    "implements": _IMPLEMENTS,
    "part_of": Column(values.reference("instrument"), many=True),
    "phase_of": Column(values.reference("instrument")),
    "url": _URL,
    "wikidata": Column(values.wikidata),
    **_EVIDENCE,
}

REGISTERS: Mapping[str, tuple[str, Mapping[str, Column]]] = {
    "instruments": ("instrument", _INSTRUMENTS),
    "bodies": ("body", _kinded("body-kind")),
    "mechanisms": ("mechanism", _kinded("mechanism-kind")),
    "programmes": ("programme", _kinded("programme-kind", implements=_IMPLEMENTS)),
    "funds": ("fund", _kinded("fund-kind", implements=_IMPLEMENTS)),
    "posts": ("post", _kinded("post-kind")),
    "state-groups": ("state-group", _kinded("state-group-kind")),
    "places": ("place", _kinded("place-kind")),
    "states": (
        "state",
        {
            "slug": _SLUG,
            "name": _NAME,
            "iso_code": _PLAIN,
            "capital": _TEXT,
            "url": _URL,
            "wikidata": Column(values.wikidata),
            **_EVIDENCE,
        },
    ),
    "persons": ("person", {"slug": _SLUG, "name": _NAME, **_EVIDENCE}),
    "holdings": (
        "holding",
        {
            "slug": _SLUG,
            "person": Column(values.reference("person", "state"), required=True),
            "post": Column(values.reference("post")),
            "post_title": _TEXT,
            "organisation": Column(values.reference("body", "mechanism")),
            "as_of": _DATE,
            "from": _DATE,
            "to": _DATE,
            **_EVIDENCE,
        },
    ),
    "memberships": (
        "membership",
        {
            "slug": _SLUG,
            "member": Column(values.reference("state"), required=True),
            "organisation": Column(values.reference("body"), required=True),
            "joined": _DATE,
            "left": _DATE,
            **_EVIDENCE,
        },
    ),
    "meetings": (
        "meeting",
        {
            "slug": _SLUG,
            "name": _NAME,
            "ordinal": Column(values.number),
            "series": Column(values.reference("mechanism", "body")),
            "started": _DATE,
            "ended": _DATE,
            "place": _TEXT,
            "mode": Column(values.code("meeting-mode")),
            "areas": Column(values.text, many=True),
            "url": _URL,
            **_EVIDENCE,
        },
    ),
    "participations": (
        "participation",
        {
            "slug": _SLUG,
            "meeting": Column(values.reference("meeting"), required=True),
            "agent": Column(values.reference("person", "state", "state-group", "body"), required=True),
            "role": Column(values.code("participation-role"), required=True),
            "capacity": _TEXT,
            "post": Column(values.reference("post")),
            **_EVIDENCE,
        },
    ),
    "reports": (
        "report",
        {
            "slug": _SLUG,
            "meeting": Column(values.reference("meeting"), required=True),
            "subject": _NAME,
            "predicate": _NAME,
            "object": _NAME,
            **_EVIDENCE,
        },
    ),
    "documents": (
        "source",
        {"slug": _SLUG, "url": _URL, "title": _TEXT, "publisher": _TEXT, "issued": _DATE, "note": _TEXT},
    ),
    "names": (
        "name",
        {
            "entity": Column(values.reference(), required=True),
            "name": _NAME,
            "kind": Column(values.code("name-kind"), required=True),
            "from": _DATE,
            "to": _DATE,
            **_EVIDENCE,
        },
    ),
    "rivals": (
        "rival",
        {
            "entity": Column(values.reference(), required=True),
            "column": Column(values.plain, required=True),
            "value": Column(values.plain, required=True),
            **_EVIDENCE,
        },
    ),
    "concepts": (
        "concept",
        {
            "scheme": _SLUG,
            "code": _SLUG,
            "label": _NAME,
            "definition": _NAME,
            "broader": Column(values.slug),
            "matches": Column(values.url, many=True),
            "source": Column(values.text, required=True),
        },
    ),
}
"""Register file (without .csv) → the kind its rows are, and its columns in order."""
