"""Names as librarians write them, compared: which are the same but for spelling, and how far others are alike."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import dropwhile
from math import log

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel

from aseancan_kg.catalogue.spelling import stem, words

Marked = NDArray[np.bool_]
"""For each name whether it is one of those that are looked through."""

_NOT_COMPARED = frozenset({"a", "an", "and", "the"})
_SMALL = frozenset({"by", "for", "from", "in", "of", "on", "to", "with"})
"""Words that are seldom abbreviated."""
_SPELLINGS = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"(?<=\w{3})is(?=(?:e[ds]?|ing|ations?|ational)$)", "iz"),  # organisation
        (r"(?<=\w{3})our(?=s?$)", "or"),  # labour
        (r"(?<=\w{3})tre(?=s?$)", "ter"),  # centre
        (r"(?<=\w{2})amme(?=s?$)", "am"),  # programme
        (r"ogue(?=s?$)", "og"),  # dialogue
    )
)
_ORDINALS = {
    word: f"{number}{'st' if number == 1 else 'nd' if number == 2 else 'rd' if number == 3 else 'th'}"
    for number, word in enumerate(
        (
            *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
            *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth"),
            *("eighteenth", "nineteenth", "twentieth"),
        ),
        start=1,
    )
}
_ROMAN = {numeral: str(number) for number, numeral in enumerate(("ii", "iii", "iv"), start=2)}
_WRITTEN_ALIKE = {**_ORDINALS, **_ROMAN}
_NUMBERS = re.compile(r"\d+(?:st|nd|rd|th)?|[^\W\d]+")
_SHORT_PERIOD = re.compile(r"\b((?:19|20)(\d\d))\s?[-–—/]\s?(\d\d)\b(?![-–/\d])")
_SPACED_LETTERS = re.compile(r"(?<!\w)(?:[^\W\d_](?:\.\s?|\s)){2,}(?:[^\W\d_](?!\w))?")
_BRACKETED = re.compile(r"\(([^()]*)\)")
_POSSESSIVE = re.compile(r"(?:['’]s|s['’])\s+")
_BETWEEN_WORDS = re.compile(r"(?<!\d) | (?!\d)")

_ALIKE = 0.75
"""Share of their letters that two words must have in common, in their order, to be taken for the same misspelt."""
_SAME_STEM = 0.95
_SHORTEST_MISSPELT, _SHORTEST_HALF, _LONGEST_WORD = 4, 4, 40
_MOST_COMPARED = 40
_WORDS_KEPT = 10_000
_WORDS_COUNT, _LETTERS_COUNT, _COVERED_COUNTS = 0.45, 0.3, 0.25
_SMALL_WORDS_COUNT = 0.25


@dataclass(frozen=True, slots=True)
class Likeness:
    """How far a name is like another, from 0 to 1.

    `words` are those that both have, the rarer counting more; `letters` those that both have in their order; `covered`
    is the share of the words asked for that stand in any of the names that the thing has.
    """

    words: float
    letters: float
    covered: float

    @property
    def score(self) -> float:
        """All together."""
        return _WORDS_COUNT * self.words + _LETTERS_COUNT * self.letters + _COVERED_COUNTS * self.covered


def parts(name: str) -> list[str]:
    """Return the words by which a name is compared: `The A.H.A. Centre, 2021-25` → aha, center, 2021, 2025."""
    found = words(_SHORT_PERIOD.sub(_whole_years, _SPACED_LETTERS.sub(_joined, name.strip())))
    found = [part for word in found for part in _NUMBERS.findall(word)]
    return [_unified(word) for word in found if word not in _NOT_COMPARED] or found


def key(name: str) -> str:
    """Return what two names have in common that differ in case, diacritics, punctuation, articles and spelling only."""
    return _BETWEEN_WORDS.sub("", " ".join(parts(name)))  # but 1.1 is not 11


def initials(name: str, *, small: bool = False) -> str:
    """Return what a name may be abbreviated to, with its `small` words or without: `Terms of Reference` → tr, tor."""
    return "".join(word[0] for word in parts(name) if small or word not in _SMALL)


def turned(name: str) -> str | None:
    """Return a name in its natural order that a catalogue begins with its main word: `Women, ASEAN Committee on`."""
    before, comma, after = name.partition(",")
    return f"{after} {before}" if comma and "," not in after else None


def unbracketed(name: str) -> tuple[str, str] | None:
    """Return a name without what stands in its brackets, and that: `Digital Masterplan (ADM) 2025` → both parts."""
    found = _BRACKETED.search(name)
    return (name[: found.start()] + name[found.end() :], found[1]) if found else None


def ownerless(name: str) -> list[str]:
    """Return a name without whose it is, in brackets or a possessive: `Canada's Strategy` → Strategy."""
    without = unbracketed(name)
    return [*([without[0]] if without else ()), *_POSSESSIVE.split(name, maxsplit=1)[1:]]


def unnumbered(name: str) -> str | None:
    """Return a name without the years and numbers at its end: `AWP 2021-2025` → awp; None where there are none."""
    found = parts(name)
    kept = [*dropwhile(lambda word: word[0].isdigit(), reversed(found))][::-1]
    return " ".join(kept) if len(kept) < len(found) else None


class _Written:
    """The words of a name, and its letters: in their order, and with the words in that of the alphabet."""

    def __init__(self, found: Sequence[str]) -> None:
        self.words = found
        self.joined, self.ordered = "".join(found), "".join(sorted(found))


class Names:
    """Names in which those are found that are like another; each is that of a thing, told by a number from 0."""

    def __init__(self, names: Sequence[str], things: Sequence[int]) -> None:
        written = [parts(name) for name in names]
        self._words = frozenset(word for found in written for word in found)
        self._written = [_Written(self._taken_apart(found)) for found in written]
        self._things = things
        rows: dict[str, list[int]] = defaultdict(list)
        self._of_thing: dict[int, set[str]] = defaultdict(set)
        for row, (thing, found) in enumerate(zip(things, self._written, strict=True)):
            self._of_thing[thing].update(found.words)
            for word in dict.fromkeys(found.words):
                rows[word].append(row)
        self._rows = {word: np.array(found) for word, found in rows.items()}
        self._vocabulary = [word for word in rows if _may_be_misspelt(word)]
        self._stems: dict[str, list[str]] = defaultdict(list)
        for word in self._vocabulary:
            self._stems[stem(word) or word].append(word)
        self._alike = lru_cache(_WORDS_KEPT)(self._compared)
        self._weights = {word: _weight(word, len(names), len(found)) for word, found in self._rows.items()}
        self._unknown = _weight("", len(names), 1)
        self._sums = np.array([sum(map(self._weigh, found.words)) for found in self._written])

    def like(self, name: str, among: Marked | None = None) -> list[tuple[int, Likeness]]:
        """Return the rows of the names that are most like one, of those marked in `among` if that is given."""
        asked = _Written(self._taken_apart(parts(name)))
        if not asked.words or not self._written:
            return []
        weighed = [(self._weigh(word), self._alike(word)) for word in asked.words]
        shares = np.zeros(len(self._written))
        for weight, alike in weighed:
            for word, share in alike.items():
                shares[self._rows[word]] += weight * share
        shares *= 2 / (self._sums + sum(weight for weight, _ in weighed))
        if among is not None:
            shares[~among] = 0
        best = np.argpartition(-shares, min(_MOST_COMPARED, len(shares)) - 1)[:_MOST_COMPARED]
        return [(int(row), self._likeness(asked, weighed, int(row))) for row in best if shares[row] > 0]

    def _likeness(self, asked: "_Written", weighed: Sequence[tuple[float, Mapping[str, float]]], row: int) -> Likeness:
        found, of_thing = self._written[row], self._of_thing[self._things[row]]
        shared = covered = total = 0.0
        there = dict.fromkeys(found.words, 0.0)
        for weight, alike in weighed:
            here = anywhere = 0.0
            for word, share in alike.items():
                if word in of_thing:
                    anywhere = max(share, anywhere)
                    if word in there:
                        there[word] = max(share, there[word])
                        here = max(share, here)
            total += weight
            shared += here * weight
            covered += anywhere * weight
        shared += sum(self._weights[word] * there[word] for word in found.words)
        letters = max(
            Indel.normalized_similarity(asked.joined, found.joined),
            Indel.normalized_similarity(asked.ordered, found.ordered),
        )
        return Likeness(float(shared / (self._sums[row] + total)), letters, covered / total)

    def _taken_apart(self, found: Sequence[str]) -> list[str]:
        """Return words with those in two that are made of two words of the names: masterplan → master, plan."""
        return [part for word in found for part in self._halves(word)]

    def _halves(self, word: str) -> tuple[str, ...]:
        places = range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1) if len(word) <= _LONGEST_WORD else ()
        pairs = ((word[:place], word[place:]) for place in places)
        return next((pair for pair in pairs if self._words.issuperset(pair)), (word,))

    def _weigh(self, word: str) -> float:
        return self._weights.get(word, self._unknown)

    def _compared(self, word: str) -> Mapping[str, float]:
        """Return the words of the names that one may be, each with how far it is the same."""
        found: dict[str, float] = {}
        if _may_be_misspelt(word):
            near = process.extract(
                word, self._vocabulary, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE, limit=None
            )
            found |= {other: alike for other, alike, _ in near}
            found |= dict.fromkeys(self._stems.get(stem(word) or word, ()), _SAME_STEM)
        if word in self._rows:
            found[word] = 1.0
        return found


def _weight(word: str, names: int, having: int) -> float:
    """Return how much a word tells: the fewer names have it, the more (inverse document frequency)."""
    return log(1 + names / having) * (_SMALL_WORDS_COUNT if word in _SMALL else 1.0)


def _may_be_misspelt(word: str) -> bool:
    """Tell whether a word is long enough; another number is never a misspelling."""
    return _SHORTEST_MISSPELT <= len(word) <= _LONGEST_WORD and not any(letter.isdigit() for letter in word)


def _unified(word: str) -> str:
    for pattern, written in _SPELLINGS:
        word = pattern.sub(written, word)
    return _WRITTEN_ALIKE.get(word, word)


def _whole_years(found: re.Match[str]) -> str:
    first, short, last = found.groups()
    return f"{first} {first[:2]}{last}" if last > short else found[0]


def _joined(found: re.Match[str]) -> str:
    return "".join(letter for letter in found[0] if letter.isalpha()) + " "
