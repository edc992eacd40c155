"""Marks: the numbers, letters and bullets that begin a heading or an item."""

import re
from dataclasses import dataclass

_NUMBERED = re.compile(
    r"(?P<open>\(?)(?P<label>\d{1,3}(?:\.\d{1,3}){0,5}|[IVXL]+|[ivxl]+|[A-Za-z])(?P<close>[.)]?)"
    r"(?P<gap>\s+|\Z|(?=[A-Z\[]))"
)
_BULLET = re.compile(r"[•·▪▫◦‣⁃∙●○■□◆◇►▶➢➤❖✓✔\uf000-\uf0ff]\s*|[-–—*oØ§](?:\s+|\Z)")
_BARE = re.compile(r"(\d{1,2})\s+(?=[A-Z])")
_ROMAN = re.compile(r"(?=.)(XL|L?X{0,3})(IX|IV|V?I{0,3})", re.IGNORECASE)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_QUANTITY = re.compile(r"(?:per\b|percent|million|billion|trillion|degrees|times|hectares)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """One reading of a mark.

    `style` is what the marks of one list share: `1.`, `1.1` (any depth), `(a)`, `I.`, `•`. `path` is (1, 2, 6) for
    1.2.6, (3,) for III or (c), () for a bullet. `label` is the mark without its punctuation, empty for a bullet.
    """

    style: str
    path: tuple[int, ...]
    label: str

    @property
    def is_bullet(self) -> bool:
        """Whether the mark has no number of its own."""
        return not self.path

    @property
    def is_first(self) -> bool:
        """Whether a list can begin with this mark."""
        return not self.path or self.path[-1] == 1

    @property
    def is_decimal(self) -> bool:
        """Whether the mark is a number of the kind 1. or 1.2.6."""
        return self.style in ("1.", "1.1")

    def is_followed_by(self, mark: "Mark", widest_gap: int = 0) -> bool:
        """Whether `mark` is the next of the same list, or skips up to `widest_gap` numbers."""
        if mark.style != self.style or mark.path[:-1] != self.path[:-1]:
            return False
        return not mark.path or 1 <= mark.path[-1] - self.path[-1] <= 1 + widest_gap


def read_mark(text: str) -> tuple[tuple[Mark, ...], int]:
    """Return the readings of the mark at the beginning of `text`, and where the text after it begins.

    `(i)` has two readings, the letter and the Roman number; a line that begins with no mark has none. Years (2025),
    dates (10 September) and quantities (1.5 per cent) are not marks.
    """
    if bullet := _BULLET.match(text):
        return (Mark(bullet[0][0], (), ""),), bullet.end()
    match = _NUMBERED.match(text)
    if match is None:
        return (), 0
    label, style = match["label"], match["open"] + "{}" + match["close"]
    stands_apart = bool(match["gap"]) or match.end() == len(text)
    if "." in label and (match["close"] or stands_apart):
        if _QUANTITY.match(text, match.end()):
            return (), 0
        return (Mark("1.1", tuple(map(int, label.split("."))), label),), match.end()
    if not match["close"]:
        return (), 0
    if label.isdigit():
        return (Mark(style.format("1"), (int(label),), label),), match.end()
    if not stands_apart:
        return (), 0
    readings = []
    if len(label) == 1:
        readings.append(Mark(style.format("a" if label.islower() else "A"), (ord(label.lower()) - 96,), label))
    if _ROMAN.fullmatch(label):
        readings.append(Mark(style.format("i" if label.islower() else "I"), (_roman(label.upper()),), label))
    return tuple(readings), match.end() if readings else 0


def read_bare_number(text: str) -> tuple[tuple[Mark, ...], int]:
    """Read a chapter number without a full stop (`1 ECONOMIC COOPERATION`), which may as well be any other number."""
    if (match := _BARE.match(text)) is None:
        return (), 0
    return (Mark("1.", (int(match[1]),), match[1]),), match.end()


def _roman(label: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in label]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))
