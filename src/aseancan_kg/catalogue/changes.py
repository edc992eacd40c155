"""The changes of the journal, as the dataset tells of them: who changed what, when and why."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import iri_of
from aseancan_kg.namespaces import BASE, CHANGE, PREFIXES, described_iri
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, nodes, pointing

INFLUENCED_BY = f"{PREFIXES['prov']}wasInfluencedBy"
_ASSOCIATED, _ENDED, _GENERATED, _INFORMED_BY, _USED = (
    f"{PREFIXES['prov']}{name}" for name in ("wasAssociatedWith", "endedAtTime", "generated", "wasInformedBy", "used")
)
_DESCRIPTION, _LABEL = f"{PREFIXES['dcterms']}description", f"{PREFIXES['skos']}prefLabel"
_RELEASE = f"{BASE}r/"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its IRI and number, its time as xsd:dateTime, author and reason, the change that it takes back.

    `before` and `after` name the versions of the dataset that it was made to and that it made.
    """

    iri: str
    number: int
    time: str
    author: str
    reason: str
    before: str
    after: str
    undoes: str | None


def record(store: Dataset, iris: Iterable[str]) -> list[ox.Quad]:
    """Return what is said of changes, and of their authors."""
    told = store.statements(nodes(iris))
    authors = [iri_of(quad.object) for quad in told if quad.predicate.value == _ASSOCIATED]
    return [*told, *store.statements(nodes(filter(None, authors)))]


def told(quads: Iterable[ox.Quad]) -> list[Change]:
    """Return the changes that a record tells of, the newest first; what is not wholly described is left out."""
    said = Descriptions(quad.triple for quad in quads)
    found = []
    for iri in said.things:
        time, reason = said.text(iri, _ENDED), said.text(iri, _DESCRIPTION)
        author = said.text(said.iri(iri, _ASSOCIATED) or "", _LABEL)
        before, after = (said.iri(iri, name) for name in (_USED, _GENERATED))
        if iri.removeprefix(CHANGE).isdecimal() and time and reason and author and before and after:
            names = before.removeprefix(_RELEASE), after.removeprefix(_RELEASE)
            number = int(iri.removeprefix(CHANGE))
            found.append(Change(iri, number, time, author, reason, *names, said.iri(iri, _INFORMED_BY)))
    return sorted(found, key=lambda one: -one.number)


def read(store: Dataset, iris: Iterable[str]) -> list[Change]:
    """Return changes by their IRIs, the newest first."""
    return told(record(store, iris))


def latest(store: Dataset, most: int) -> list[Change]:
    """Return the latest changes, the newest first."""
    made = {iri_of(quad.subject) for quad in store.quads(predicates=[ox.NamedNode(_GENERATED)])}
    numbers = sorted((int(iri.removeprefix(CHANGE)) for iri in made if iri.startswith(CHANGE)), reverse=True)
    return read(store, [f"{CHANGE}{number}" for number in numbers[:most]])


def changed(store: Dataset, iri: str) -> list[str]:
    """Return the IRIs of what a change has changed and is still there."""
    return sorted(map(described_iri, pointing(store, INFLUENCED_BY, [iri]).get(iri, ())))
