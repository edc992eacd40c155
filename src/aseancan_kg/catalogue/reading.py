"""A plan to be read: its text in order, with what each part names, how it is coded and what takes it up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aseancan_kg.catalogue.codings import Codings, Judgement
from aseancan_kg.catalogue.labels import Link, link, natural
from aseancan_kg.catalogue.mentions import KINDS, Mention, Run, mentions_in, runs
from aseancan_kg.catalogue.statements import Uptake, uptakes
from aseancan_kg.errors import NotFound
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe, pointing

_RDF, _SKOS = PREFIXES["rdf"], PREFIXES["skos"]
_TYPE, _NOTATION, _LABEL = f"{_RDF}type", f"{_SKOS}notation", f"{_SKOS}prefLabel"
_PART_OF, _QUOTED_FROM = f"{PREFIXES['dcterms']}isPartOf", f"{PREFIXES['prov']}wasQuotedFrom"
_START, _END = f"{ONT}startOffset", f"{ONT}endOffset"
PLAN, SECTION, ACTION, PREAMBLE, CLAUSE = (ONT + name for name in ("Plan", "Section", "Action", "Preamble", "Clause"))
_TEXTS = {SECTION, ACTION, PREAMBLE, CLAUSE}
_AFTER_ALL = 1 << 62


@dataclass(frozen=True, slots=True)
class Clause:
    """One commitment within an action, and how it is coded."""

    iri: str
    number: str
    text: str
    start: int | None
    end: int | None
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, the preamble or an action; `level` is how deep it stands, from 1 for a chapter.

    `within` are the numbers of what it stands in, from the chapter down. The code points [start, end) are those of the
    edition; `unplaced` are mentions whose words the text does not show.
    """

    iri: str
    kind: str  # the local name of its class
    anchor: str
    number: str
    level: int
    within: tuple[str, ...]
    text: str
    runs: tuple[Run, ...]
    unplaced: tuple[Mention, ...]
    mentions: tuple[Mention, ...]
    start: int | None
    end: int | None
    edition: Link | None
    clauses: tuple[Clause, ...]
    judgements: tuple[Judgement, ...]
    uptakes: tuple[Uptake, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan as it is read: its title, its parts in the order of the text, the kinds of things they name."""

    title: Part
    parts: tuple[Part, ...]
    kinds: tuple[str, ...]
    checksums: Mapping[str, str]

    @property
    def headings(self) -> tuple[Part, ...]:
        """Chapters and sections."""
        return tuple(part for part in self.parts if part.kind == "Section")

    @property
    def actions(self) -> tuple[Part, ...]:
        """The actions."""
        return tuple(part for part in self.parts if part.kind == "Action")


@dataclass(frozen=True, slots=True)
class _Outline:
    """The parts of a plan: what they say, and which stand directly within which."""

    said: Descriptions
    within: Mapping[str, Sequence[str]]

    def kind(self, iri: str) -> str | None:
        """Return the class of a part."""
        types = self.said.iris(iri, _TYPE)
        return next((kind for kind in (PLAN, SECTION, ACTION, PREAMBLE, CLAUSE) if kind in types), None)

    def inside(self, iri: str) -> list[str]:
        """Return the parts of a part, in the order of the text."""
        return sorted(self.within.get(iri, ()), key=self._place)

    def walk(self, iri: str, trail: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the parts below one, each with the parts it stands in from the chapter down, in the text's order."""
        for part in self.inside(iri):
            yield part, trail
            yield from self.walk(part, (*trail, part))

    def _place(self, iri: str) -> tuple[int, list[tuple[int, str]]]:
        start = self.said.number(iri, _START)
        return _AFTER_ALL if start is None else start, natural(self.said.text(iri, _NOTATION) or iri)


def parts_of(store: Dataset, plan: str) -> list[str]:
    """Return the plan and everything that is part of it, clauses too."""
    return list(_outline(store, plan).said.things)


def reading(store: Dataset, plan: str) -> Reading:
    """Collect a plan as it is read; raises `NotFound` for what is no plan whose text is held."""
    outline = _outline(store, plan)
    walked = [(iri, trail) for iri, trail in outline.walk(plan) if outline.kind(iri) != CLAUSE]
    if outline.kind(plan) != PLAN or not walked:
        raise NotFound(f"no text of {plan} is held", remedy="Only a plan whose text is held can be read here.")
    said = outline.said
    kinds = {iri: outline.kind(iri) for iri, _ in walked}
    actions = [iri for iri, kind in kinds.items() if kind == ACTION]
    clauses = [clause for action in actions for clause in outline.inside(action)]
    coded, coded_clauses = Codings(store, actions), Codings(store, clauses)
    named, taken = mentions_in(store, [plan, *kinds]), uptakes(store, actions)
    editions = {name for iri in (plan, *kinds) for name in said.iris(iri, _QUOTED_FROM)}
    labels = store.labels(editions)
    checksums = describe(store, editions, [f"{ONT}sha256"])

    def part(iri: str, trail: tuple[str, ...] = ()) -> Part:
        text = (said.text(iri, _LABEL) if iri == plan else said.text(iri, f"{ONT}text")) or ""
        start, end = said.number(iri, _START), said.number(iri, _END)
        mentions = tuple(named.get(iri, ()))
        cut, unplaced = runs(text, start, end, mentions)
        edition = said.iri(iri, _QUOTED_FROM)
        return Part(
            iri=iri,
            kind=(outline.kind(iri) or "").removeprefix(ONT),
            anchor=iri.removeprefix(f"{plan}/").replace("/", "-"),
            number=said.text(iri, _NOTATION) or "",
            level=len(trail) + 1,
            within=tuple(said.text(whole, _NOTATION) or "" for whole in trail),
            text=text,
            runs=cut,
            unplaced=unplaced,
            mentions=mentions,
            start=start,
            end=end,
            edition=link(labels, edition) if edition else None,
            clauses=tuple(clause(one) for one in outline.inside(iri) if outline.kind(one) == CLAUSE),
            judgements=coded.of(iri),
            uptakes=tuple(taken.get(iri, ())),
        )

    def clause(iri: str) -> Clause:
        return Clause(
            iri=iri,
            number=said.text(iri, _NOTATION) or "",
            text=said.text(iri, f"{ONT}text") or "",
            start=said.number(iri, _START),
            end=said.number(iri, _END),
            judgements=coded_clauses.of(iri),
        )

    met = {mention.kind for ones in named.values() for mention in ones}
    return Reading(
        title=part(plan),
        parts=tuple(part(*one) for one in walked),
        kinds=tuple(kind for kind in (*KINDS, "other") if kind in met),
        checksums={iri: text for iri in editions if (text := checksums.text(iri, f"{ONT}sha256"))},
    )


class Readings:
    """The plans of a dataset as they are read, each collected once."""

    def __init__(self, store: Dataset) -> None:
        self._store = store
        self._read: dict[str, Reading] = {}

    def of(self, plan: str) -> Reading:
        """Return a plan as it is read; raises as `reading` does."""
        if plan not in self._read:
            self._read[plan] = reading(self._store, plan)
        return self._read[plan]


def _outline(store: Dataset, plan: str) -> _Outline:
    """Find what is part of a plan, level by level: other instruments may be part of it too, and are not its text."""
    within: dict[str, list[str]] = {}
    found = [plan]
    waiting = [plan]
    while waiting:
        inside = pointing(store, _PART_OF, waiting)
        types = describe(store, (part for parts in inside.values() for part in parts), [_TYPE])
        waiting = []
        for whole, parts in inside.items():
            # What is its own part, by however many steps, is no part.
            own = [part for part in parts if part not in found and _TEXTS & set(types.iris(part, _TYPE))]
            within[whole] = own
            waiting += own
            found += own
    return _Outline(describe(store, found), within)
