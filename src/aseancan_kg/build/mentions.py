"""Which stretch of a text names which thing: found by rules, then reviewed by what readers wrote down.

The rules know the names of the registers (`build.names`) and three ways in which a text names without a name: lists
that leave out what their members share, "this Plan of Action", and short forms such as "the Outlook". Their answer is
compared with the table `data/codings/<edition>/mentions.csv`, which has the last word.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from aseancan_kg.build.columns import RELATIONS
from aseancan_kg.build.names import RANKS, Name
from aseancan_kg.build.passages import Passage, places_of
from aseancan_kg.build.registers import Row
from aseancan_kg.build.values import Number, Reference
from aseancan_kg.errors import InvalidData, InvalidTables
from aseancan_kg.model import Mention, Span

_LIST_END = re.compile(r"[;.]|,? as well as\b")
_HEAD_NOUNS = "Outlook|Treaty|Charter|Convention|Declaration|Agreement|Blueprint|Statement|Network"
_HEADS = rf"(?:[Tt]he|[Tt]hat|[Ii]ts) ({_HEAD_NOUNS})(?!\w)"
_SHORT_FORM = re.compile(r"\s?\(((?=[^()]*[A-Z0-9][^()]*[A-Z0-9])[A-Z][\w&+ -]{1,14})\)")
_ENUMERATED = re.compile(r"(?:,|, and| and|, as well as|, in)(?: the(?: \w+)?| in the)? ?")
_PARTIES = {Reference("body", "asean"): "mentions", Reference("state", "canada"): "namesParty"}
"""The two sides → relation where no cue fits."""

_PARTY_CUES: tuple[tuple[str, str], ...] = (
    (r"\bin (?:both )?(?:ASEAN and )?@$|\bin ASEAN Member States and @$", "namesPlace"),
    (r"\bbetween (?:ASEAN and )?@$|@ and Canada\b|\bASEAN and @$|\band @$|\bwith @$", "namesParty"),
    (r"@[’']s\b|(?:support|for|to|across) @", "addresses"),
)
"""ASEAN and Canada, written @, in their context → relation; the first that fits counts."""

_CUES: tuple[tuple[str, str], ...] = (
    (r"(?:submit|report)\w*\b.{0,80}\bto (?:the )?(?:annual )?@", "reportsTo"),
    (r"review of .{0,120}through .{0,80}\bincluding the @", "reviewedBy"),
    (r"possibility of (?:an? )?@", "considers"),
    (r"(?:convening|hold|holding) (?:regular )?@", "convenes"),
    (r"(?:implementation|implementing|implement|realising)\b(?: of)?(?: the)? @", "supportsImplementationOf"),
    (r"(?:universali[sz]ation|dissemination) (?:and \w+ )?of (?:the )?@|enshrined in the @", "promotes"),
    (r"support (?:the )?(?:work of )?(?:the )?@|strengthening of the @|work of the @", "supports"),
    (r"(?:within the framework of|through the|under the work of the|in the) @", "cooperatesThrough"),
    (r"\b(?:with|between)(?: relevant partners, such as)?(?: the)? @", "cooperatesWith"),
    (r"\bin @", "namesPlace"),
)
"""What stands before another name, written @ → relation; the first that fits counts."""

_USUAL = {
    "instrument": "references",
    "body": "cooperatesWith",
    "mechanism": "cooperatesThrough",
    "programme": "cooperatesThrough",
    "post": "cooperatesWith",
    "state-group": "addresses",
}
"""Kind of a thing → relation where no cue fits."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found in a passage: code points [start, end) of its text, the thing, the rule."""

    passage: Passage
    start: int
    end: int
    entity: Reference
    rule: str
    relation: str = "mentions"

    @property
    def quote(self) -> str:
        """The words found."""
        return self.passage.text[self.start : self.end]

    @property
    def accepted(self) -> dict[str, str]:
        """Cells of a row of mentions.csv that accepts it as it was found."""
        occurrence = places_of(self.quote, self.passage.text).index(self.start) + 1
        return {
            "part": self.passage.path,
            "quote": self.quote,
            "occurrence": str(occurrence),
            "entity": str(self.entity),
            "relation": self.relation,
            "decision": "accepted",
            "confidence": "high",
        }


