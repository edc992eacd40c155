"""A plan to be read: its text in order, with what each part names, how it is coded and what takes it up."""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from aseancan_kg.catalogue.codings import Codings, Judgement
from aseancan_kg.catalogue.labels import Link, iri_of, link, natural
from aseancan_kg.catalogue.mentions import KINDS, Mention, Run, mentions_in, runs
from aseancan_kg.catalogue.statements import Uptake, uptakes
from aseancan_kg.errors import NotFound
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe, pointing

_RDF, _SKOS = PREFIXES["rdf"], PREFIXES["skos"]
_TYPE, _NOTATION, _LABEL = f"{_RDF}type", f"{_SKOS}notation", f"{_SKOS}prefLabel"
_PART_OF, _QUOTED_FROM = f"{PREFIXES['dcterms']}isPartOf", f"{PREFIXES['prov']}wasQuotedFrom"
_START, _END, _TEXT, _SHA256 = (ONT + name for name in ("startOffset", "endOffset", "text", "sha256"))
PLAN, SECTION, ACTION, PREAMBLE, CLAUSE = (ONT + name for name in ("Plan", "Section", "Action", "Preamble", "Clause"))
_TEXTS = frozenset({SECTION, ACTION, PREAMBLE, CLAUSE})
_AFTER_ALL = 1 << 62
_EXAMPLE = f"""
SELECT ?action WHERE {{
  ?action a <{ACTION}> ; <{ONT}text> ?text ; <{ONT}topic> ?topic ; <{ONT}mentions> ?instrument .
  ?instrument a <{ONT}Instrument> .
}} ORDER BY STRLEN(?text) ?action LIMIT 1"""
_DEEPEST = 10  # steps from a clause to its plan


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
    return [plan, *(part for parts in _outline(store, plan).within.values() for part in parts)]


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a plan by itself, the plan, and the numbers of the parts before and after it."""

    plan: Link
    part: Part
    before: Link | None
    after: Link | None


def reading(store: Dataset, plan: str) -> Reading:
    """Collect a plan as it is read; raises `NotFound` for what is no plan whose text is held."""
    if not store.knows(plan):
        raise NotFound(f"nothing is known about {plan}")
    outline = _outline(store, plan)
    walked = [(iri, trail) for iri, trail in outline.walk(plan) if outline.kind(iri) != CLAUSE]
    if outline.kind(plan) != PLAN or not walked:
        raise NotFound(f"no text of {plan} is held", remedy="Only a plan whose text is held can be read here.")
    maker = _Maker(store, outline, plan, [(plan, ()), *walked])
    title, *parts = maker.parts()
    return Reading(title, tuple(parts), maker.kinds, maker.checksums)


def place(store: Dataset, iri: str) -> Place | None:
    """Return where a part stands in its plan; None for what is no section, preamble or action of a plan."""
    plan = iri
    for _ in range(_DEEPEST):
        said = describe(store, [plan], [_TYPE, _PART_OF])
        above = said.iri(plan, _PART_OF)
        if PLAN in said.iris(plan, _TYPE) or above is None:
            break
        plan = above
    outline = _outline(store, plan, _TEXTS - {CLAUSE}, [_TYPE, _NOTATION, _START])
    walked = [(part, trail) for part, trail in outline.walk(plan) if outline.kind(part) in (ACTION, outline.kind(iri))]
    order = [part for part, _ in walked]
    if outline.kind(plan) != PLAN or iri not in order:
        return None
    at = order.index(iri)
    clauses = pointing(store, _PART_OF, [iri])
    whole = _Outline(outline.said | describe(store, [iri, *clauses.get(iri, ())]), clauses)
    (part,) = _Maker(store, whole, plan, [walked[at]]).parts()

    def near(step: int) -> Link | None:
        other = order[at + step] if 0 <= at + step < len(order) else None
        return Link(other, outline.said.text(other, _NOTATION) or link({}, other).label) if other else None

    return Place(link(store.labels([plan]), plan), part, near(-1), near(1))


def example(store: Dataset) -> Place | None:
    """Return a short action that names an instrument and has a topic, to show what the dataset holds."""
    found = store.rows(_EXAMPLE)
    return place(store, iri_of(found[0]["action"])) if found else None


class _Maker:
    """Makes parts of a plan with all that belongs to them, each of `walked` with what it stands in."""

    def __init__(
        self, store: Dataset, outline: _Outline, plan: str, walked: Sequence[tuple[str, tuple[str, ...]]]
    ) -> None:
        self._outline, self._plan, self._walked = outline, plan, walked
        iris = [iri for iri, _ in walked]
        actions = [iri for iri in iris if outline.kind(iri) == ACTION]
        self._coded = Codings(store, actions)
        self._coded_clauses = Codings(store, [clause for action in actions for clause in outline.inside(action)])
        self._mentions = mentions_in(store, iris)
        self._uptakes = uptakes(store, actions)
        editions = {name for iri in iris for name in outline.said.iris(iri, _QUOTED_FROM)}
        checksums = describe(store, editions, [_SHA256])
        self._labels = store.labels(editions)
        self.checksums = {iri: text for iri in editions if (text := checksums.text(iri, _SHA256))}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of things that the parts name."""
        met = {mention.kind for ones in self._mentions.values() for mention in ones}
        return tuple(kind for kind in (*KINDS, "other") if kind in met)

    def parts(self) -> list[Part]:
        """Return the parts, in the order in which they were given."""
        return [self._part(iri, trail) for iri, trail in self._walked]

    def _part(self, iri: str, trail: tuple[str, ...]) -> Part:
        said = self._outline.said
        text = said.text(iri, _LABEL if iri == self._plan else _TEXT) or ""
        start, end = said.number(iri, _START), said.number(iri, _END)
        mentions = tuple(self._mentions.get(iri, ()))
        cut, unplaced = runs(text, start, end, mentions)
        edition = said.iri(iri, _QUOTED_FROM)
        return Part(
            iri=iri,
            kind=(self._outline.kind(iri) or "").removeprefix(ONT),
            anchor=iri.removeprefix(f"{self._plan}/").replace("/", "-"),
            number=said.text(iri, _NOTATION) or "",
            level=len(trail) + 1,
            within=tuple(said.text(whole, _NOTATION) or "" for whole in trail),
            text=text,
            runs=cut,
            unplaced=unplaced,
            mentions=mentions,
            start=start,
            end=end,
            edition=link(self._labels, edition) if edition else None,
            clauses=tuple(self._clause(one) for one in self._outline.inside(iri) if self._outline.kind(one) == CLAUSE),
            judgements=self._coded.of(iri),
            uptakes=tuple(self._uptakes.get(iri, ())),
        )

    def _clause(self, iri: str) -> Clause:
        said = self._outline.said
        return Clause(
            iri=iri,
            number=said.text(iri, _NOTATION) or "",
            text=said.text(iri, _TEXT) or "",
            start=said.number(iri, _START),
            end=said.number(iri, _END),
            judgements=self._coded_clauses.of(iri),
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


def _outline(
    store: Dataset, plan: str, classes: Set[str] = _TEXTS, properties: Collection[str] | None = None
) -> _Outline:
    """Find what is part of a plan, level by level: other instruments may be part of it too, and are not its text."""
    within: dict[str, list[str]] = {}
    said = describe(store, [plan], properties)
    waiting = [plan]
    while waiting:
        inside = pointing(store, _PART_OF, waiting)
        told = describe(store, (part for parts in inside.values() for part in parts), properties)
        # What is part of itself, by however many steps, is met once.
        within |= {
            whole: [
                part for part in parts if part not in said.things and not classes.isdisjoint(told.iris(part, _TYPE))
            ]
            for whole, parts in inside.items()
        }
        waiting = [part for whole in inside for part in within[whole]]
        said |= told
    return _Outline(said, within)
