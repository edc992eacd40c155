"""A code of a code list: what is broader and narrower, and which actions and clauses it is given to."""

from dataclasses import dataclass
from itertools import chain

from aseancan_kg.catalogue.codings import Code, given
from aseancan_kg.catalogue.labels import Link, link, natural
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe, pointing

_SKOS = PREFIXES["skos"]
_BROADER, _NOTATION, _TYPE = f"{_SKOS}broader", f"{_SKOS}notation", f"{PREFIXES['rdf']}type"
_PART_OF, _TEXT, _SECTION = f"{PREFIXES['dcterms']}isPartOf", f"{ONT}text", f"{ONT}Section"
_SDG, _TARGET_OF = f"{ONT}sdg", f"{PREFIXES['sdgo']}isTargetOf"
_TOPIC = f"{ONT}topic"
_GIVEN_BY = [ONT + name for name in ("leadVerb", "direction", "firmness", "precision", "hedge")]


@dataclass(frozen=True, slots=True)
class Coded:
    """A part that a code is given to; of a Goal with the codings, which are judgements of a reader.

    Of a topic with the narrower ones by which it is found there.
    """

    link: Link
    number: str
    text: str
    codes: tuple[Code, ...]
    narrower: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Concept:
    """A code among others, and the parts it is given to by chapter."""

    broader: tuple[Link, ...]
    narrower: tuple[Link, ...]
    related: tuple[Link, ...]
    chapters: tuple[tuple[Link, tuple[Coded, ...]], ...]
    count: int


def concept(store: Dataset, iri: str) -> Concept | None:
    """Return where a code stands and what it is given to; None where it stands alone and is not used.

    What is given a target of a Goal is given the Goal, and what is on a narrower topic is on the broader one, as where
    actions are browsed.
    """
    said = describe(store, [iri], [_BROADER, _TARGET_OF, f"{_SKOS}related"])
    broader, related = said.iris(iri, _BROADER) + said.iris(iri, _TARGET_OF), said.iris(iri, f"{_SKOS}related")
    targets = pointing(store, _TARGET_OF, [iri]).get(iri, [])
    narrower = pointing(store, _BROADER, [iri]).get(iri, []) + targets
    # Links to Goals are concluded, not said, so that they stand on codings only.
    judged = given(store, _SDG, [iri, *targets])
    topics = _on_topic(store, iri)
    used = {part for name in _GIVEN_BY for part in pointing(store, name, [iri]).get(iri, ())}
    used |= judged.keys() | topics.keys()
    parts, wholes = describe(store, used, [_TYPE, _NOTATION, _TEXT, _PART_OF]), _wholes(store, used)
    # An action's verb is that of its first clause: what is given to both is told once.
    actions = [part for part in used if f"{ONT}Action" in parts.iris(part, _TYPE)]
    kept = actions or [part for part in used if f"{ONT}Clause" in parts.iris(part, _TYPE)]
    chapters: dict[str, list[str]] = {}
    for part in kept:
        chapters.setdefault(_chapter(wholes, part), []).append(part)
    if not (broader or narrower or related or kept):
        return None
    labels = store.labels({*broader, *narrower, *related, *kept, *chapters, *chain(*topics.values())})

    def links(iris: list[str]) -> tuple[Link, ...]:
        return tuple(sorted((link(labels, one) for one in iris), key=lambda one: natural(one.label)))

    def coded(part: str) -> Coded:
        number, text = (parts.text(part, name) or "" for name in (_NOTATION, _TEXT))
        on = [topic for topic in topics.get(part, ()) if topic != iri]
        return Coded(link(labels, part), number, text, tuple(judged.get(part, ())), links(on))

    def heading(chapter: str) -> Link:
        title = " ".join(wholes.text(chapter, name) or "" for name in (_NOTATION, _TEXT)).strip()
        return Link(chapter, title or link(labels, chapter).label)

    return Concept(
        links(broader),
        links(narrower),
        links(related),
        tuple(
            (heading(chapter), tuple(sorted(map(coded, ones), key=lambda one: natural(one.number))))
            for chapter, ones in sorted(chapters.items(), key=lambda item: natural(item[0]))
        ),
        len(kept),
    )


def _on_topic(store: Dataset, iri: str) -> dict[str, list[str]]:
    """Return the parts that are on a topic or a narrower one, with those they are on."""
    topics, waiting = {iri}, {iri}
    while waiting:
        waiting = {one for ones in pointing(store, _BROADER, waiting).values() for one in ones} - topics
        topics |= waiting
    found: dict[str, list[str]] = {}
    for topic, parts in pointing(store, _TOPIC, topics).items():
        for part in parts:
            found.setdefault(part, []).append(topic)
    return found


def _wholes(store: Dataset, parts: set[str]) -> Descriptions:
    """Describe parts and all they are part of, in turn."""
    known, waiting = set(parts), parts
    while waiting:
        said = describe(store, waiting, [_PART_OF])
        waiting = {whole for part in waiting for whole in said.iris(part, _PART_OF)} - known
        known |= waiting
    return describe(store, known, [_PART_OF, _TYPE, _NOTATION, _TEXT])


def _chapter(said: Descriptions, part: str) -> str:
    """Return the highest section that a part stands in, or the part."""
    trail = [part]
    while (at := said.iri(trail[-1], _PART_OF)) and at not in trail:
        trail.append(at)
    return next((one for one in reversed(trail) if _SECTION in said.iris(one, _TYPE)), part)
