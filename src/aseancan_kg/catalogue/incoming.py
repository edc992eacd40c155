"""What points to a thing, a page of it at a time, each in words that tell what it is."""

import textwrap
from dataclasses import dataclass

from aseancan_kg.catalogue.documents import Document
from aseancan_kg.catalogue.evidence import MENTIONS, value_of
from aseancan_kg.catalogue.labels import Labels, Link, link
from aseancan_kg.namespaces import ID, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe

_STATED = _SUBJECT, _PREDICATE, _OBJECT = [PREFIXES["rdf"] + name for name in ("subject", "predicate", "object")]
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Incoming:
    """Things that point here by one property; `count` covers all of them, `things` those on this page."""

    property: Link
    count: int
    things: tuple[Link, ...]


class Pointing:
    """What points to a thing, of the page of its document.

    A part of a thing (`…#target`) goes by the thing, and a statement node by what it says.
    """

    def __init__(self, store: Dataset, found: Document) -> None:
        self._found = found
        self._wholes = {subject: _whole(subject) for _, subject in found.shown}
        self._said = describe(store, self._wholes.values(), _STATED)

    @property
    def named(self) -> set[str]:
        """The IRIs that need labels."""
        told = {name for one in self._said.things for by in _STATED for name in self._said.iris(one, by)}
        return {*self._wholes.values(), *told, *(name for name, _ in self._found.shown if name)}

    def groups(self, labels: Labels) -> tuple[Incoming, ...]:
        """Return it by property; the counts are those of all pages."""
        return tuple(self._group(labels, name) for name in dict.fromkeys(name for name, _ in self._found.shown))

    def _group(self, labels: Labels, name: str) -> Incoming:
        things = dict.fromkeys(self._wholes[subject] for by, subject in self._found.shown if by == name)
        return Incoming(
            link(labels, name) if name else Link("", "described in this graph"),
            sum(by == name for by, _ in self._found.incoming),
            tuple(_named(labels, self._said, one) for one in things),
        )


def _whole(iri: str) -> str:
    return iri.partition("#")[0] if iri.startswith(ID) else iri


def _named(labels: Labels, said: Descriptions, iri: str) -> Link:
    subject, objects, names = said.iri(iri, _SUBJECT), said.of(iri).get(_OBJECT), said.iris(iri, _PREDICATE)
    if not subject or not objects or not names:
        return link(labels, iri)
    name = next((one for one in names if one != MENTIONS), MENTIONS)
    value = textwrap.shorten(value_of(labels, objects[0]).text, _LONGEST, placeholder="…")
    return Link(iri, f"{link(labels, subject).label}: {link(labels, name).label} {value}")
