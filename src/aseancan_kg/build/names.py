"""By which names the things of the registers are known, and how a name may look in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from aseancan_kg.build.registers import Registers
from aseancan_kg.build.values import Code, Reference

_KINDS = frozenset(
    {
        *("instrument", "body", "mechanism", "programme", "fund", "post", "state-group", "place", "state", "person"),
        "meeting",
    }
)
_COLUMNS = {"title": "full-name", "name": "full-name", "short_title": "short-title", "acronym": "acronym"}
_NAME_RULES = {"plan-wording": "plan-wording", "acronym": "acronym"}  # other kinds of names.csv are variants
RANKS = ("full-name", "plan-wording", "variant", "short-title", "acronym")
"""Rules that a name is found by; where several things share a name, the rule that comes first wins."""

_SMALL = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "of", "on", "or", "the", "to", "with"}
)
_SPELLINGS = {
    "masterplan": r"master\W?plan",
    "organization": "organi[sz]ation",
    "organisation": "organi[sz]ation",
    "center": "cent(?:er|re)",
    "centre": "cent(?:er|re)",
    "labor": "labou?r",
    "labour": "labou?r",
}
# Between two words of a name may stand a short form in brackets: Master Plan on ASEAN Connectivity (MPAC) 2025.
_BETWEEN = r"(?:\W{1,3}|\s?\([A-Z][^()]{1,14}\)\W{0,2})"
_SMALL_WORDS = rf"(?:(?:{'|'.join(sorted(_SMALL))}){_BETWEEN}){{0,3}}"


@dataclass(frozen=True, slots=True)
class Name:
    """One name of one thing, the rule that stands for it, and the pattern of its look in a text."""

    words: str
    entity: Reference
    rule: str
    pattern: re.Pattern[str]

    def finds(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the code points [start, end) of each look of the name."""
        for match in self.pattern.finditer(text):
            start, end = match.span()
            if self.rule != "acronym" and self.words[0].isupper() and not text[start].isupper():
                continue
            if text.count("(", start, end) > text.count(")", start, end) and text[end : end + 1] == ")":
                end += 1
            yield start, end


def names(registers: Registers) -> tuple[Name, ...]:
    """Return every name of every thing that a text can name."""
    found = dict.fromkeys((*_own_names(registers), *_further_names(registers)))
    return tuple(Name(words, entity, rule, _pattern(words, rule)) for words, entity, rule in found)


def _own_names(registers: Registers) -> Iterator[tuple[str, Reference, str]]:
    for row in registers:
        if row.kind in _KINDS:
            for column, rule in _COLUMNS.items():
                if words := row.written(column):
                    yield words, row.reference, rule


def _further_names(registers: Registers) -> Iterator[tuple[str, Reference, str]]:
    for row in registers.rows["names"]:
        entity, kind = row.one("entity"), row.one("kind")
        if isinstance(entity, Reference) and isinstance(kind, Code) and entity.kind in _KINDS:
            yield row.written("name"), entity, _NAME_RULES.get(kind.code, "variant")


@cache
def _pattern(words: str, rule: str) -> re.Pattern[str]:
    """Match an acronym to the letter; a name in any case, plural or singular, whatever its small words are."""
    if rule == "acronym":
        return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
    tokens = re.findall(r"\w+", words.lower())
    tokens = [token for token in tokens if token not in _SMALL] or tokens
    between = _BETWEEN + _SMALL_WORDS
    return re.compile(rf"(?<!\w){between.join(map(_look, tokens))}(?!\w)", re.IGNORECASE)


def _look(token: str) -> str:
    stem = token[:-1] if token.endswith("s") and len(token) > 4 else token
    look = _SPELLINGS.get(stem, re.escape(stem))
    return look + "s?" if len(token) > 3 and token.isalpha() else look
