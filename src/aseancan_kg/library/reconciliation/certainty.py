"""Which names are enough to know a thing by; what makes one unsafe are the other names of the dataset, and its own."""

from collections import Counter, defaultdict
from collections.abc import Collection
from itertools import accumulate

from aseancan_kg.library.reconciliation.entities import ACRONYM, Entity, Name
from aseancan_kg.library.reconciliation.names import initials, key, ownerless, parts, unnumbered

NOT_SAFE = frozenset({"plan-wording", "misnomer"})
"""Kinds of names in the register that are understood in their context only, or are wrong."""
_SEVERAL = 3
"""Things whose names begin with the same words, from which on these words tell what they are and not which."""


class Certainty:
    """The names of things, by which one of them may be unsafe."""

    def __init__(self, things: Collection[Entity]) -> None:
        self._begun = Counter(begun for one in things for begun in accumulate(parts(one.name), _and))
        self._numbered: dict[tuple[bool, str], set[str]] = defaultdict(set)
        for one in things:
            for name in one.names:
                if bare := unnumbered(name.text):
                    self._numbered[name.kind == ACRONYM, key(bare)].add(one.iri)

    def is_safe(self, asked: str, entity: Entity, called: Name) -> bool:
        """Tell whether a name that is the same is enough to know the thing, should nothing else be called so."""
        if asked == entity.iri:
            return True
        short = " " not in called.text and (called.kind == ACRONYM or called.text.isupper())
        if called.kind in NOT_SAFE or (short and _letters(called.text) not in _letters(asked)):
            return False  # "cost" is a word, COST a committee; COP is no CoP
        return called is entity.names[0] or not (
            self._lacks_whose(entity, called) or self._lacks_number(entity, called) or self._tells_kind(entity, called)
        )

    def _lacks_whose(self, entity: Entity, called: Name) -> bool:
        """Tell whether a name leaves out of the preferred one whose it is, so that others have the same."""
        return any(key(called.text) in (key(bare), initials(bare)) for bare in ownerless(entity.name))

    def _lacks_number(self, entity: Entity, called: Name) -> bool:
        """Tell whether another thing is called so with a year or a number: MPAC, and MPAC 2025.

        The title “ASEAN 2025” does not make the acronym ASEAN unsafe.
        """
        return not self._numbered.get((called.kind == ACRONYM, key(called.text)), set()) <= {entity.iri}

    def _tells_kind(self, entity: Entity, called: Name) -> bool:
        """Tell whether a name abbreviates words with which those of several begin: APA, ASEAN Plan of Action …."""
        asked = key(called.text)
        return any(
            self._begun[begun] >= _SEVERAL and asked in (initials(begun), initials(begun, small=True))
            for begun in [*accumulate(parts(entity.name), _and)][:-1]
        )


def _and(words: str, word: str) -> str:
    return f"{words} {word}"


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
