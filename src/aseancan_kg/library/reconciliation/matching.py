"""Which things of a dataset a name may stand for, how sure that is, and why."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from rapidfuzz.distance import Indel

from aseancan_kg.catalogue.labels import iri_of, text_of
from aseancan_kg.library.reconciliation.certainty import NOT_SAFE, Certainty
from aseancan_kg.library.reconciliation.entities import ACRONYM, Entity, Name, entities
from aseancan_kg.library.reconciliation.names import Likeness, Marked, Names, initials, key, parts, turned, unbracketed
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import nodes

LIMIT = 10
"""Candidates that are given where nobody says how many."""

Properties = Mapping[str, Collection[str]]
"""IRI of a property → values of which a thing is to have one: texts, numbers, dates as far as known, or IRIs."""

_SAME, _NAMELESS = Likeness(1.0, 1.0, 1.0), Likeness(0.0, 0.0, 0.0)
_BY_INITIALS = Likeness(0.7, 0.7, 0.7)
_WITHOUT_BRACKETS, _IN_BRACKETS = 0.95, 0.6
"""How far a part of a name counts for the whole."""
_LEAST_SCORE = 0.4
_AGREES, _UNKNOWN = 0.9, 0.5
_CONTRADICTED = 0.5
"""What is left of the score of a thing that has other values than those asked for."""
_KEPT = 64
_DATE = re.compile(r"\d{4}(-\d\d){0,2}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that a name may stand for, by the one of its names that is most like what was asked.

    The score is from 0 to 100 and follows from the features. `match` is true when the name is safely that of this
    thing and of no other; only the first candidate can be a match.
    """

    entity: Entity
    called: Name
    score: float
    match: bool
    features: Mapping[str, float | bool]


@dataclass(frozen=True, slots=True)
class _Types:
    """Types of which a thing needs to have one, or `all`; none stand for any thing."""

    needed: frozenset[str]
    all: bool

    def has(self, entity: Entity) -> bool:
        """Tell whether a thing is of these types."""
        if self.all:
            return self.needed.issubset(entity.types)
        return not self.needed or not self.needed.isdisjoint(entity.types)


@dataclass(frozen=True, slots=True)
class _Found:
    """A name of a thing that is like the one asked for: `same` but for spelling, by its `initials`, or as a `share`."""

    entity: Entity
    called: Name
    likeness: Likeness
    share: float = 1.0
    same: bool = False
    initials: bool = False

    @property
    def score(self) -> float:
        """From 0 to 1."""
        return self.share * self.likeness.score

    @property
    def rank(self) -> tuple[bool, float, bool]:
        """Where several names of a thing are like the one asked for, the highest is taken."""
        return self.same, self.score, self.called.kind not in NOT_SAFE


