"""Words for what a page names: labels, words made of an IRI's last part, and the order people expect."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from aseancan_kg.namespaces import BASE, PREFIXES

Labels = Mapping[str, ox.Literal]
"""IRI → its label."""

_SKOS = PREFIXES["skos"]
# Terms of others that the dataset does not label, in a reader's words.
_PLAIN_WORDS = {
    f"{_SKOS}altLabel": "also called",
    f"{_SKOS}editorialNote": "note",
    f"{_SKOS}inScheme": "in code list",
    f"{_SKOS}notation": "number",
    f"{_SKOS}prefLabel": "name",
    f"{PREFIXES['itsrdf']}taConfidence": "confidence as a number",
    f"{PREFIXES['prov']}hadPrimarySource": "rests on",
    f"{PREFIXES['dcterms']}isPartOf": "part of",
    f"{PREFIXES['foaf']}page": "web page",
    f"{PREFIXES['oa']}hasSource": "quotes",
    f"{PREFIXES['schema']}sameAs": "same as",
    f"{PREFIXES['prov']}wasQuotedFrom": "quoted from",
}
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-_]")
_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Link:
    """An IRI and the words for it; `language` is told where they are not English."""

    iri: str
    label: str
    language: str | None = None


def link(labels: Labels, iri: str) -> Link:
    """Return the IRI with its label, or with words made of its last part when it has none."""
    if iri not in labels:
        return Link(iri, words(iri))
    label = labels[iri]
    return Link(iri, label.value, None if (label.language or "en").startswith("en") else label.language)


def words(iri: str) -> str:
    """Make words of an IRI's last part: `…/terms/isPartOf` → "is part of"; a web address stays as it is."""
    if iri in _PLAIN_WORDS:
        return _PLAIN_WORDS[iri]
    if not iri.startswith((BASE, *PREFIXES.values())):
        return re.sub(r"^https?://", "", iri)
    last = re.split(r"[/#]", iri.rstrip("/#"))[-1]
    parts = [part for part in _WORDS.split(last) if part]
    return " ".join(part if part.isupper() and len(part) > 1 else part.lower() for part in parts)


def natural(text: str) -> list[tuple[int, str]]:
    """Sort key that puts 1.2.10 after 1.2.9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _NUMBERS.split(text) if part]


def iri_of(term: object) -> str:
    """Value of an IRI, "" for any other term."""
    return term.value if isinstance(term, ox.NamedNode) else ""


def text_of(term: object) -> str:
    """Text of a literal, "" for any other term."""
    return term.value if isinstance(term, ox.Literal) else ""
