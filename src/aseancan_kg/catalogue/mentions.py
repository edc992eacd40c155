"""Where a text names things: its mentions, and the text cut into runs so that each can be a link where it stands."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from aseancan_kg.catalogue.evidence import MENTIONS
from aseancan_kg.catalogue.labels import Labels, Link, link
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe, pointing

KINDS = {
    "instrument": ("Instrument", "Plan", "LegalInstrument"),
    "body": ("Body",),
    "mechanism": ("Mechanism", "Meeting"),
    "programme": ("Programme", "Fund"),
    "place": ("State", "StateGroup", "Place"),
    "person": ("Person", "Post"),
}
"""Kind that a reader tells apart in a text → the classes of ours that are of it."""

_RDF, _OA = PREFIXES["rdf"], PREFIXES["oa"]
_TYPE = f"{_RDF}type"
_NAMED = (f"{_RDF}predicate", *(ONT + name for name in ("foundBy", "reviewStatus", "confidence")))
_KIND_OF = {ONT + name: kind for kind, names in KINDS.items() for name in names}


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where a part of a text names a thing: the code points [start, end) of the edition, and who found it."""

    iri: str
    part: str
    thing: Link
    kind: str  # one of `KINDS`, or "other"
    relation: Link
    words: str
    after: str  # what follows the words in the edition
    start: int
    end: int
    found_by: str | None
    review: str | None
    confidence: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a text, and the innermost mention that it belongs to."""

    text: str
    mention: Mention | None = None

    @property
    def names(self) -> bool:
        """Whether a reader can take the stretch for a name, so that it can be a link: it is more than a hyphen."""
        return self.mention is not None and any(map(str.isalnum, self.text))


def mentions_in(store: Dataset, parts: Collection[str]) -> dict[str, list[Mention]]:
    """Return the mentions of each part that has any, in the order of the text, the longer of two before the shorter."""
    return _by_part(store, {node for found in pointing(store, f"{_RDF}subject", parts).values() for node in found})


def mentions_of(store: Dataset, thing: str) -> dict[str, list[Mention]]:
    """Return the mentions of a thing by the part of a text that names it."""
    return _by_part(store, pointing(store, f"{_RDF}object", [thing]).get(thing, ()))


def runs(
    text: str, start: int | None, end: int | None, mentions: Sequence[Mention]
) -> tuple[tuple[Run, ...], tuple[Mention, ...]]:
    """Cut a text, the code points [start, end) of its edition with white space collapsed, at its mentions.

    A mention within another has its own words; one whose words all belong to mentions within it, or to another of the
    same words, comes as a run without text where they end. Also returns the mentions whose words are not found.
    """
    placed = {} if start is None or end is None else _place(text, start, end, mentions)
    cuts = sorted({0, len(text), *(place for span in placed.values() for place in span)})
    inner = sorted(placed, key=lambda one: (placed[one][1] - placed[one][0], one.iri))
    found: list[Run] = []
    for owner, stretches in groupby(pairwise(cuts), key=lambda cut: _owner(inner, placed, *cut)):
        (left, right), *others = stretches
        right = others[-1][1] if others else right
        found += _spaced(Run(text[left:right], owner))
        # What nothing was left of for itself is told where it ends, once.
        told = {run.mention for run in found if run.names or not run.text}
        found += [Run("", one) for one in inner if placed[one][1] <= right and one not in told]
    return tuple(found), tuple(one for one in mentions if one not in placed)


def _owner(
    inner: Iterable[Mention], placed: Mapping[Mention, tuple[int, int]], left: int, right: int
) -> Mention | None:
    """Return the first of the mentions that a stretch of the text belongs to."""
    return next((one for one in inner if placed[one][0] <= left and right <= placed[one][1]), None)


def _spaced(run: Run) -> Iterator[Run]:
    """Take the spaces at either end out of a run."""
    ink = run.text.strip()
    before, _, after = run.text.partition(ink) if ink else (run.text, "", "")
    yield from (one for one in (Run(before), Run(ink, run.mention), Run(after)) if one.text)


def _place(text: str, start: int, end: int, mentions: Sequence[Mention]) -> dict[Mention, tuple[int, int]]:
    """Find where in the text the words of mentions stand.

    Each code point of white space that was taken out before them moves them to the left by one, so later ones never
    less; of several such places, the one that goes on as the edition does.
    """
    taken_out = end - start - len(text)
    placed: dict[Mention, tuple[int, int]] = {}
    least = 0
    for one in sorted(mentions, key=lambda one: (one.start, one.end)):
        expected = one.start - start
        places = [
            place for place in range(expected - least, expected - taken_out - 1, -1) if _stands(text, one.words, place)
        ]
        if not places:
            continue
        place = next((place for place in places if _goes_on(text[place + len(one.words) :], one.after)), places[0])
        least = expected - place
        placed[one] = place, place + len(one.words)
    return placed


def _stands(text: str, words: str, place: int) -> bool:
    return place >= 0 and bool(words) and text.startswith(words, place)


def _goes_on(rest: str, after: str) -> bool:
    """Whether a text goes on as its edition does, as far as both are known, white space apart."""
    here, there = "".join(rest.split()), "".join(after.split())
    return here.startswith(there) or there.startswith(here)


def _by_part(store: Dataset, candidates: Collection[str]) -> dict[str, list[Mention]]:
    """Read the mentions among statement nodes."""
    types = describe(store, candidates, [_TYPE])
    about = store.about(iri for iri in candidates if f"{ONT}Mention" in types.iris(iri, _TYPE))
    said = {iri: Descriptions.merged(iri, quads) for iri, quads in about.items()}
    things = {thing for iri, one in said.items() if (thing := one.iri(iri, f"{_RDF}object"))}
    kinds = describe(store, things, [_TYPE])
    named = things | {code for iri, one in said.items() for name in _NAMED for code in one.iris(iri, name)}
    labels = store.labels(named)
    found: dict[str, list[Mention]] = {}
    for iri, one in said.items():
        if mention := _mention(iri, one, kinds, labels):
            found.setdefault(mention.part, []).append(mention)
    return {part: sorted(ones, key=lambda one: (one.start, -one.end, one.iri)) for part, ones in found.items()}


def _mention(iri: str, said: Descriptions, kinds: Descriptions, labels: Labels) -> Mention | None:
    """Read a mention; None for one that does not tell which words name what."""
    part, thing = said.iri(iri, f"{_RDF}subject"), said.iri(iri, f"{_RDF}object")
    start, end = said.number(iri, f"{_OA}start"), said.number(iri, f"{_OA}end")
    if not part or not thing or start is None or end is None:
        return None
    relations = said.iris(iri, f"{_RDF}predicate")
    relation = next((name for name in relations if name != MENTIONS), MENTIONS)
    kind = next((_KIND_OF[name] for name in kinds.iris(thing, _TYPE) if name in _KIND_OF), "other")

    def code(name: str) -> str | None:
        given = said.iri(iri, ONT + name)
        return link(labels, given).label if given else None

    return Mention(
        iri=iri,
        part=part,
        thing=link(labels, thing),
        kind=kind,
        relation=link(labels, relation),
        words=said.text(iri, f"{_OA}exact") or "",
        after=said.text(iri, f"{_OA}suffix") or "",
        start=start,
        end=end,
        found_by=code("foundBy"),
        review=code("reviewStatus"),
        confidence=code("confidence"),
    )
