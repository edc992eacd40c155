"""What points to a thing, and the sources it rests on, in words."""

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import Link
from aseancan_kg.catalogue.sources import sources
from aseancan_kg.catalogue.things import thing as page_of
from aseancan_kg.namespaces import ID, thing
from aseancan_kg.store.embedded import EmbeddedStore

PLAN = thing("source", "plan-of-action-2021-2025")


def test_each_line_says_what_it_is(served):
    quoted = page_of(served, PLAN).incoming[0]
    assert (quoted.property.label, len(quoted.things)) == ("quotes", 50)
    assert quoted.count > 50
    assert "target" not in {one.label for one in quoted.things}
    told = {one.label: one.iri for one in quoted.things}
    mention = told["ASEAN-Canada Plan of Action (2021-2025), action 1.1.1: convenes ASEAN-Canada Dialogue"]
    assert mention.startswith(f"{ID}mention/")
    assert "#" not in mention
    news = page_of(served, thing("source", "news-20th-asean-canada-dialogue"), 3).incoming
    assert all(one.label for group in news for one in group.things)


def test_a_part_of_what_is_not_ours_and_a_statement_that_says_nothing_go_by_their_own_names():
    to, node = ox.NamedNode("http://e/to"), ox.NamedNode
    subjects = ("http://e/from#part", f"{ID}coding/half")
    quads = [ox.Quad(node(one), node("http://e/p"), to) for one in subjects]
    quads.append(
        ox.Quad(node(subjects[1]), node("http://www.w3.org/1999/02/22-rdf-syntax-ns#subject"), node("http://e/x"))
    )
    store = EmbeddedStore(quads, version="v", union_default_graph=True)
    (group,) = page_of(store, to.value).incoming
    assert {one.iri: one.label for one in group.things} == {subjects[0]: "e/from#part", subjects[1]: "half"}


def test_a_source_tells_its_publisher_and_date_and_is_listed_once(served):
    release = Link(thing("source", "asean-secretariat-release-20th-dialogue"), "Press release")
    page = Link("https://example.org/page", "example.org/page")
    first, second = sources(served, [release, page, release])
    assert (first.link, first.publisher, first.issued) == (release, "ASEAN Secretariat", "2023-05-30")
    assert (second.publisher, second.issued, second.address) == (None, None, None)
    news = Link(thing("source", "news-20th-asean-canada-dialogue"), "News")
    assert sources(served, [news])[0].address == (
        "https://www.phnompenhpost.com/national-politics/asean-canada-relations-set-new-heights"
    )
