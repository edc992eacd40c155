"""A clause in its action: its words in their place, what it says of who acts and how, and how it is coded."""

from dataclasses import dataclass

from aseancan_kg.catalogue.labels import Link, link
from aseancan_kg.catalogue.reading import Clause, Part, Place, place
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe

_PART_OF = f"{PREFIXES['dcterms']}isPartOf"
_TOLD = [ONT + name for name in ("actor", "addressee", "means", "output")]


@dataclass(frozen=True, slots=True)
class ClauseInPlace:
    """A clause, the action it stands in with the words before and after it, and what it tells in words of its own.

    There are no words before and after where the clause is all of the action, or where its place is not known.
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
    at = _position(own, found.part)
    before, after = ("", "") if at is None else (found.part.text[:at], found.part.text[at + len(own.text) :])
    if not any(map(str.isalnum, before + after)):
        before = after = ""
    return ClauseInPlace(
        own,
        found,
        link(labels, found.part.iri),
        before,
        after,
        tuple((link(labels, name), tuple(texts)) for name in _TOLD if (texts := said.texts(iri, name))),
    )


def _position(own: Clause, part: Part) -> int | None:
    """Return where a clause begins in the text of its action; None where its offsets do not tell.

    Offsets are of the edition, of which each code point of white space that was taken out moves it to the left by one.
    """
    if own.start is None or part.start is None or part.end is None:
        return None
    expected = own.start - part.start
    taken_out = part.end - part.start - len(part.text)
    places = range(expected, max(expected - taken_out, 0) - 1, -1)
    return next((place for place in places if part.text.startswith(own.text, place)), None)
