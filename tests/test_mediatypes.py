"""Which format a client gets."""

import pytest

from aseancan_kg.errors import NotAcceptable
from aseancan_kg.mediatypes import (
    CSV,
    GRAPH_FORMATS,
    HTML,
    JSON,
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    RESULT_FORMATS,
    TSV,
    TURTLE,
    XML,
    named,
    negotiate,
)

RESULTS = (*RESULT_FORMATS, HTML)
GRAPHS = (*GRAPH_FORMATS, HTML)
RAPPER = (
    "application/x-turtle, application/turtle, text/turtle, application/rdf+xml, text/rdf;q=0.6, "
    "application/xhtml+xml;q=0.8, text/html;q=0.6, application/n-triples, text/x-nquads, */*;q=0.1"
)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
SPARQLWRAPPER_JSON = "application/sparql-results+json,application/json,text/javascript,application/javascript"


@pytest.mark.parametrize(
    ("accept", "offered", "expected"),
    [
        (None, GRAPHS, TURTLE),
        ("", RESULTS, JSON),
        ("*/*", GRAPHS, TURTLE),
        ("*", RESULTS, JSON),
        (RAPPER, GRAPHS, TURTLE),
        (FIREFOX, GRAPHS, HTML),
        (FIREFOX, RESULTS, HTML),
        (SPARQLWRAPPER_JSON, RESULTS, JSON),
        ("application/sparql-results+xml, application/rdf+xml", RESULTS, XML),
        ("application/sparql-results+xml, application/rdf+xml", GRAPHS, RDF_XML),
        ("application/sparql-results+json,text/turtle", RESULTS, JSON),
        ("application/sparql-results+json,text/turtle", GRAPHS, TURTLE),
        ("application/json", GRAPHS, JSON_LD),
        ("application/json", RESULTS, JSON),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.7", RESULTS, TSV),
        ("text/*, text/csv;q=0", RESULTS, TSV),
        ("*/*, text/turtle;q=0", GRAPHS, JSON_LD),
        (
            "*/*;q=0.9, application/n-triples;q=0.2, text/turtle;q=0.1, application/*;q=0",
            (TURTLE, N_TRIPLES),
            N_TRIPLES,
        ),
        ("TEXT/CSV; charset=UTF-8", RESULTS, CSV),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', GRAPHS, JSON_LD),
        ('text/html;level="a,b";q=0.2, text/turtle;q=0.3', GRAPHS, TURTLE),
        ("text/html;level=1;q=0, text/html", GRAPHS, HTML),
        ("nonsense, text/csv", RESULTS, CSV),
    ],
)
def test_the_best_liked_format_is_chosen(accept, offered, expected):
    assert negotiate(accept, offered) is expected


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "text/turtle;q=zero", "*/*;q=0"])
def test_what_nobody_likes_is_refused_with_the_list(accept):
    with pytest.raises(NotAcceptable) as refusal:
        negotiate(accept, (TURTLE, JSON_LD))
    assert "ttl (text/turtle), jsonld (application/ld+json)" in str(refusal.value)


def test_formats_are_also_chosen_by_name():
    assert named("csv", RESULTS) is CSV
    assert named("Text/Turtle", GRAPHS) is TURTLE
    with pytest.raises(NotAcceptable, match=r"no format .ttl. here"):
        named("ttl", RESULT_FORMATS)


def test_names_and_media_types_are_distinct():
    for offered in (RESULTS, GRAPHS):
        assert len({one.name for one in offered}) == len(offered)
        assert len({one.media_type for one in offered}) == len(offered)
