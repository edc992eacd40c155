"""What is known of one edition: its plan, its passages, and what rules and readers make of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from aseancan_kg import namespaces
from aseancan_kg.build import commitments, mentions, plan, subjects
from aseancan_kg.build.mentions import Finding, Judged
from aseancan_kg.build.names import Name
from aseancan_kg.build.passages import Passage, passages
from aseancan_kg.build.registers import Registers
from aseancan_kg.build.sources import Source
from aseancan_kg.build.values import Number, Reference
from aseancan_kg.errors import InvalidData, InvalidTables, Place
from aseancan_kg.model import Clause, Coding, Mention, Plan

_OF_PLANS = frozenset({"mentions", "clauses", "codings", "topics", "sdgs"})
_OF_OTHERS = frozenset({"mentions", "reaffirmations"})


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition with everything read from it; what rests on its text is empty where the text is not held.

    `whole` is the IRI of its instrument, or of the plan that its statements are compared with.
    """

    source: Source
    whole: str
    short_title: str
    plan: Plan | None = None
    passages: Mapping[str, Passage] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    judged: Sequence[Judged] = ()
    clauses: Sequence[Clause] = ()
    codings: Sequence[Coding] = ()

    @property
    def mentions(self) -> list[Mention]:
        """The mentions that no reader has rejected, in the order of the text."""
        return mentions.standing(self.judged)


def read(documents: Sequence[Source], tables: Registers, names: Sequence[Name], goals: frozenset[str]) -> list[Edition]:
    """Read every edition: first those that are plans, then those that speak of one. `goals` are IRIs that are known.

    Raises `InvalidTables` with the faults of the first table that does not fit its edition, and `InvalidData` when an
    edition does not fit its register row.
    """
    faults = [*_misplaced(documents, tables), *_misquoted(documents, tables)]
    if faults:
        raise InvalidTables.of(faults)
    held = [_plan(document, tables, names, goals) for document in documents if _is_plan(document)]
    plans = {edition.whole: edition for edition in held}
    return [*held, *(_other(document, tables, plans) for document in documents if not _is_plan(document))]


def _is_plan(document: Source) -> bool:
    return bool(document.text and document.metadata["instrument"])


def _misplaced(documents: Sequence[Source], tables: Registers) -> Iterator[InvalidData]:
    """Tables that nobody reads, because the edition is of the other sort."""
    for document in documents:
        fit = _OF_PLANS if _is_plan(document) else _OF_OTHERS
        for name in tables.codings.get(document.slug, {}):
            if name not in fit:
                place = Place(f"data/codings/{document.slug}/{name}.csv")
                remedy = f"It can have: {', '.join(sorted(fit))}."
                yield InvalidData(f"an edition like {document.slug} has no such table", place, remedy=remedy)


def _misquoted(documents: Sequence[Source], tables: Registers) -> Iterator[InvalidData]:
    """Statements whose passage cannot be, or whose quotation is not in it where the text is at hand."""
    editions = {document.slug: document for document in documents}
    for row in tables.rows["statements"]:
        document = editions.get(row.written("edition").removeprefix("source/"))
        start, end = row.one("start"), row.one("end")
        if document is None or not (isinstance(start, Number) and isinstance(end, Number)):
            continue
        if not start.number < end.number <= int(document.metadata["code_points"]):
            remedy = f"Count code points; the edition has {document.metadata['code_points']}."
            yield InvalidData("the passage does not lie in its edition", row.place_of("end"), remedy=remedy)
        elif document.text and row.written("quotation") not in document.text[start.number : end.number]:
            remedy = "Copy a few words from the passage."
            yield InvalidData("these words are not in the passage", row.place_of("quotation"), remedy=remedy)