@dataclass(frozen=True, slots=True)
class Judged:
    """A mention with what a rule found there and the row by which a reader decided; of the two there is one at least.

    The mention's status may be `rejected`.
    """

    mention: Mention
    finding: Finding | None
    row: Row | None


def find(passages: Iterable[Passage], names: Sequence[Name], whole: Reference) -> list[Finding]:
    """Find by rule what each passage of the plan `whole` names, in the order of the text."""
    found: list[Finding] = []
    acronyms = {name.words: name.entity for name in names if name.rule == "acronym"}
    for passage in passages:
        listed = list(_in_lists(passage, names))
        by_name = [one for one in _by_name(passage, names) if not any(_spells_out(one, member) for member in listed)]
        spelled = [_with_short_form(one, acronyms) for one in (*by_name, *listed)]
        settled = _settle([*spelled, *_itself(passage, whole)])
        settled += _short_forms(passage, settled)
        found += _related(sorted(_nest(settled), key=lambda one: (one.start, -one.end)))
    return found


def review(findings: Sequence[Finding], rows: Sequence[Row], passages: Mapping[str, Passage]) -> list[Judged]:
    """Return the mentions of a plan as readers left them, in the order of the text.

    These are what the rules found, confirmed, corrected, rejected or unreviewed, and what only readers found. Raises
    `InvalidTables` with every row whose words are not where it says.
    """
    faults: list[InvalidData] = []
    by_place = {(one.passage.path, one.start, one.end): one for one in findings}
    decided: dict[tuple[str, int, int], Row] = {}
    judged = []
    for row in rows:
        try:
            passage, start, end = _locate(row, passages)
        except InvalidData as fault:
            faults.append(fault)
            continue
        place = (passage.path, start, end)
        if place in decided:
            remedy = f"Merge it with row {decided[place].place.row}."
            faults.append(InvalidData("these words are decided on already", row.place_of("quote"), remedy=remedy))
            continue
        decided[place] = row
        finding = by_place.pop(place, None)
        if row.written("decision") == "accepted":
            judged.append(Judged(_reviewed(row, passage, start, end, finding), finding, row))
        elif finding is None:
            remedy = "Delete the row, or write which other words are meant."
            faults.append(InvalidData("no rule finds a name there to reject", row.place_of("decision"), remedy=remedy))
        else:
            judged.append(Judged(replace(_unreviewed(finding), status="rejected"), finding, row))
    if faults:
        raise InvalidTables.of(faults)
    judged += [Judged(_unreviewed(finding), finding, None) for finding in by_place.values()]
    return sorted(judged, key=lambda one: (one.mention.span.start, -one.mention.span.end))


def standing(judged: Iterable[Judged]) -> list[Mention]:
    """Return the mentions that no reader has rejected."""
    return [one.mention for one in judged if one.mention.status != "rejected"]


def quoted(rows: Sequence[Row], edition: str | None, code_points: int) -> list[Judged]:
    """Return the mentions that readers wrote down of an edition whose text is not shipped.

    Where the edition is at hand its words are compared. Raises `InvalidTables` with every row whose words are not where
    it says.
    """
    faults: list[InvalidData] = []
    judged = []
    for row in rows:
        quote, start = row.written("quote"), row.one("start")
        if not isinstance(start, Number):
            message = "it is not said where the words begin"
            faults.append(InvalidData(message, row.place_of("start"), remedy="Count code points."))
            continue
        end = start.number + len(quote)
        if end > code_points or (edition is not None and edition[start.number : end] != quote):
            remedy = "Copy the words from the edition, and count its code points before them."
            faults.append(
                InvalidData(f"“{quote}” does not stand at {start.number}", row.place_of("start"), remedy=remedy)
            )
        elif row.written("decision") == "accepted":
            judged.append(Judged(_as_written(row, Span(start.number, end)), None, row))
    if faults:
        raise InvalidTables.of(faults)
    return judged


