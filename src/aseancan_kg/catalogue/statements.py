"""What was said at meetings, and which parts of a plan it takes up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from aseancan_kg.catalogue.labels import Labels, Link, iri_of, link, natural
from aseancan_kg.catalogue.spelling import stem, words
from aseancan_kg.namespaces import ONT, PREFIXES, concept
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe, nodes, pointing

_RDF = PREFIXES["rdf"]
_REAFFIRMS = f"{ONT}reaffirms"
_MATCH, _BASIS, _SAID_AT = f"{ONT}match", f"{ONT}basis", f"{ONT}saidAt"
_ACT, _SPEAKER, _FORM, _THROUGH = (ONT + name for name in ("speechAct", "speaker", "statementForm", "reportedThrough"))
_IN, _QUOTATION = f"{ONT}reportedIn", f"{ONT}quotation"
_NAMED = (_ACT, _SPEAKER, _FORM, _THROUGH, _IN, _SAID_AT)
_DESCRIBED = concept("speech-act", "described")
_NONE = "/match/none"


@dataclass(frozen=True, slots=True)
class Uptake:
    """A statement that takes up a part of a plan, as a coder judges: how far, and whether by inference only."""

    statement: Link
    meeting: Link | None
    part: Link
    match: str | None
    inferred: bool
    coding: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a speaker is reported to have said: who, in which words, and what of a plan it takes up.

    `verb` stands between the speakers and the quotation; there is none where the quotation has it. The meeting is the
    one at which it was said or of which it tells. `form` tells whether the report, `reported_in`, quotes or
    paraphrases; `made_in` are the documents that it reports, such as a post.
    """

    link: Link
    verb: str | None
    speakers: tuple[Link, ...]
    quotation: str | None
    takes_up: tuple[Uptake, ...]
    takes_up_nothing: bool
    meeting: Link | None
    form: str | None
    made_in: tuple[Link, ...]
    reported_in: tuple[Link, ...]


def uptakes(store: Dataset, parts: Collection[str]) -> dict[str, list[Uptake]]:
    """Return what takes up each part, full matches first."""
    return _uptakes(store, pointing(store, f"{_RDF}object", parts), by="part")


def reported_meetings(store: Dataset) -> tuple[Link, ...]:
    """Return the meetings of which statements are recorded, by their names."""
    said = store.quads(predicates=nodes([_SAID_AT]))
    found = {iri_of(quad.object) for quad in said}
    labels = store.labels(found)
    return tuple(sorted((link(labels, iri) for iri in found), key=lambda one: natural(one.label)))


def statements_at(store: Dataset, meeting: str) -> tuple[Statement, ...]:
    """Return what was said at a meeting, in the order of the report."""
    return _statements(store, pointing(store, _SAID_AT, [meeting]).get(meeting, []))


def statements_of(store: Dataset, speaker: str) -> tuple[Statement, ...]:
    """Return what a speaker is reported to have said, in the order of the reports."""
    return _statements(store, pointing(store, _SPEAKER, [speaker]).get(speaker, []))


def statement(store: Dataset, iri: str) -> Statement:
    """Return a statement."""
    (found,) = _statements(store, [iri])
    return found


def _statements(store: Dataset, statements: Collection[str]) -> tuple[Statement, ...]:
    said = describe(store, statements)
    taken = _uptakes(store, pointing(store, f"{_RDF}subject", statements), by="statement")
    labels = store.labels({*statements, *(name for iri in statements for by in _NAMED for name in said.iris(iri, by))})

    def order(iri: str) -> tuple[int, list[tuple[int, str]]]:
        return said.number(iri, f"{ONT}startOffset") or 0, natural(iri)

    return tuple(
        Statement(
            link=link(labels, iri),
            verb=_verb(said, labels, iri),
            speakers=tuple(link(labels, speaker) for speaker in said.iris(iri, _SPEAKER)),
            quotation=said.text(iri, _QUOTATION),
            takes_up=tuple(taken.get(iri, ())),
            takes_up_nothing=any(match.endswith(_NONE) for match in said.iris(iri, _MATCH)),
            meeting=next((link(labels, at) for at in said.iris(iri, _SAID_AT)), None),
            form=next((link(labels, form).label for form in said.iris(iri, _FORM)), None),
            made_in=tuple(link(labels, one) for one in said.iris(iri, _THROUGH) if one not in said.iris(iri, _IN)),
            reported_in=tuple(link(labels, one) for one in said.iris(iri, _IN)),
        )
        for iri in sorted(statements, key=order)
    )


def _verb(said: Descriptions, labels: Labels, iri: str) -> str | None:
    """Return what the speakers did, in a word; a report without speakers says it itself."""
    act = said.iri(iri, _ACT)
    if not said.iris(iri, _SPEAKER):
        return "reported"
    if act is None or act == _DESCRIBED:
        return "said"
    verb = link(labels, act).label.lower()
    has = {stem(word) for word in words(said.text(iri, _QUOTATION) or "")}
    return None if stem(verb.split()[0]) in has else verb


def _uptakes(store: Dataset, told: Mapping[str, Collection[str]], by: str) -> dict[str, list[Uptake]]:
    """Read the codings among statement nodes that say what a statement reaffirms, by its part or by the statement."""
    candidates = {node for found in told.values() for node in found}
    said = describe(store, candidates, [*(_RDF + name for name in ("subject", "predicate", "object")), _MATCH, _BASIS])
    codings = [iri for iri in candidates if _REAFFIRMS in said.iris(iri, f"{_RDF}predicate")]
    statements = {name for iri in codings for name in said.iris(iri, f"{_RDF}subject")}
    meetings = describe(store, statements, [_SAID_AT])
    named = {name for iri in codings for of in (f"{_RDF}object", _MATCH) for name in said.iris(iri, of)}
    labels = store.labels({*statements, *named, *(at for iri in statements for at in meetings.iris(iri, _SAID_AT))})
    found: dict[str, list[Uptake]] = {}
    for iri in codings:
        one = _uptake(iri, said, meetings, labels)
        found.setdefault(one.part.iri if by == "part" else one.statement.iri, []).append(one)
    for ones in found.values():
        ones.sort(key=lambda one: (one.inferred, one.match or "", natural(one.part.iri), natural(one.statement.iri)))
    return found


def _uptake(iri: str, said: Descriptions, meetings: Descriptions, labels: Labels) -> Uptake:
    statement, part = (said.iri(iri, _RDF + name) or "" for name in ("subject", "object"))
    meeting, match = meetings.iri(statement, _SAID_AT), said.iri(iri, _MATCH)
    return Uptake(
        statement=link(labels, statement),
        meeting=link(labels, meeting) if meeting else None,
        part=link(labels, part),
        match=link(labels, match).label if match else None,
        inferred=(said.iri(iri, _BASIS) or "").endswith("/inferred"),
        coding=iri,
    )
