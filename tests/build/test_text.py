"""Where the code points of a collapsed text stand in the edition it was sliced from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aseancan_kg.build.text import collapse, offsets

PIECES = [
    *("a", "Plan", "of", "é", "𝔞", "1.2", ";", "12", "- 3 -", "Page 3 of 20", "_____", "Contents", "\0"),
    *("Trade ........ 7", "[bookmark: _Toc1]", "[bookmark:", "]", "\ufeff"),
    *(" ", "  ", "\t", "\u00a0", "\n", "\r\n", "\r", "\f", "\v", "\u2028", "\x1f"),
]


@pytest.mark.parametrize(
    ("text", "collapsed", "places"),
    [
        ("", "", []),
        (" \n\t", "", []),
        ("ab", "ab", [0, 1]),
        ("  a  b ", "a b", [2, 4, 5]),
        ("a\r\n b", "a b", [0, 3, 4]),
        ("\ufeffa\ufeffb", "ab", [1, 3]),
        ("a[bookmark: x]b", "ab", [0, 14]),
        ("a [bookmark: x] b", "a b", [0, 15, 16]),
        ("a\n12\nb", "a b", [0, 4, 5]),
        ("a\n- 3 -\f\nb", "a b", [0, 8, 9]),
        ("12\na\n7", "12 a 7", [0, 1, 2, 3, 4, 5]),
        ("𝔞 é", "𝔞 é", [0, 1, 2]),
    ],
    ids=[
        *("nothing", "blank", "as it is", "blanks", "line end", "byte order marks", "bookmark", "bookmark in blanks"),
        *("page number", "page break", "first and last line", "code points, not code units"),
    ],
)
def test_each_code_point_is_traced_to_its_place(text: str, collapsed: str, places: list[int]) -> None:
    assert collapse(text) == collapsed
    assert offsets(text) == places


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_collapsing_and_tracing_agree(text: str) -> None:
    collapsed, places = collapse(text), offsets(text)
    assert len(places) == len(collapsed)
    assert places == sorted(set(places))
    for character, place in zip(collapsed, places, strict=True):
        assert text[place] == character or (character == " " and text[place].isspace())


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map("".join), st.data())
def test_any_slice_of_the_edition_gives_its_words_back(text: str, data: st.DataObject) -> None:
    collapsed, places = collapse(text), offsets(text)
    if collapsed:
        start = data.draw(st.integers(0, len(collapsed) - 1))
        end = data.draw(st.integers(start + 1, len(collapsed)))
        assert collapse(text[places[start] : places[end - 1] + 1]) == collapsed[start:end].strip()
