"""A clause in its action: its words in their place, what it says of who acts and how, and how it is coded."""

from dataclasses import dataclass

from aseancan_kg.catalogue.labels import Link, link
from aseancan_kg.catalogue.reading import Clause, Place, place
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe

_PART_OF = f"{PREFIXES['dcterms']}isPartOf"
_TOLD = [ONT + name for name in ("actor", "addressee", "means", "output")]


@dataclass(frozen=True, slots=True)
class ClauseInPlace:
    """A clause, the action it stands in with the words before and after it, and what it tells in words of its own.

    There are no words before and after where the clause is all of the action.
    """

    clause: Clause
    action: Place
    label: Link
    before: str
    after: str
    told: tuple[tuple[Link, tuple[str, ...]], ...]

    @property
    def position(self) -> int:
        """Which clause of its action it is, from 1."""
        return self.action.part.clauses.index(self.clause) + 1


def clause(store: Dataset, iri: str) -> ClauseInPlace | None:
    """Return a clause in its action; None for one that is in no action of a plan."""
    said = describe(store, [iri], [_PART_OF, *_TOLD])
    action = said.iri(iri, _PART_OF)
    found = place(store, action) if action else None
    own = next((one for one in found.part.clauses if one.iri == iri), None) if found else None
    if found is None or own is None:
        return None
    labels = store.labels([found.part.iri, *_TOLD])
    before, _, after = found.part.text.partition(own.text)
    if own.text not in found.part.text or not any(map(str.isalnum, before + after)):
        before = after = ""
    return ClauseInPlace(
        own,
        found,
        link(labels, found.part.iri),
        before,
        after,
        tuple((link(labels, name), tuple(texts)) for name in _TOLD if (texts := said.texts(iri, name))),
    )
