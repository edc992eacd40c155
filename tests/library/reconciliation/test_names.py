"""Which names are the same but for spelling, and which of many are like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aseancan_kg.library.reconciliation.names import (
    Names,
    initials,
    key,
    ownerless,
    parts,
    turned,
    unbracketed,
    unnumbered,
)

SAME = [
    ("The ASEAN Charter", "asean charter"),
    ("A.S.E.A.N.", "ASEAN"),
    ("A S E A N", "ASEAN"),
    ("AMCAP-III", "AMCAP III"),
    ("AMCAP III", "AMCAP 3"),
    ("ADM2025", "ADM 2025"),
    ("Việt Nam", "Viet Nam"),
    ("Timor-Leste", "Timor Leste"),
    ("Women, Peace & Security", "women, peace and security"),
    ("International Labour Organisation", "International Labor Organization"),
    ("AHA Center", "AHA Centre"),
    ("Work Program 2021-25", "Work Programme 2021–2025"),
    ("ASEAN-Canada Dialog", "ASEAN-Canada Dialogue"),
    ("Twentieth Dialogue", "20th Dialogue"),
    ("Women’s Programme", "Womens Programme"),
    ("Co-operation", "Cooperation"),
    ("Master Plan", "Masterplan"),
]
OTHERS = [
    ("ASEAN Digital Masterplan 2025", "ASEAN Digital Masterplan 2030"),
    ("20th Dialogue", "21st Dialogue"),
    ("Ministry of Trade", "Minister of Trade"),
    ("Plan 2016-2020", "Plan 2016"),
    ("Report of 2020-09", "Report of 2020"),
    ("Four", "For"),
    ("AMME", "AM"),
    ("Protocol 1", "Protocol 11"),
    ("Protocol 1.1", "Protocol 11"),
    ("Work Plan 2.0", "Work Plan 20"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_that_differ_in_spelling_only_have_the_same_key(one, other):
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_names_that_differ_in_what_they_say_have_not(one, other):
    assert key(one) != key(other)


def test_a_name_of_articles_alone_is_still_a_name():
    assert key("The") == "the"
    assert key("…") == ""


def test_initials_are_those_of_the_words_that_are_abbreviated():
    assert initials("ASEAN Framework Agreement on Services") == "afas"
    assert initials("Terms of Reference", small=True) == "tor"


def test_whose_something_is_stands_in_brackets_or_before_an_apostrophe():
    assert ownerless("Canada’s Strategy") == ownerless("The Member States' Strategy") == ["Strategy"]
    assert ownerless("Ministry of Trade (Kenya)") == ["Ministry of Trade "]
    assert ownerless("ASEAN Strategy") == []


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("AWP 2021-25", "awp"),
        ("ADM2025", "adm"),
        ("Plan III", "plan"),
        ("2025 Plan", None),
        ("Plan", None),
        ("…", None),
    ],
)
def test_years_and_numbers_at_the_end_are_told_apart(name, bare):
    assert unnumbered(name) == bare


def test_a_heading_is_turned_at_its_only_comma():
    assert parts(turned("Women, ASEAN Committee on")) == ["asean", "committee", "on", "women"]
    assert turned("Education, Science, Culture") is None
    assert turned("Women") is None


def test_what_stands_in_brackets_is_told_apart():
    assert [*map(parts, unbracketed("Digital Masterplan (ADM) 2025"))] == [["digital", "masterplan", "2025"], ["adm"]]
    assert unbracketed("Masterplan (ADM") is None


@given(st.text(max_size=60))
def test_blanks_around_any_text_do_not_change_its_key(text):
    assert key(f" {text}\t") == key(text)


@pytest.fixture(scope="module")
def names():
    listed = ["ASEAN Smart Cities Network", "ASEAN University Network", "Masterplan on Cyber Security", "Plan", "…"]
    return Names(listed, range(len(listed)))


@pytest.mark.parametrize(
    ("asked", "row"),
    [
        *(("ASEAN Smart City Network", 0), ("Smart Cities", 0), ("network of universities in ASEAN", 1)),
        *(("ASEAN Univresity Netwrok", 1), ("master plan on cybersecurity", 2), ("ASEANSmart CitiesNetwork", 0)),
    ],
)
def test_the_most_alike_name_is_found(names, asked, row):
    found = names.like(asked)
    assert max(found, key=lambda pair: pair[1].score)[0] == row


def test_the_same_words_are_wholly_alike(names):
    likeness = dict(names.like("asean smart cities network"))[0]
    assert (likeness.words, likeness.letters, likeness.covered, likeness.score) == pytest.approx((1, 1, 1, 1))


@pytest.mark.parametrize("asked", ["", "…", "Paris", "xq", "7"])
def test_nothing_is_like_what_shares_no_word(names, asked):
    assert names.like(asked) == []


def test_no_names_are_asked_for_nothing():
    assert Names([], []).like("ASEAN") == []
