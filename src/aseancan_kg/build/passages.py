"""The parts of a plan as passages: texts in which words can be found and traced to their place in the edition."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aseancan_kg.build.text import collapse, offsets
from aseancan_kg.model import Plan, Span

CONTEXT = 32
"""Code points of text that a quotation is given before and after it, as Web Annotation readers expect."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a plan: its path (`action/1.2.6`), its text, and where in the edition each code point stands."""

    path: str
    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """Where code points [start, end) of the text stand in the edition."""
        return Span(self.places[start], self.places[end - 1] + 1)

    def find(self, quote: str, occurrence: int = 1) -> int | None:
        """Return where the quotation stands for the `occurrence`-th time, no word character touching it, or None."""
        found = places_of(quote, self.text)
        return found[occurrence - 1] if occurrence <= len(found) else None

    def slice(self, path: str, start: int, end: int) -> "Passage":
        """Return code points [start, end) of the text as a passage of their own."""
        return Passage(path, self.text[start:end], self.places[start:end])

    def around(self, start: int, end: int) -> tuple[str, str]:
        """Return the text shortly before and after code points [start, end)."""
        return self.text[max(0, start - CONTEXT) : start], self.text[end : end + CONTEXT]


def places_of(words: str, text: str) -> list[int]:
    """Return where `words` stand in `text` as whole words: no word character touches them."""
    return [match.start() for match in _whole(words).finditer(text)]


@lru_cache(10_000)  # `re` keeps 512, and every quotation is looked up whenever rows are put together
def _whole(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?={re.escape(words)}(?!\w))")


def passages(plan: Plan, edition: str) -> Mapping[str, Passage]:
    """Return the passages of a plan in the order of the text, by path."""
    spans = {"title": plan.title_span, "preamble": plan.preamble_span}
    spans |= {f"section/{section.number}": section.span for section in plan.sections}
    spans |= {f"action/{action.number}": action.span for action in plan.actions}
    return {
        path: _passage(path, edition, span)
        for path, span in sorted(spans.items(), key=lambda item: item[1].start)
        if span.start < span.end
    }


def _passage(path: str, edition: str, span: Span) -> Passage:
    text = edition[span.start : span.end]
    return Passage(path, collapse(text), [span.start + place for place in offsets(text)])
