import re

import pytest

from aseancan_kg.build import names
from aseancan_kg.build.names import RANKS
from aseancan_kg.build.registers import Registers
from aseancan_kg.build.values import Reference

PLAN = "instrument/mpac"


@pytest.fixture
def small(read) -> Registers:
    return read(
        {
            "instruments": [
                {"slug": "mpac", "title": "Master Plan on ASEAN Connectivity 2025", "short_title": "Connectivity Plan"}
                | {"acronym": "MPAC", "kind": "plan"}
            ],
            "bodies": [{"slug": "aha-centre", "name": "AHA Centre", "kind": "body"}],
            "names": [
                {"entity": PLAN, "name": "Connectivity Master Plan", "kind": "former"},
                {"entity": PLAN, "name": "Plan for Connecting", "kind": "plan-wording"},
                {"entity": PLAN, "name": "MPAC2025", "kind": "acronym"},
                {"entity": "holding/somebody", "name": "Somebody", "kind": "variant"},
            ],
            "holdings": [{"slug": "somebody", "person": "person/nobody", "post_title": "Chair"}],
        }
    )


def test_every_name_of_a_thing_has_its_rule(small: Registers) -> None:
    found = {(name.words, str(name.entity), name.rule) for name in names.names(small)}
    assert found == {
        ("Master Plan on ASEAN Connectivity 2025", PLAN, "full-name"),
        ("Connectivity Plan", PLAN, "short-title"),
        ("MPAC", PLAN, "acronym"),
        ("Connectivity Master Plan", PLAN, "variant"),
        ("Plan for Connecting", PLAN, "plan-wording"),
        ("MPAC2025", PLAN, "acronym"),
        ("AHA Centre", "body/aha-centre", "full-name"),
    }
    assert {rule for _, _, rule in found} == set(RANKS)


LOOKS = [
    ("Master Plan on ASEAN Connectivity", "the ‹Master Plan on ASEAN Connectivity›;"),
    ("Master Plan on ASEAN Connectivity", "the ‹Master Plan for the ASEAN Connectivity›;"),
    ("Master Plan on ASEAN Connectivity 2025", "the ‹Master Plan on ASEAN Connectivity (MPAC) 2025›;"),
    ("ICT Masterplan 2020", "the ‹ICT Master Plan 2020›"),
    ("World Health Organization", "the ‹World Health Organisation›"),
    ("AHA Centre", "the ‹AHA Center›"),
    ("Labour Ministers’ Meeting", "‹Labor Ministers' Meetings›"),
    ("ASEAN Convention on Counter-Terrorism", "‹ASEAN Convention on Counter- Terrorism›,"),
    ("Rights of Persons with Disabilities", "the ‹Rights of the Persons with Disabilities›"),
    ("nuclear-weapon state", "the ‹nuclear weapon States›"),
    ("Work Plan (2021-2025)", "an ‹Work Plan (2021-2025)›;"),
    ("ASEAN", "(‹ASEAN›)"),
]
"""Name, and a text in which ‹what it looks like there› is marked."""
FALSE_FRIENDS = [
    ("ASEAN Declaration", "the ASEAN-Canada Declaration"),
    ("ASEAN Declaration", "an ASEAN Declarative text"),
    ("ASEAN Declaration", "MyASEAN Declaration"),
    ("Outlook", "the outlook for trade"),
    ("Master Plan on ASEAN Connectivity", "Master Plan on Connectivity of ASEAN"),
    ("Plan of Action (2016-2020)", "Plan of Action (2016-2021)"),
]


def look(read, words: str, text: str) -> list[str]:
    found = names.names(read({"instruments": [{"slug": "x", "title": words, "kind": "plan"}]}))
    return [text[start:end] for name in found for start, end in name.finds(text)]


@pytest.mark.parametrize(("words", "text"), LOOKS)
def test_a_name_is_known_in_its_looks(read, words: str, text: str) -> None:
    before, looked, after = re.split("[‹›]", text)
    assert look(read, words, before + looked + after) == [looked]


@pytest.mark.parametrize(("words", "text"), FALSE_FRIENDS)
def test_other_words_are_not_taken_for_a_name(read, words: str, text: str) -> None:
    assert look(read, words, text) == []


@pytest.mark.parametrize(
    ("text", "times"), [("ARF, the ARF’s", 2), ("ARFs", 0), ("arf", 0), ("SARF", 0), ("ARF-led", 1)]
)
def test_an_acronym_is_known_to_the_letter(read, text: str, times: int) -> None:
    (_, acronym) = names.names(
        read({"bodies": [{"slug": "x", "name": "Regional Forum", "acronym": "ARF", "kind": "x"}]})
    )
    assert len(list(acronym.finds(text))) == times


def test_names_of_the_real_registers_belong_to_things_that_a_text_can_name(known) -> None:
    assert {name.entity for name in known if name.words == "ASEAN"} == {Reference("body", "asean")}
    assert {name.entity.kind for name in known}.isdisjoint({"holding", "membership", "participation", "source"})
