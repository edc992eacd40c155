"""What readers give to a named query."""

import pytest

from aseancan_kg.catalogue.identifiers import Identifiers
from aseancan_kg.catalogue.labels import text_of
from aseancan_kg.catalogue.parameters import settled
from aseancan_kg.errors import InputError, NotFound
from aseancan_kg.namespaces import ID
from aseancan_kg.queries import catalogue, load
from aseancan_kg.store.embedded import EmbeddedStore

PLAN = "instrument/asean-canada-poa-2021-2025"
TITLE = "2021-2025 Plan of Action to Implement the Joint Declaration on ASEAN-Canada Enhanced Partnership"


def settle(store, name, **given):
    return settled(store, load(name), given, lambda: Identifiers(store))


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("body/armac", "body/armac"),
        (f"{ID}body/armac", f"{ID}body/armac"),
        (f"http{ID.removeprefix('https')}body/armac", f"{ID}body/armac"),
        ("ARMAC", f"{ID}body/armac"),
        ("body/ARMAC", f"{ID}body/armac"),
        ("instrument/ACTIP", f"{ID}instrument/actip-2015"),
        ("ASEAN Regional Mine Action Center", f"{ID}body/armac"),
        ("ac:Action", "ac:Action"),
    ],
)
def test_a_thing_is_known_by_any_of_its_names(served, given, meant):
    assert settle(served, "sources", thing=given) == {"thing": meant}


@pytest.mark.parametrize(
    ("name", "given", "error", "message"),
    [
        ("sources", {"thing": "body/nonsense"}, NotFound, "nothing is known of 'body/nonsense'. Give a full IRI"),
        ("sources", {"thing": "instrument/actip-2016"}, NotFound, "Did you mean instrument/actip-2015?"),
        ("sources", {"thing": "https://example.org/x"}, NotFound, "nothing is known of 'https://example.org/x'"),
        ("sources", {"thing": "no such name"}, InputError, "'no such name' is no iri for parameter 'thing'"),
        ("sources", {"thing": "action/2.7.4 or"}, InputError, "is no iri for parameter 'thing'"),
        ("sources", {"thing": TITLE}, InputError, "may mean several things. Give one of instrument/asean-canada-poa"),
        ("members", {"day": "2020-01-01"}, InputError, "has no parameter 'day'"),
        ("softness-of-a-chapter", {"chapter": "9"}, NotFound, "'9' is no value of parameter 'chapter'"),
        ("softness-of-a-chapter", {"chapters": "1, 9"}, NotFound, r"There is 1, 2, 3, 4, 5, 6, 7, 8\. Give words with"),
        ("actions-opening-with", {"verb": "explor"}, NotFound, "There is exploratory, explore"),
        ("action", {"number": "2.7.44"}, NotFound, "There is 2.7.4"),
        ("action", {"number": "1.1.1", "plan": "instrument/actip-2015"}, NotFound, "This dataset has none"),
    ],
)
def test_what_nothing_in_the_dataset_has_is_refused_with_what_there_is(served, name, given, error, message):
    with pytest.raises(error, match=message):
        load(name).bind(settle(served, name, **given))


def test_a_default_is_taken_as_it_is_whatever_the_dataset_has(served):
    assert settle(served, "instrument-records", kind="*") == {"kind": "*"}
    empty = EmbeddedStore([], version="", union_default_graph=True)
    assert settle(empty, "sections-smallest", plan=PLAN) == {"plan": PLAN}
    assert settle(served, "sources") == {}


def test_the_values_a_query_names_are_there_its_own_default_among_them(served):
    for query in catalogue().values():
        for one in query.parameters:
            if one.among:
                found = {text_of(row[one.name]) for row in served.rows(query.values_of(one, {}))}
                words = one.default.split() if one.type == "strings" else {one.default} - {"*"}
                assert found.issuperset(words), (query.name, one.name)


def test_words_are_parted_by_spaces_or_commas(served):
    query = load("softness-by-chapter")
    assert query.bind({"chapters": "1,2, 3 "}) == query.bind({"chapters": "1 2 3"}) == query.bind({})
    assert settle(served, query.name, chapters="4,5") == {"chapters": "4,5"}
    chapters = {text_of(row["chapter"]) for row in served.rows(query.bind({"chapters": "4,5"}))}
    assert chapters == {"4", "5"}


def test_a_chapter_is_compared_with_others_that_need_not_name_it(served):
    query = load("softness-of-a-chapter")
    named, unnamed = (served.rows(query.bind({"chapter": "4", "chapters": one})) for one in ("1 2 3 4", "1 2 3"))
    assert named == unnamed
    assert all("verdict" in row for row in named)
