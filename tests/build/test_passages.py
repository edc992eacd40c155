import pytest

from aseancan_kg.build.passages import CONTEXT, Passage, passages
from aseancan_kg.build.plan import parse
from aseancan_kg.build.text import collapse
from aseancan_kg.model import Span

EDITION = """\
\ufeffPlan of Action 2021-2025
1. [bookmark: _Toc1]Trade
1.1. Goods
1.1.1. Trade more
12
goods,  and trade on;
1.1.2. Trade less;
"""
WORDS = Passage("action/1.1.1", "ARF and ARF Work Plan, not ARFs: the Plan", range(100, 142))


def test_the_parts_of_a_plan_come_in_the_order_of_the_text() -> None:
    cut = passages(parse(EDITION), EDITION)
    assert {path: passage.text for path, passage in cut.items()} == {
        "title": "Plan of Action 2021-2025",
        "section/1": "Trade",
        "section/1.1": "Goods",
        "action/1.1.1": "Trade more goods, and trade on;",
        "action/1.1.2": "Trade less;",
    }
    assert list(cut) == ["title", "section/1", "section/1.1", "action/1.1.1", "action/1.1.2"]


def test_words_found_in_a_passage_are_traced_to_the_edition() -> None:
    passage = passages(parse(EDITION), EDITION)["action/1.1.1"]
    start = passage.find("more goods, and")
    assert start is not None
    span = passage.span(start, start + len("more goods, and"))
    assert EDITION[span.start : span.end] == "more\n12\ngoods,  and"
    assert collapse(EDITION[span.start : span.end]) == "more goods, and"


@pytest.mark.parametrize(
    ("quote", "occurrence", "start"),
    [
        *(("ARF", 1, 0), ("ARF", 2, 8), ("ARF", 3, None), ("Plan", 2, 37), ("the Plan", 1, 33), ("Work", 2, None)),
        *(("AR", 1, None), ("RF", 1, None), ("ARF Work Plan,", 1, 8), ("arf", 1, None)),
    ],
)
def test_a_quotation_is_counted_only_where_it_stands_as_whole_words(
    quote: str, occurrence: int, start: int | None
) -> None:
    assert WORDS.find(quote, occurrence) == start


def test_a_slice_keeps_its_places() -> None:
    part = WORDS.slice("action/1.1.1/clause/1", 8, 21)
    assert (part.path, part.text) == ("action/1.1.1/clause/1", "ARF Work Plan")
    assert part.span(4, 8) == Span(112, 116)


def test_a_quotation_is_given_with_what_stands_around_it() -> None:
    assert WORDS.around(8, 11) == ("ARF and ", " Work Plan, not ARFs: the Plan")
    long = Passage("preamble", "x" * 200, range(200))
    assert [len(side) for side in long.around(100, 101)] == [CONTEXT, CONTEXT]
