"""Plan text to Plan tree: chapters, sub-sections and actions of an ASEAN plan of action, with their offsets.

How the parts of a plan are told apart:

- A *heading* has parts below it. Either the next number continues its own (1.2, then 1.2.1), or it looks like one
  (short, no closing punctuation, or Title Case before a colon) and a list begins after it, or it is the next in a
  list of headings. Any other numbered, lettered or bulleted paragraph is an *action*.
- A list below an action (`(i)`, `(ii)`, bullets) is part of the action's text, and so is a wrapped line that happens
  to begin like a mark: a number is a mark only where it is the next one, or where the text before it has ended.
- Lists before the first heading belong to the preamble.

How they are numbered (`number` is unique in a plan):

- A decimal number stands as printed, `1.2.6`, if it begins with the number of the chapter around it.
- Everything else is its label after the number of the section around it: `I.1`, `1.2.a`, `II.A.3`.
- A bullet or a heading without number is counted: the third bullet of section 1.2 is `1.2.3`.

Nothing is dropped: what fits nowhere is reported, line by line, in `Plan.unplaced`.
"""

from aseancan_kg.build.front import NOWHERE, find_adoption, is_adoption, read_front
from aseancan_kg.build.outline import Outline
from aseancan_kg.build.paragraphs import Evidence, Paragraph, heading_evidence, paragraphs
from aseancan_kg.build.text import Line, lines
from aseancan_kg.model import Plan, Span, Unplaced


def parse(text: str) -> Plan:
    """Read a plan of action from an edition; any text will do, the worst case is a plan that is all preamble.

    Offsets count code points of `text` exactly as given, so read files with `newline=""`.
    """
    printed = list(lines(text))
    found = paragraphs(text, [line for line in printed if not line.is_furniture])
    evidence = heading_evidence(found)
    start = _body_start(found, evidence)
    front = read_front(text, [line for paragraph in found[:start] for line in paragraph.lines])
    body = Outline(text, found[start:], evidence[start:])
    for index in range(len(body.paragraphs)):
        body.place(index)
    adoption = front.adoption or next(filter(None, (find_adoption(text, group) for group in body.unplaced)), None)
    reported = [line for line in printed if line.is_furniture]
    reported += [line for group in body.unplaced for line in group if not adoption or not _covers(adoption.span, line)]
    return Plan(
        title=front.title,
        title_span=front.title_span,
        adopted=adoption.on if adoption else None,
        adopted_span=adoption.span if adoption else NOWHERE,
        period=front.period,
        preamble=front.preamble,
        preamble_span=front.preamble_span,
        sections=tuple(draft.finish(text, ordinal, body.taken) for ordinal, draft in enumerate(body.sections, 1)),
        actions=tuple(draft.finish(text, ordinal) for ordinal, draft in enumerate(body.actions, 1)),
        unplaced=tuple(Unplaced(line.number, line.text) for line in sorted(reported, key=lambda line: line.start)),
    )


def as_json(plan: Plan) -> dict[str, object]:
    """Return the plan as `aseancan-kg ingest --format json` prints it; offsets are code points [start, end)."""
    return {
        "title": plan.title,
        "period": list(plan.period) if plan.period else None,
        "preamble": plan.preamble,
        "sections": [{"number": section.number, "title": section.title} for section in plan.sections],
        "actions": [
            {
                "number": action.number,
                "section": action.section,
                "text": action.text,
                "start": action.span.start,
                "end": action.span.end,
            }
            for action in plan.actions
        ],
        "unplaced": [{"line": one.line, "text": one.text} for one in plan.unplaced],
    }


def _covers(span: Span, line: Line) -> bool:
    return span.start <= line.start and line.end <= span.end


def _body_start(found: list[Paragraph], evidence: list[Evidence]) -> int:
    """Return the index of the first heading or, in a plan without headings, of the first item.

    Before the first numbered heading, a single heading without number that has a list of its own (`Principles`) is
    part of the preamble. The first paragraph is the title unless it has a number.
    """
    unnumbered: list[int] = []
    for index, one in enumerate(found):
        if evidence[index] == "numbers" or (evidence[index] == "looks" and one.marks and _begins(found, index)):
            belongs = len(unnumbered) > 1 or unnumbered[-1:] == [index - 1]
            return unnumbered[0] if belongs else index
        if evidence[index] == "looks" and not one.marks and index > 0 and not is_adoption(one.text):
            unnumbered.append(index)
    items = (index for index, one in enumerate(found) if one.is_first)
    return next(iter(unnumbered), next(items, len(found)))


def _begins(found: list[Paragraph], index: int) -> bool:
    """Whether a plan can begin at a numbered heading; a number but the first may end a list in the preamble."""
    return found[index].is_first or bool(found[index + 1].marks)