def _by_name(passage: Passage, names: Sequence[Name]) -> Iterator[Finding]:
    for name in names:
        for start, end in name.finds(passage.text):
            yield Finding(passage, start, end, name.entity, name.rule)


def _with_short_form(one: Finding, acronyms: Mapping[str, Reference]) -> Finding:
    """Take in the short form that follows a name in brackets, unless it is that of another thing."""
    short = _SHORT_FORM.match(one.passage.text, one.end)
    if short is None or one.rule == "acronym" or one.entity.kind in {"place", "state"}:
        return one
    return replace(one, end=short.end()) if acronyms.get(short[1], one.entity) == one.entity else one


def _in_lists(passage: Passage, names: Sequence[Name]) -> Iterator[Finding]:
    """Find the members of a list that share their first words: `ARF Inter-Sessional Meetings (ISMs) on …, … and …`."""
    shared: dict[str, list[Name]] = {}
    for name in names:
        head, on, _ = name.words.partition(" on ")
        if on and name.rule == "full-name":
            shared.setdefault(head, []).append(name)
    for head, members in shared.items():
        if len(members) < 3 or len(head.split()) < 3:
            continue
        for match in re.finditer(rf"{re.escape(head)}s?(?: \([^()]*\))? on ", passage.text):
            stop = _LIST_END.search(passage.text, match.end())
            end = stop.start() if stop else len(passage.text)
            for name in members:
                look = re.escape(name.words.partition(" on ")[2]).replace(r"\ ", r"[\s-]")
                if place := re.compile(look, re.IGNORECASE).search(passage.text, match.end(), end):
                    yield Finding(passage, *place.span(), name.entity, "elliptical-list")


def _spells_out(one: Finding, member: Finding) -> bool:
    """Whether a name is that of a list's member together with the first words that all members share."""
    return one.entity == member.entity and one.start < member.start and member.end == one.end


def _itself(passage: Passage, whole: Reference) -> Iterator[Finding]:
    for match in re.finditer(r"[Tt]his Plan of Action(?! \()|(?<=of the )Plan of Action(?= to the)", passage.text):
        yield Finding(passage, *match.span(), whole, "self-reference")


def _settle(candidates: Iterable[Finding]) -> list[Finding]:
    """Decide what one stretch names: the thing whose rule ranks first. Where two share that rank, nothing."""
    by_place: dict[tuple[int, int], list[Finding]] = {}
    for one in candidates:
        by_place.setdefault((one.start, one.end), []).append(one)
    settled = []
    for same in by_place.values():
        best = min(_rank(one) for one in same)
        first = [one for one in same if _rank(one) == best]
        if len({one.entity for one in first}) == 1:
            settled.append(first[0])
    return settled


def _rank(finding: Finding) -> int:
    return RANKS.index(finding.rule) if finding.rule in RANKS else len(RANKS)


def _short_forms(passage: Passage, settled: Sequence[Finding]) -> list[Finding]:
    """Find what `the Outlook` or `that Treaty` stands for: the last thing named before it whose name has that word."""
    found = []
    for match in re.finditer(_HEADS, passage.text):
        start, end = match.span(1)
        named = [one for one in settled if one.end <= start and match[1] in one.quote.split()]
        if named and not any(one.start <= start < one.end and one.start != match.start() for one in settled):
            found.append(Finding(passage, start, end, max(named, key=lambda one: one.end).entity, "short-form"))
    return found


def _nest(settled: Sequence[Finding]) -> Iterator[Finding]:
    """Keep a name inside a longer name of another thing, unless it is that name cut short or overlaps it by half."""
    for one in settled:
        around = [other for other in settled if other is not one and other.start <= one.start and one.end <= other.end]
        whole = len(one.quote.split()) > 3 if one.entity.kind == "instrument" else one.rule == "acronym"
        cut_short = any(
            other.entity == one.entity
            or (other.start == one.start and other.entity.kind == one.entity.kind and not whole)
            for other in around
        )
        overlapped = any(
            other.start < one.start < other.end < one.end or one.start < other.start < one.end < other.end
            for other in settled
            if other.end - other.start > one.end - one.start
        )
        if not cut_short and not overlapped:
            yield replace(one, relation="namedWithin") if around else one


