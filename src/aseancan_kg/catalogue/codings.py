"""How the parts of a text are coded, and where coders disagree."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aseancan_kg.catalogue.labels import Labels, Link, link, natural
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe, nodes, pointing

_RDF = PREFIXES["rdf"]
_DEFINITION = f"{PREFIXES['skos']}definition"
_MAIN = [ONT + name for name in ("leadVerb", "direction", "firmness", "precision", "hedge")]
_NAMED = (f"{_RDF}predicate", f"{_RDF}object", *(ONT + name for name in ("coder", "basis", "confidence")))
_READ = (f"{_RDF}type", f"{_RDF}subject", f"{ONT}standing", f"{ONT}words", *_NAMED)


@dataclass(frozen=True, slots=True)
class Code:
    """A code that a coder gave: the words it rests on, the coding itself, basis and confidence where they are told."""

    code: Link
    words: tuple[str, ...]
    coding: str
    basis: str | None
    confidence: str | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one property of a part is coded as; `others` are the coders who see it otherwise, with their codes.

    `definition` is that of the property, should it have one.
    """

    property: Link
    definition: str | None
    codes: tuple[Code, ...]
    others: tuple[tuple[Link, tuple[Code, ...]], ...]
    main: bool  # what readers ask of a commitment first


@dataclass(frozen=True, slots=True)
class _Coding:
    subject: str
    property: str
    coder: str
    preferred: bool
    code: Code


class Codings:
    """The codings of parts of one class, such as all clauses of a plan."""

    def __init__(self, store: Dataset, parts: Collection[str]) -> None:
        found, self._labels = _codings(store, pointing(store, f"{_RDF}subject", parts))
        self._by_part: dict[str, list[_Coding]] = {}
        for one in found:
            self._by_part.setdefault(one.subject, []).append(one)
        self._coders = _coders(found)
        self._defined = describe(store, self._coders, [_DEFINITION])

    def of(self, part: str) -> tuple[Judgement, ...]:
        """Return what a part is coded as by each property, the verb first."""
        by_property: dict[str, list[_Coding]] = {}
        for one in self._by_part.get(part, ()):
            by_property.setdefault(one.property, []).append(one)
        found = [self._judgement(name, ones) for name, ones in by_property.items()]
        return tuple(sorted(found, key=lambda one: (_rank(one.property.iri), one.property.label)))

    def _judgement(self, name: str, ones: Sequence[_Coding]) -> Judgement:
        given: dict[str, list[Code]] = {coder: [] for coder in self._coders[name]}
        for one in ones:
            given[one.coder].append(one.code)
        codes = {coder: tuple(sorted(ones, key=lambda one: natural(one.code.label))) for coder, ones in given.items()}
        (_, preferred), *rest = codes.items()
        return Judgement(
            link(self._labels, name),
            self._defined.text(name, _DEFINITION),
            preferred,
            tuple((link(self._labels, coder), ones) for coder, ones in rest if _iris(ones) != _iris(preferred)),
            name in _MAIN,
        )


def coders(store: Dataset) -> int:
    """Return the number of those who coded anything."""
    return len({quad.object for quad in store.quads(predicates=nodes([f"{ONT}coder"]))})


def given(store: Dataset, name: str, codes: Collection[str]) -> dict[str, list[Code]]:
    """Return the parts that are given one of these codes by a property, whatever its standing, with the codes."""
    found: dict[str, list[Code]] = {}
    for one in _codings(store, pointing(store, f"{_RDF}object", codes))[0]:
        if one.property == name:
            found.setdefault(one.subject, []).append(one.code)
    return {part: sorted(ones, key=lambda one: natural(one.code.iri)) for part, ones in found.items()}


def _codings(store: Dataset, told: Mapping[str, Collection[str]]) -> tuple[list[_Coding], Labels]:
    """Read the codings among statement nodes, with the labels of what they name."""
    candidates = {node for found in told.values() for node in found}
    said = describe(store, candidates, _READ)
    codings = [iri for iri in candidates if f"{ONT}Coding" in said.iris(iri, f"{_RDF}type")]
    labels = store.labels({name for iri in codings for by in _NAMED for name in said.iris(iri, by)})
    return [one for iri in codings for one in _read(said, labels, iri)], labels


def _read(said: Descriptions, labels: Labels, iri: str) -> Iterator[_Coding]:
    part, name, code, coder = (
        said.iri(iri, by) for by in (f"{_RDF}subject", f"{_RDF}predicate", f"{_RDF}object", f"{ONT}coder")
    )
    if part and name and code and coder:  # what a part says in words of its own has no code
        basis, confidence = (
            next((link(labels, one).label for one in said.iris(iri, ONT + by)), None) for by in ("basis", "confidence")
        )
        code_given = Code(link(labels, code), tuple(said.texts(iri, f"{ONT}words")), iri, basis, confidence)
        yield _Coding(part, name, coder, (said.iri(iri, f"{ONT}standing") or "").endswith("/preferred"), code_given)


def _coders(codings: Iterable[_Coding]) -> dict[str, list[str]]:
    """Return who coded each property, first the one whose codes are preferred most often."""
    preferred: dict[str, Counter[str]] = {}
    for one in codings:
        preferred.setdefault(one.property, Counter())[one.coder] += one.preferred
    return {name: sorted(counter, key=lambda coder: (-counter[coder], coder)) for name, counter in preferred.items()}


def _iris(codes: Iterable[Code]) -> set[str]:
    return {one.code.iri for one in codes}


def _rank(name: str) -> int:
    return _MAIN.index(name) if name in _MAIN else len(_MAIN)
