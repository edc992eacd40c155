"""The lines of an edition, and the one rule by which a slice of it becomes a text.

An edition is kept exactly as it was found. What people read is always `collapse(edition[start:end])`, so that a
text can be checked against its offsets at any time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE = re.compile(r"([^\r\n\f]*)(\r\n|[\r\n\f]|\Z)")
_INK = re.compile(r"[^\s\ufeff](?:.*[^\s\ufeff])?", re.DOTALL)
_RESIDUE = r"\[bookmark:[^\[\]\r\n\f]*\]"
_RESIDUES = re.compile(_RESIDUE)
_LEADING_RESIDUE = re.compile(rf"(?:{_RESIDUE}\s*)+")
_FURNITURE = re.compile(
    r"[-–—|]?\s*(?:page\s+)?\d{1,3}(?:\s*(?:/|of)\s*\d{1,3})?\s*[-–—|]?"  # a page number: 12, - 12 -, Page 3 of 20
    r"|(?:[-–—_*=~]\s*){3,}"  # a ruled line
    r"|(?:table\s+of\s+)?contents",
    re.IGNORECASE,
)
_LEADERS = ("....", ". . .", "…")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_COMPLETE = re.compile(r"[.;:!?][\"”’')\]]*(?:,? (?:and|or|and/or))?\Z")
_SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and as at between beyond by for from implement in into its of on or over the through to toward towards "
        "under via with within",
    )
)

_LONGEST_HEADING = 25  # words
_GONE = "\0"  # stands for a code point that leaves no trace, not even a space


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its number from 1, the code points [start, end) from first to last ink, its text."""

    number: int
    start: int
    end: int
    text: str
    spaced: bool  # a blank line, or the beginning of the edition, stands before it

    @property
    def is_furniture(self) -> bool:
        """Whether the line belongs to the page and not to the plan."""
        return is_furniture(self.text)


def lines(edition: str) -> Iterator[Line]:
    """Yield the lines that are not blank. They end in LF, CR LF or CR; a form feed ends one too but is not counted."""
    number, spaced = 1, True
    for match in _LINE.finditer(edition):
        if ink := _INK.search(match[1]):
            start = match.start() + ink.start()
            yield Line(number, start, start + len(ink[0]), ink[0], spaced)
            spaced = False
        elif match[2] != "\f":
            spaced = True
        number += match[2] != "\f"


def is_furniture(line: str) -> bool:
    """Whether a line holds only a page number, a rule, or an entry of a table of contents."""
    ink = _INK.search(line)
    return ink is not None and (_FURNITURE.fullmatch(ink[0]) is not None or _is_contents_entry(ink[0]))


def _is_contents_entry(ink: str) -> bool:
    """Whether a line ends in leaders or a tab, and then a page number: `Trade and Investment ........ 7`."""
    before = ink.rstrip("0123456789")
    title = before.rstrip()
    return 1 <= len(ink) - len(before) <= 3 and (title.endswith(_LEADERS) or "\t" in before[len(title) :])


def collapse(text: str) -> str:
    """Apply the white-space rule: every run of white space becomes one space, none at either end.

    What the making of the file left behind goes too: `[bookmark: …]`, byte order marks, and page furniture on lines
    between the first and the last. Words, spelling and punctuation stay as they are.
    """
    return " ".join(_blank(text).replace(_GONE, "").split())


def offsets(text: str) -> list[int]:
    """Where in `text` each code point of `collapse(text)` stands; a space, where the white space before a word ends."""
    kept = [(index, character) for index, character in enumerate(_blank(text)) if character != _GONE]
    places: list[int] = []
    for word in re.finditer(r"\S+", "".join(character for _, character in kept)):
        places += [kept[word.start() - 1][0]] if places else []
        places += [index for index, _ in kept[word.start() : word.end()]]
    return places


def _blank(text: str) -> str:
    """Overwrite, code point by code point, what does not belong to the text: with spaces or with `_GONE`."""
    if "\n" in text or "\r" in text or "\f" in text:
        parts = re.split(r"(\r\n|[\r\n\f])", text)  # lines at even places, their ends between them
        for place in range(2, len(parts) - 1, 2):
            if is_furniture(parts[place]):
                parts[place] = " " * len(parts[place])
        text = "".join(parts)
    return _RESIDUES.sub(lambda residue: _GONE * len(residue[0]), text).replace("\ufeff", _GONE)


def after_residue(text: str, position: int) -> int:
    """Where the text goes on if `[bookmark: …]` stands at `position`."""
    match = _LEADING_RESIDUE.match(text, position)
    return match.end() if match else position


def is_title_case(text: str) -> bool:
    """Whether every word but the small ones (of, and, to …) has a capital: `Trade and Investment`, `E-COMMERCE`."""
    words = _WORD.findall(text)
    return bool(words) and all(word.lower() in _SMALL_WORDS or word.lower() != word for word in words)


def is_complete(text: str) -> bool:
    """Whether a collapsed text ends as an item or a sentence ends: `.` `;` `:` or `; and`."""
    return _COMPLETE.search(text[-24:]) is not None


def is_open_ended(text: str) -> bool:
    """Whether a collapsed text cannot end here: its last word is a small one, or a comma or hyphen follows it."""
    return text.endswith((",", "-", "–", "&", "/", "(")) or text.rpartition(" ")[2].lower() in _SMALL_WORDS


def looks_like_heading(text: str) -> bool:
    """Whether a collapsed text has the shape of a heading: short, no closing punctuation, or Title Case before `:`."""
    if not text or text[-1] in ".;,!?" or is_open_ended(text.rstrip(":")) or len(text.split()) > _LONGEST_HEADING:
        return False
    return is_title_case(text) or not text.endswith(":")