def _plan(document: Source, tables: Registers, names: Sequence[Name], goals: frozenset[str]) -> Edition:
    instrument = Reference("instrument", str(document.metadata["instrument"]))
    text = document.text or ""
    parsed = _parse(text)
    short_title = _check(document, parsed, instrument, tables)
    cut, found = _find(text, tuple(names), instrument)
    _check_slices(cut, parsed, document.slug)
    judged = mentions.review(found, tables.named(document.slug, "mentions"), cut)
    named = mentions.standing(judged)
    clauses, clause_passages = commitments.clauses(tables.named(document.slug, "clauses"), cut)
    codings = [
        *commitments.of_clauses(clauses),
        *commitments.read(tables.named(document.slug, "codings"), clause_passages),
        *commitments.by_rules(clause_passages, named, verbs(tables)),
        *subjects.topics(tables.named(document.slug, "topics"), cut),
        *subjects.sdgs(tables.named(document.slug, "sdgs"), cut, goals),
    ]
    codings = [*commitments.compare(codings), *commitments.ordinals(codings)]
    whole = namespaces.thing(instrument.kind, instrument.slug)
    return Edition(document, whole, short_title, parsed, cut, found, judged, clauses, codings)


_parse = lru_cache(maxsize=4)(plan.parse)


@lru_cache(maxsize=4)  # most edits of the desk change neither text nor names
def _find(text: str, names: tuple[Name, ...], instrument: Reference) -> tuple[Mapping[str, Passage], Sequence[Finding]]:
    """Cut the text of a plan into passages, and find by rule what they name."""
    cut = passages(_parse(text), text)
    return cut, mentions.find(cut.values(), names, instrument)


def verbs(tables: Registers) -> list[str]:
    """Return the commitment verbs that the code list knows, families left out."""
    rows = [row for row in tables.rows["concepts"] if row.written("scheme") == "verb"]
    return [row.written("code") for row in rows if row.written("broader")]


def _other(document: Source, tables: Registers, plans: Mapping[str, Edition]) -> Edition:
    """Read a document that is no plan; its statements are compared with the plan that its description names."""
    judged = mentions.quoted(
        tables.named(document.slug, "mentions"), document.text, int(document.metadata["code_points"])
    )
    takes_up = tables.named(document.slug, "reaffirmations")
    if not takes_up:
        return Edition(document, "", "", judged=judged)
    compared = plans.get(namespaces.thing("instrument", str(document.metadata["about"])))
    if compared is None:
        place = Place(f"data/sources/{document.slug}.toml")
        remedy = f"Write one of {', '.join(plan.rpartition('/')[2] for plan in plans)}."
        raise InvalidData("“about” names no plan whose text is held", place, remedy=remedy)
    codings = subjects.reaffirmations(takes_up, compared.whole, compared.passages)
    return Edition(document, compared.whole, compared.short_title, judged=judged, codings=codings)


def _check(document: Source, parsed: Plan, instrument: Reference, tables: Registers) -> str:
    """Compare a plan with its register row and its description; return the short title of the row."""
    place = Place(f"data/sources/{document.slug}.txt")
    row = next((row for row in tables.rows["instruments"] if row.slug == instrument.slug), None)
    if row is None:
        message = f"its instrument “{instrument.slug}” is in no register"
        raise InvalidData(message, place, remedy="Add it to instruments.csv.")
    for column, found in (("title", parsed.title), ("adopted", parsed.adopted)):
        if found and row.written(column) != found:
            remedy = f"Compare it with {row.place_of(column)}."
            raise InvalidData(f"the text gives another {column}: {found}", place, remedy=remedy)
    if parsed.adopted and document.metadata["date_of"] == "adoption" and document.metadata["date"] != parsed.adopted:
        raise InvalidData(f"the text was adopted {parsed.adopted}, its description says otherwise", place)
    if parsed.unplaced:
        first = parsed.unplaced[0]
        remedy = "Run `aseancan-kg ingest` on it to see every such line."
        raise InvalidData(f"“{first.text}” has no place in the plan", Place(place.file, line=first.line), remedy=remedy)
    return row.written("short_title")


def _check_slices(cut: Mapping[str, Passage], parsed: Plan, slug: str) -> None:
    """Slicing the edition by a part's offsets must give the part's text: what every citation of the graph rests on."""
    texts = {"title": parsed.title, "preamble": parsed.preamble}
    texts |= {f"section/{section.number}": section.title for section in parsed.sections}
    texts |= {f"action/{action.number}": action.text for action in parsed.actions}
    for path, passage in cut.items():
        if passage.text != texts[path]:
            raise InvalidData(f"the offsets of {path} do not give “{texts[path]}”", Place(f"data/sources/{slug}.txt"))
