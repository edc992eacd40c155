"""What every register and every table of codings holds: the kind its rows are, and its columns in order."""

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

MATCHES = ("closeMatch", "exactMatch", "broadMatch", "narrowMatch", "relatedMatch")
"""SKOS mapping properties, by which a code is aligned with a concept elsewhere."""

_NAMED = "instrument body mechanism programme fund post state-group place state person meeting"
RELATIONS: Mapping[str, frozenset[str]] = {
    relation: frozenset(kinds.split())
    for relation, kinds in {
        "supportsImplementationOf": "instrument programme",
        "supports": "instrument body mechanism programme fund post state-group state",
        "cooperatesThrough": "instrument body mechanism programme fund",
        "cooperatesWith": "body mechanism programme fund post person state state-group",
        "convenes": "body mechanism meeting",
        "references": "instrument body mechanism programme fund post meeting",
        "promotes": "instrument body mechanism programme fund post state-group state place",
        "considers": "instrument mechanism programme fund",
        "foreseesSuccessor": "instrument",
        "addresses": "body mechanism state state-group",
        "reviewedBy": "body mechanism meeting",
        "reportsTo": "body mechanism meeting",
        "namesParty": "state state-group body",
        "namesPlace": "place state state-group body",
        "namedWithin": "instrument body mechanism programme fund post state-group place state",
        "mentions": _NAMED,
    }.items()
}
"""Local names of `ac:mentions` and the properties below it, and the kinds of things that each can lead to."""

_EVIDENCE = {
    "sources": Column(values.source, many=True, required=True),
    "confidence": Column(values.Codes("confidence"), required=True),
    "note": _TEXT,
}
NOT_FACTS = frozenset({"slug", *_EVIDENCE})
"""Columns that describe the row rather than the thing."""


_IMPLEMENTS = Column(values.References("instrument"), many=True)


def _kinded(scheme: str, **further: Column) -> dict[str, Column]:
    """Columns that bodies, mechanisms, programmes, funds, posts, groups and places share, and `further` ones."""
    return {
        "slug": _SLUG,
        "name": _NAME,
        "acronym": _PLAIN,
        "kind": Column(values.Codes(scheme), required=True),
        "parent": Column(values.References(*_PARENTS)),
        "established": _DATE,
        "founding_act": _TEXT,
        "dissolved": _DATE,
        "seat_city": _TEXT,
        "seat_country": _TEXT,
        "members": Column(values.References(*_PARTIES), many=True),
        "members_note": _TEXT,
        "pillar": Column(values.Codes("pillar")),
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
    "kind": Column(values.Codes("instrument-kind"), required=True),
    "legal_nature": Column(values.Codes("legal-nature")),
    "adopted": _DATE,
    "adopted_place": _TEXT,
    "adopted_by": _TEXT,
    "adopting_body": Column(values.References("body", "mechanism", "state"), many=True),
    "entered_into_force": _DATE,
    "period_start": _DATE,
    "period_end": _DATE,
    "parties": Column(values.References("state", "state-group", "body"), many=True),
    "parties_note": _TEXT,
    "pillar": Column(values.Codes("pillar")),
    "supersedes": Column(values.References("instrument"), many=True),
    "implements": _IMPLEMENTS,
    "part_of": Column(values.References("instrument"), many=True),
    "phase_of": Column(values.References("instrument")),
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
            "person": Column(values.References("person", "state"), required=True),
            "post": Column(values.References("post")),
            "post_title": _TEXT,
            "organisation": Column(values.References("body", "mechanism")),
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
            "member": Column(values.References("state"), required=True),
            "organisation": Column(values.References("body"), required=True),
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
            "series": Column(values.References("mechanism", "body")),
            "started": _DATE,
            "ended": _DATE,
            "place": _TEXT,
            "mode": Column(values.Codes("meeting-mode")),
            "areas": Column(values.text, many=True),
            "url": _URL,
            **_EVIDENCE,
        },
    ),
    "participations": (
        "participation",
        {
            "slug": _SLUG,
            "meeting": Column(values.References("meeting"), required=True),
            "agent": Column(values.References("person", "state", "state-group", "body"), required=True),
            "role": Column(values.Codes("participation-role"), required=True),
            "capacity": _TEXT,
            "post": Column(values.References("post")),
            **_EVIDENCE,
        },
    ),
    "reports": (
        "report",
        {
            "slug": _SLUG,
            "meeting": Column(values.References("meeting"), required=True),
            "subject": _NAME,
            "predicate": _NAME,
            "object": _NAME,
            **_EVIDENCE,
        },
    ),
    "statements": (
        "statement",
        {
            "slug": _SLUG,
            "meeting": Column(values.References("meeting"), required=True),
            "edition": Column(values.References("source"), required=True),
            "start": Column(values.offset, required=True),
            "end": Column(values.offset, required=True),
            "form": Column(values.Codes("statement-form"), required=True),
            "speech_act": Column(values.Codes("speech-act"), required=True),
            "speaker": Column(values.References("state", "body", "person", "meeting"), many=True),
            "speaker_words": _TEXT,
            "chain": Column(values.References("source"), many=True, required=True),
            "quotation": _TEXT,
            "gist": _NAME,
            **_EVIDENCE,
        },
    ),
    "party-actions": (
        "party-action",
        {
            "slug": _SLUG,
            "instrument": Column(values.References("instrument"), required=True),
            "party": Column(values.References("state", "state-group", "body"), required=True),
            "action": Column(values.Codes("party-act"), required=True),
            "date": _DATE,
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
            "entity": Column(values.References(), required=True),
            "name": _NAME,
            "kind": Column(values.Codes("name-kind"), required=True),
            "from": _DATE,
            "to": _DATE,
            **_EVIDENCE,
        },
    ),
    "rivals": (
        "rival",
        {
            "entity": Column(values.References(), required=True),
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
            "broader": Column(values.slug, many=True),
            "related": Column(values.slug, many=True),
            "alternatives": Column(values.text, many=True),
            "scope_note": _TEXT,
            "source": Column(values.text, required=True),
        },
    ),
    "alignments": (
        "alignment",
        {
            "concept": Column(values.concept, required=True),
            "relation": Column(values.Choice(*MATCHES), required=True),
            "target": Column(values.url, required=True),
            "target_label": _TEXT,
            "checked": Column(values.partial_date, required=True),
            **_EVIDENCE,
        },
    ),
    "identifiers": (
        "identifier",
        {
            "iri": Column(values.identifier, required=True),
            "label": _NAME,
            "status": Column(values.Choice("withdrawn", "replaced"), required=True),
            "replacement": Column(values.identifier, many=True),
            "date": Column(values.day, required=True),
            "reason": _NAME,
            "sources": Column(values.source, many=True),
        },
    ),
}
"""Register file (without .csv) → the kind its rows are, and its columns in order."""

