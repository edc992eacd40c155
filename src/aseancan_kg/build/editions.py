"""What is known of one edition: its plan, its passages, and what rules and readers make of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aseancan_kg import namespaces
from aseancan_kg.build import annotations, commitments, mentions, plan, subjects
from aseancan_kg.build.mentions import Finding
from aseancan_kg.build.names import Name
from aseancan_kg.build.passages import Passage, passages
from aseancan_kg.build.registers import Registers
from aseancan_kg.build.sources import Source
from aseancan_kg.build.values import PartialDate, Reference, Text
from aseancan_kg.errors import InvalidData, Place
from aseancan_kg.model import Clause, Coding, Mention, Plan


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
    mentions: Sequence[Mention] = ()
    clauses: Sequence[Clause] = ()
    codings: Sequence[Coding] = ()


def read(documents: Sequence[Source], tables: Registers, names: Sequence[Name]) -> list[Edition]:
    """Read every edition: first those that are plans, then those that speak of one.

    Raises `InvalidTables` with the faults of the first table that does not fit its edition, and `InvalidData` when an
    edition does not fit its register row.
    """
    held = [
        _plan(document, tables, names) for document in documents if document.text and document.metadata["instrument"]
    ]
    plans = {edition.whole: edition for edition in held}
    others = [
        _other(document, tables, plans)
        for document in documents
        if not (document.text and document.metadata["instrument"])
    ]
    return [*held, *others]


def _plan(document: Source, tables: Registers, names: Sequence[Name]) -> Edition:
    instrument = Reference("instrument", str(document.metadata["instrument"]))
    text = document.text or ""
    parsed = plan.parse(text)
    short_title = _check(document, parsed, instrument, tables)
    cut = passages(parsed, text)
    _check_slices(cut, parsed, document.slug)
    found = mentions.find(cut.values(), names, instrument)
    named = mentions.review(found, tables.named(document.slug, "mentions"), cut)
    clauses, clause_passages = commitments.clauses(tables.named(document.slug, "clauses"), cut)
    codings = [
        *annotations.of_clauses(clauses),
        *commitments.read(tables.named(document.slug, "codings"), clause_passages, cut),
        *commitments.by_rules(clause_passages, named, verbs(tables)),
        *subjects.topics(tables.named(document.slug, "topics"), cut),
        *subjects.sdgs(tables.named(document.slug, "sdgs"), cut),
    ]
    codings = [*commitments.compare(codings), *commitments.ordinals(codings)]
    whole = namespaces.thing(instrument.kind, instrument.slug)
    return Edition(document, whole, short_title, parsed, cut, found, named, clauses, codings)


def verbs(tables: Registers) -> list[str]:
    """Return the commitment verbs that the code list knows, families left out."""
    rows = [row for row in tables.rows["concepts"] if row.written("scheme") == "verb"]
    return [row.written("code") for row in rows if row.written("broader")]


def _other(document: Source, tables: Registers, plans: Mapping[str, Edition]) -> Edition:
    """Read a document that is no plan; its statements are compared with the plan that its description names."""
    named = mentions.quoted(
        tables.named(document.slug, "mentions"), document.text, int(document.metadata["code_points"])
    )
    takes_up = tables.named(document.slug, "reaffirmations")
    if not takes_up:
        return Edition(document, "", "", mentions=named)
    compared = plans.get(namespaces.thing("instrument", str(document.metadata["about"])))
    if compared is None:
        place = Place(f"data/sources/{document.slug}.toml")
        remedy = f"Write one of {', '.join(plan.rpartition('/')[2] for plan in plans)}."
        raise InvalidData("“about” names no plan whose text is held", place, remedy=remedy)
    codings = subjects.reaffirmations(takes_up, compared.whole, compared.passages)
    return Edition(document, compared.whole, compared.short_title, mentions=named, codings=codings)


def _check(document: Source, parsed: Plan, instrument: Reference, tables: Registers) -> str:
    """Compare a plan with its register row and its description; return the short title of the row."""
    place = Place(f"data/sources/{document.slug}.txt")
    row = next((row for row in tables.rows["instruments"] if row.slug == instrument.slug), None)
    if row is None:
        message = f"its instrument “{instrument.slug}” is in no register"
        raise InvalidData(message, place, remedy="Add it to instruments.csv.")
    for column, found in (("title", Text(parsed.title)), ("adopted", PartialDate(parsed.adopted or ""))):
        if row.one(column) != found:
            remedy = f"Compare it with {row.place_of(column)}."
            raise InvalidData(f"the text gives another {column}: {found}", place, remedy=remedy)
    if document.metadata["date_of"] == "adoption" and document.metadata["date"] != parsed.adopted:
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