class Matcher:
    """The names of a dataset's things; it does not change, and is asked from any thread."""

    def __init__(self, store: Dataset) -> None:
        self._store = store
        self.entities: Mapping[str, Entity] = {one.iri: one for one in entities(store)}
        """IRI → thing."""
        self._certainty = Certainty(self.entities.values())
        self._named = [(one, name) for one in self.entities.values() for name in one.names]
        places = {iri: place for place, iri in enumerate(self.entities)}
        self._names = Names([name.text for _, name in self._named], [places[one.iri] for one, _ in self._named])
        self._written = [" ".join(parts(name.text)) for _, name in self._named]
        self._keys: dict[str, list[tuple[Entity, Name]]] = defaultdict(list)
        self._initials: dict[str, list[tuple[Entity, Name]]] = defaultdict(list)
        for entity, name in self._named:
            self._keys[key(name.text)].append((entity, name))
            self._initials[initials(name.text)].append((entity, name))
        self._of_types = lru_cache(_KEPT)(self._mask)
        self._values = lru_cache(_KEPT)(self._read)

    def candidates(
        self,
        name: str,
        types: Collection[str] = (),
        properties: Properties | None = None,
        limit: int = LIMIT,
        strict: str = "any",
    ) -> list[Candidate]:
        """Return what a name may stand for, the likeliest first; an IRI stands for the thing itself.

        Things without one of the types asked for are left out, or without `all` of them as `strict` may say; if things
        `should` have one, those that have come before others of the same score. Without a name things are compared by
        their properties, and without these there are none.
        """
        asked, types = name.strip(), frozenset(types)
        among = _Types(types if strict != "should" else frozenset(), strict == "all")
        found = self._found(asked, among) if asked else self._all(among) if properties else ()
        agreements = {one.entity.iri: self._agreements(one.entity.iri, properties or {}) for one in found}
        same = {one.entity.iri for one in found if one.same and all(agreements[one.entity.iri])}
        judged = [self._candidate(asked, one, agreements[one.entity.iri], same) for one in found]
        likely = [one for one in judged if one.score >= 100 * _LEAST_SCORE]
        return _first_matched(sorted(likely, key=lambda one: _rank(one, types)))[:limit]

    def begun(self, text: str) -> list[Entity]:
        """Return the things with a name that has the words which are being written, then those with one like them."""
        if text in self.entities:
            return [self.entities[text]]
        asked = " ".join(parts(text))
        if not asked:
            return []
        places: dict[str, int] = {}
        for (entity, _), written in zip(self._named, self._written, strict=True):
            place = f" {written}".find(f" {asked}")
            if place >= 0:
                places[entity.iri] = min(place, places.get(entity.iri, place))
        named = sorted(places, key=lambda iri: (places[iri] > 0, len(self.entities[iri].name), iri))
        like = [one.entity.iri for one in self.candidates(text)]
        return [self.entities[iri] for iri in dict.fromkeys([*named, *like])]

    def _found(self, asked: str, types: _Types) -> Collection[_Found]:
        """Return for each thing that of its names which is most like what was asked."""
        if entity := self.entities.get(asked):
            return [_Found(entity, entity.names[0], _SAME, same=True)] if types.has(entity) else []
        best: dict[str, _Found] = {}
        for one in self._like(asked, self._of_types(types)):
            known = best.get(one.entity.iri)
            if one.score >= _LEAST_SCORE and types.has(one.entity) and (known is None or one.rank > known.rank):
                best[one.entity.iri] = one
        return best.values()

    def _like(self, asked: str, among: Marked | None) -> Iterator[_Found]:
        for text in filter(None, (asked, turned(asked))):
            yield from (_Found(*one, _SAME, same=True) for one in self._keys.get(key(text), ()))
        yield from (_Found(*self._named[row], like) for row, like in self._names.like(asked, among))
        if asked.isupper() and len(asked) > 1:
            yield from (_Found(*one, _BY_INITIALS, initials=True) for one in self._initials.get(key(asked), ()))
        if halves := unbracketed(asked):
            whole, short = (self._keys.get(key(half), ()) for half in halves)
            of_short = {entity.iri for entity, _ in short}
            for entity, called in whole:
                both = entity.iri in of_short
                yield _Found(entity, called, _SAME, 1.0 if both else _WITHOUT_BRACKETS, same=both)
            yield from (_Found(*one, _SAME, _IN_BRACKETS) for one in short)
            near = self._names.like(halves[0], among)
            yield from (_Found(*self._named[row], like, _WITHOUT_BRACKETS) for row, like in near)

    def _all(self, types: _Types) -> Collection[_Found]:
        return [_Found(one, one.names[0], _NAMELESS) for one in self.entities.values() if types.has(one)]

    def _mask(self, types: _Types) -> Marked | None:
        """Mark the names of the things of some types; None stands for all."""
        return np.array([types.has(entity) for entity, _ in self._named], bool) if types.needed else None

    def _candidate(self, asked: str, found: _Found, agreements: Sequence[float], same: Collection[str]) -> Candidate:
        entity, called = found.entity, found.called
        agreement = sum(agreements) / len(agreements) if agreements else 1.0
        namesakes = len({*same} - {entity.iri})
        features: dict[str, float | bool] = {
            "words": round(100 * found.likeness.words, 1),
            "letters": round(100 * found.likeness.letters, 1),
            "covered": round(100 * found.likeness.covered, 1),
            "same_name": found.same,
            "preferred_name": called is entity.names[0],
            "acronym": called.kind == ACRONYM,
            "former_name": called.kind == "former",
            "initials": found.initials,
            "namesakes": namesakes,
        }
        if agreements:
            features["properties"] = round(100 * agreement, 1)
        score = found.score * (_CONTRADICTED + (1 - _CONTRADICTED) * agreement) if asked else agreement
        match = entity.iri in same and not namesakes and self._certainty.is_safe(asked, entity, called)
        return Candidate(entity, called, round(100 * score, 1), match, features)

    def _agreements(self, iri: str, properties: Properties) -> list[float]:
        """Return for each property how far a thing has what is asked for: 1 it has, 0 it has something else."""
        return [
            max((_agreement(value, one) for value in values for one in known), default=0.0) if known else _UNKNOWN
            for name, values in properties.items()
            for known in [self._values(name).get(iri, ())]
        ]

    def _read(self, name: str) -> Mapping[str, Sequence[str]]:
        """Return the values that things have by a property; of a thing its IRI and its names."""
        quads = [quad for quad in self._store.quads(predicates=nodes([name])) if iri_of(quad.subject) in self.entities]
        labels = self._store.labels(iri for quad in quads if (iri := iri_of(quad.object)) not in {*self.entities, ""})
        found: dict[str, list[str]] = defaultdict(list)
        for quad in quads:
            iri = iri_of(quad.object)
            texts = [text_of(quad.object)]
            if iri in self.entities:
                texts = [iri, *(one.text for one in self.entities[iri].names)]
            elif iri:
                texts = [iri, *([labels[iri].value] if iri in labels else ())]
            found[iri_of(quad.subject)] += texts
        return found


def _first_matched(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Leave a match to the first, and only if no other has more of the properties asked for than are known of it."""
    most = max((one.features.get("properties", 0) for one in ranked), default=0)
    return [
        replace(one, match=False) if one.match and (place or one.features.get("properties", 0) < most) else one
        for place, one in enumerate(ranked)
    ]


def _agreement(asked: str, known: str) -> float:
    """Tell how far a value is the one asked for; of a date the year or the month is enough."""
    if asked == known:
        return 1.0
    if _DATE.fullmatch(asked) and _DATE.fullmatch(known):
        return float(known.startswith(f"{asked}-") or asked.startswith(f"{known}-"))
    if any(letter.isdigit() for letter in asked):
        return 0.0
    alike = Indel.normalized_similarity(key(asked), key(known))
    return alike if alike >= _AGREES else 0.0


def _rank(candidate: Candidate, types: Collection[str]) -> tuple[float, bool, bool, bool, str]:
    others = frozenset(types).isdisjoint(candidate.entity.types)
    preferred = candidate.called is candidate.entity.names[0]
    return -candidate.score, others, not candidate.match, not preferred, candidate.entity.iri
