"""What points to a thing, a page of it at a time, each in words that tell what it is."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from aseancan_kg.catalogue.documents import Document
from aseancan_kg.catalogue.evidence import MENTIONS, value_of
from aseancan_kg.catalogue.labels import Labels, Link, link
from aseancan_kg.namespaces import ID, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe

_SUBJECT, _PREDICATE, _OBJECT = (PREFIXES["rdf"] + name for name in ("subject", "predicate", "object"))
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Incoming:
    """Things that point here by one property; `count` covers all of them, `things` those on this page."""

    property: Link
    count: int
    things: tuple[Link, ...]


def incoming(store: Dataset, found: Document, languages: Sequence[str] = ()) -> tuple[Incoming, ...]:
    """Group the incoming links of one page by property; the counts are those of all pages.

    A part of a thing (`…#target`) goes by the thing, and a statement node by what it says.
    """
    wholes = {subject: _whole(subject) for _, subject in found.shown}
    said = describe(store, wholes.values(), [_SUBJECT, _PREDICATE, _OBJECT])
    told = {name for one in said.things for by in (_SUBJECT, _PREDICATE, _OBJECT) for name in said.iris(one, by)}
    labels = store.labels({*wholes.values(), *told, *(name for name, _ in found.shown if name)}, languages)
    groups = []
    for name in dict.fromkeys(name for name, _ in found.shown):
        things = dict.fromkeys(wholes[subject] for predicate, subject in found.shown if predicate == name)
        count = sum(predicate == name for predicate, _ in found.incoming)
        words = link(labels, name) if name else Link("", "described in this graph")
        groups.append(Incoming(words, count, tuple(_named(labels, said, one) for one in things)))
    return tuple(groups)


def _whole(iri: str) -> str:
    return iri.partition("#")[0] if iri.startswith(ID) else iri


def _named(labels: Labels, said: Descriptions, iri: str) -> Link:
    subject, objects, names = said.iri(iri, _SUBJECT), said.of(iri).get(_OBJECT), said.iris(iri, _PREDICATE)
    if not subject or not objects or not names:
        return link(labels, iri)
    name = next((one for one in names if one != MENTIONS), MENTIONS)
    value = textwrap.shorten(value_of(labels, objects[0]).text, _LONGEST, placeholder="…")
    return Link(iri, f"{link(labels, subject).label}: {link(labels, name).label} {value}")
