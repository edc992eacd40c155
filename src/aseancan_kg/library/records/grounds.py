"""On what facts rest: the assertions of registers, mentions in texts and codings that give them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import Link, iri_of, link, natural
from aseancan_kg.namespaces import ONT, PREFIXES, SCHEME
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, nodes

_RDF, _OA = PREFIXES["rdf"], PREFIXES["oa"]
_SUBJECT, _PREDICATE, _OBJECT = (_RDF + name for name in ("subject", "predicate", "object"))
_SOURCE, _CONFIDENCE = f"{PREFIXES['prov']}hadPrimarySource", f"{PREFIXES['itsrdf']}taConfidence"
_FOUND_BY, _CODER, _REVIEW, _STANDING = (ONT + name for name in ("foundBy", "coder", "reviewStatus", "standing"))
_BY_HAND = {f"{SCHEME}mention-rule/reader", f"{SCHEME}coder/first-reading", f"{SCHEME}coder/second-reading"}
_SEEN = {f"{SCHEME}review-status/{code}" for code in ("confirmed", "corrected", "added")}


@dataclass(frozen=True, slots=True)
class Ground:
    """A statement node that gives a value: an assertion of a register, a mention in a text, or a coding.

    `words` are those of the text, at the code points [start, end) of the `edition`. `by` is the rule or the reader who
    found or coded it; it is `mechanical` when software did, `reviewed` when a reader has looked at it since.
    `confidence` is a decimal number between 0 and 1. What is not stated is "" or None.
    """

    iri: str
    sources: tuple[Link, ...] = ()
    words: str = ""
    edition: Link | None = None
    start: int | None = None
    end: int | None = None
    by: Link | None = None
    mechanical: bool = False
    reviewed: bool = False
    confidence: str = ""


class Grounds:
    """The statement nodes on facts of some properties with one of `subjects`, or with one of `objects`.

    `rivals` are the facts that are not preferred. `name_kinds` gives of the fact that a thing has a name what sort of
    name it is, `target_labels` the labels that a register gives to things of other datasets.
    """

    def __init__(
        self, store: Dataset, subjects: Collection[str], objects: Collection[str], properties: Set[str]
    ) -> None:
        found = store.quads(predicates=nodes([_SUBJECT]), objects=nodes(subjects))
        found += store.quads(predicates=nodes([_OBJECT]), objects=nodes(objects))
        told = store.about({iri_of(quad.subject) for quad in found} - {""})
        read = {iri: Descriptions.merged(iri, quads) for iri, quads in told.items()}
        wanted = [iri for iri, said in read.items() if not properties.isdisjoint(said.iris(iri, _PREDICATE))]
        self._said = {iri: read[iri] for iri in sorted(wanted, key=natural)}
        ends = (_SOURCE, _FOUND_BY, _CODER, f"{_OA}hasSource")
        named = {end for iri, said in self._said.items() for name in ends for end in said.iris(iri, name)}
        self._labels = store.labels(named)
        self._nodes: defaultdict[ox.Triple, list[str]] = defaultdict(list)
        self.rivals: list[ox.Triple] = []
        self.name_kinds: dict[ox.Triple, str] = {}
        self.target_labels: dict[str, str] = {}
        for iri, said in self._said.items():
            for fact in _facts(iri, said):
                self._nodes[fact].append(iri)
                if said.iri(iri, _STANDING) == f"{SCHEME}standing/rival":
                    self.rivals.append(fact)
                if kind := said.iri(iri, f"{ONT}nameKind"):
                    self.name_kinds.setdefault(fact, kind.rpartition("/")[2])
                if label := said.text(iri, f"{ONT}targetLabel"):
                    self.target_labels[iri_of(fact.object)] = label

    def of(self, facts: Sequence[ox.Triple]) -> tuple[Ground, ...]:
        """Return what gives the facts, in the order of their places."""
        return tuple(map(self._ground, sorted({iri for fact in facts for iri in self._nodes[fact]}, key=natural)))

    def _ground(self, iri: str) -> Ground:
        said = self._said[iri]
        by = said.iri(iri, _FOUND_BY) or said.iri(iri, _CODER)
        edition = said.iri(iri, f"{_OA}hasSource")
        return Ground(
            iri=iri,
            sources=tuple(link(self._labels, one) for one in said.iris(iri, _SOURCE)),
            words=said.text(iri, f"{_OA}exact") or said.text(iri, f"{ONT}words") or "",
            edition=link(self._labels, edition) if edition else None,
            start=said.number(iri, f"{_OA}start"),
            end=said.number(iri, f"{_OA}end"),
            by=link(self._labels, by) if by else None,
            mechanical=bool(by) and by not in _BY_HAND,
            reviewed=said.iri(iri, _REVIEW) in _SEEN,
            confidence=said.text(iri, _CONFIDENCE) or "",
        )


def _facts(iri: str, said: Descriptions) -> Iterator[ox.Triple]:
    """Yield the facts that a statement node gives; a mention gives one in each of its relations."""
    told = said.of(iri)
    for subject in map(iri_of, told.get(_SUBJECT, ())):
        for name in map(iri_of, told.get(_PREDICATE, ())):
            for value in told.get(_OBJECT, ()):
                if subject and name and isinstance(value, ox.NamedNode | ox.Literal):
                    yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(name), value)
