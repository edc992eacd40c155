"""Words for what a page names."""

import pytest

from aseancan_kg.catalogue.labels import natural, words
from aseancan_kg.namespaces import BASE, ONT


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("http://purl.org/dc/terms/isPartOf", "part of"),
        ("http://purl.org/dc/terms/isFormatOf", "is format of"),
        (f"{ONT}enteredIntoForceOn", "entered into force on"),
        ("http://www.w3.org/2001/XMLSchema#anyURI", "any URI"),
        (f"{BASE}graph/plan-of-action-2021-2025", "plan of action 2021 2025"),
        (f"{BASE}scheme/pillar/socio-cultural", "socio cultural"),
        ("https://example.org/news/isPartOf", "example.org/news/isPartOf"),
    ],
)
def test_words_for_what_has_no_label(iri, expected):
    assert words(iri) == expected


def test_numbers_sort_as_numbers():
    assert sorted(["1.2.10", "1.2.9", "1.10", "a", "1.2"], key=natural) == ["a", "1.2", "1.2.9", "1.2.10", "1.10"]