CODED = ("direction", "firmness", "precision", "hedge")
"""Code lists by which clauses are coded."""

_CONFIDENCE = Column(values.Codes("confidence"), required=True)
_WORDS = Column(values.text, many=True)

CODINGS: Mapping[str, tuple[str, Mapping[str, Column]]] = {
    "mentions": (
        "mention",
        {
            "part": Column(values.part),
            "quote": _NAME,
            "occurrence": Column(values.number),
            "start": Column(values.offset),
            "entity": Column(values.References(), required=True),
            "relation": Column(values.Choice(*RELATIONS), many=True, required=True),
            "decision": Column(values.Choice("accepted", "rejected"), required=True),
            "confidence": _CONFIDENCE,
            "note": _TEXT,
        },
    ),
    "clauses": (
        "clause",
        {
            "clause": Column(values.clause, required=True),
            "text": _NAME,
            "verb": Column(values.Codes("verb"), required=True),
            "continuity": Column(values.Codes("continuity"), required=True),
            "actor": _WORDS,
            "addressee": _WORDS,
            "means": _WORDS,
            "output": _WORDS,
            "confidence": _CONFIDENCE,
            "note": _TEXT,
        },
    ),
    "codings": (
        "coding",
        {
            "coder": Column(values.Codes("coder"), required=True),
            "clause": Column(values.clause, required=True),
            "scheme": Column(values.Choice(*CODED), required=True),
            "value": _SLUG,
            "words": _WORDS,
            "confidence": _CONFIDENCE,
            "rationale": _NAME,
        },
    ),
    "topics": (
        "topic",
        {
            "action": Column(values.action, required=True),
            "topic": Column(values.Codes("topic"), required=True),
            "basis": Column(values.Codes("basis", "named", "in-substance", "inferred", "in-name"), required=True),
            "words": _WORDS,
            "confidence": _CONFIDENCE,
            "rationale": _NAME,
        },
    ),
    "sdgs": (
        "sdg",
        {
            "action": Column(values.action, required=True),
            "sdg": Column(values.sdg, required=True),
            "basis": Column(values.Codes("basis", "explicit", "inferred"), required=True),
            "words": _WORDS,
            "confidence": _CONFIDENCE,
            "rationale": _NAME,
        },
    ),
    "reaffirmations": (
        "reaffirmation",
        {
            "statement": Column(values.References("statement"), required=True),
            "target": Column(values.reaffirmed),
            "basis": Column(values.Codes("basis", "named", "in-substance", "inferred")),
            "match": Column(values.Codes("match"), required=True),
            "confidence": _CONFIDENCE,
            "rationale": _NAME,
        },
    ),
}
"""Table of codings (without .csv) below `data/codings/<edition>/` → the kind its rows are, and its columns in order."""

TABLES = {**REGISTERS, **CODINGS}
"""Every table by its name."""

CONTESTABLE: Mapping[str, Mapping[str, Column]] = {
    kind: {name: column for name, column in columns.items() if name not in NOT_FACTS}
    for kind, columns in REGISTERS.values()
    if columns.keys() >= NOT_FACTS
}
"""The columns, by the kind of a thing, of which sources may tell different things."""