def _related(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Say how the text seems to be related to each thing, judged by what stands around its name.

    What is enumerated after another thing of its kind has the relation of that one.
    """
    before: Finding | None = None
    for one in findings:
        if one.relation == "namedWithin":
            yield one
            continue
        text = one.passage.text
        cues = _PARTY_CUES if one.entity in _PARTIES else _CUES
        context = f"{text[max(0, one.start - 200) : one.start]}@" + (
            text[one.end : one.end + 12] if one.entity in _PARTIES else ""
        )
        relation = next((relation for cue, relation in cues if re.search(cue, context, re.IGNORECASE)), None)
        enumerated = (
            before and before.entity.kind == one.entity.kind and _ENUMERATED.fullmatch(text, before.end, one.start)
        )
        if enumerated and before:
            relation = before.relation
        if relation is None or one.entity.kind not in RELATIONS[relation]:
            relation = _PARTIES.get(one.entity) or _USUAL.get(one.entity.kind, "mentions")
        before = replace(one, relation=relation)
        yield before


def _locate(row: Row, passages: Mapping[str, Passage]) -> tuple[Passage, int, int]:
    kind = row.written("entity").partition("/")[0]
    for relation in row.all_written("relation"):
        if kind not in RELATIONS[relation]:
            remedy = f"It leads to: {', '.join(sorted(RELATIONS[relation]))}."
            raise InvalidData(f"“{relation}” leads to no {kind}", row.place_of("relation"), remedy=remedy)
    path, quote, occurrence = row.written("part"), row.written("quote"), row.one("occurrence")
    if path not in passages:
        raise InvalidData("the plan has no such part", row.place_of("part"), remedy="Write it as action/1.2.6.")
    passage = passages[path]
    number = occurrence.number if isinstance(occurrence, Number) else 1
    start = passage.find(quote, number)
    if start is None:
        remedy = "Copy the words from the text, and count only where they stand as whole words."
        message = f"“{quote}” does not stand in {path}" + (f" as often as {number} times" if number > 1 else "")
        raise InvalidData(message, row.place_of("quote"), remedy=remedy)
    return passage, start, start + len(quote)


def _reviewed(row: Row, passage: Passage, start: int, end: int, finding: Finding | None) -> Mention:
    prefix, suffix = passage.around(start, end)
    agreed = finding is not None and str(finding.entity) == row.written("entity")
    return replace(
        _as_written(row, passage.span(start, end)),
        part=passage.path,
        prefix=prefix,
        suffix=suffix,
        rule=finding.rule if finding else None,
        status="confirmed" if agreed else "corrected" if finding else "added",
    )


def _as_written(row: Row, span: Span) -> Mention:
    """Return what a reader's row says of the words that stand at `span`."""
    return Mention(
        part=None,
        span=span,
        quote=row.written("quote"),
        prefix="",
        suffix="",
        entity=row.written("entity"),
        relations=row.all_written("relation"),
        rule=None,
        status="added",
        confidence=row.written("confidence"),
        note=row.written("note") or None,
        locator=row.locator,
    )


def _unreviewed(finding: Finding) -> Mention:
    prefix, suffix = finding.passage.around(finding.start, finding.end)
    return Mention(
        part=finding.passage.path,
        span=finding.passage.span(finding.start, finding.end),
        quote=finding.quote,
        prefix=prefix,
        suffix=suffix,
        entity=str(finding.entity),
        relations=(finding.relation,),
        rule=finding.rule,
        status="unreviewed",
        confidence="medium" if finding.rule in ("full-name", "plan-wording") else "low",
        note=None,
        locator=None,
    )
