"""What an identifier means that nobody minted."""

import pyoxigraph as ox
import pytest

from aseancan_kg.catalogue.identifiers import Identifiers, foreign_concepts, is_canonical, known_form, tidy
from aseancan_kg.namespaces import BASE, ID, ONT, PREFIXES
from aseancan_kg.store.embedded import EmbeddedStore

DATA = """
<id/instrument/mpac-2025> skos:prefLabel "Master Plan on ASEAN Connectivity 2025"@en ; skos:altLabel "MPAC 2025"@en .
<id/instrument/crpd-2006> skos:prefLabel "Convention on the Rights of Persons"@en ; ac:acronym "CRPD" .
<id/body/un-crpd-committee> skos:prefLabel "Committee on the Rights"@en ; ac:acronym "CRPD" .
<id/instrument/plan/action/1.2.6> skos:notation "1.2.6" .
<id/place/ha-noi> skos:prefLabel "Hà Nội"@en .
<ont#Action> rdfs:label "action"@en . <ont#action> rdfs:label "has action"@en .
<scheme/pillar/economic> skos:prefLabel "Economic"@en .
<http://metadata.un.org/sdg/1> skos:inScheme <http://metadata.un.org/sdg> .
<https://asean.org/page/> foaf:name "A page" .
"""


@pytest.fixture(scope="module")
def store():
    prefixes = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    quads = ox.parse(f"{prefixes}@base <{BASE}> .\n{DATA}", format=ox.RdfFormat.TURTLE)
    return EmbeddedStore(quads, version="v", union_default_graph=True)


@pytest.fixture(scope="module")
def identifiers(store):
    return Identifiers(store)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("instrument/MPAC-2025", [f"{ID}instrument/mpac-2025"]),
        ("Instrument//mpac-2025/", [f"{ID}instrument/mpac-2025"]),
        ("instrument/MPAC 2025", [f"{ID}instrument/mpac-2025"]),
        ("instrument/master-plan-on-asean-connectivity-2025", [f"{ID}instrument/mpac-2025"]),
        ("body/mpac-2025", []),
        ("CRPD", [f"{ID}body/un-crpd-committee", f"{ID}instrument/crpd-2006"]),
        ("body/crpd", [f"{ID}body/un-crpd-committee"]),
        ("action/1.2.6", [f"{ID}instrument/plan/action/1.2.6"]),
        ("place/ha noi", [f"{ID}place/ha-noi"]),
        ("place/Ha\u0300 No\u0323\u0302i", [f"{ID}place/ha-noi"]),
        ("ont/ACTION", [f"{ONT}Action", f"{ONT}action"]),
        ("scheme/Pillar/economic", [f"{BASE}scheme/pillar/economic"]),
        ("", []), ("/", []), ("-", []), ("instrument/", []), ("instrument/nope", []), ("\x00", []),
    ],
)  # fmt: skip
def test_spellings_names_and_numbers(identifiers, path, expected):
    assert identifiers.find(path) == expected


def test_what_is_spelt_nearly_so_is_proposed(identifiers):
    assert identifiers.near("instrument/mpac-205") == ["instrument/mpac-2025"]
    assert identifiers.near("body/xyz") == identifiers.near("") == []


def test_concepts_of_others_are_told_from_their_web_pages(store):
    assert foreign_concepts(store) == {"http://metadata.un.org/sdg/1"}


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("http://metadata.un.org/sdg/1", "http://metadata.un.org/sdg/1"),
        ("https://metadata.un.org/sdg/1/", "http://metadata.un.org/sdg/1"),
        ("http://metadata.un.org/sdg", "http://metadata.un.org/sdg"),
        ("http://asean.org/page", "https://asean.org/page/"),
        (f"{ID}place/ha-noi".replace("https", "http"), f"{ID}place/ha-noi"),
        ("javascript:alert(1)", None), ("//evil.example", None), ("", None), ("not an iri", None), ("http:", None),
    ],
)  # fmt: skip
def test_an_iri_is_known_in_the_form_the_dataset_has(store, iri, expected):
    assert known_form(store, iri) == expected


@pytest.mark.parametrize(
    ("path", "raw", "expected"),
    [
        ("a/b-1.2_~", "/id/a/b-1.2_~", True),
        ("a/b", "/id/%61/b", False),
        ("a/b", "/id/a%2Fb", False),
        ("a,b", "/id/a,b", True),
        ("a,b", "/id/a%2Cb", True),
        ("a/b/", "/id/a/b/", False),
        ("e\u0301", "/id/e%CC%81", False),
    ],
)
def test_a_path_is_canonical_as_we_write_it(path, raw, expected):
    assert is_canonical(path, raw) is expected


def test_a_tidy_path_is_composed_and_has_single_slashes():
    assert tidy("//a//e\u0301/") == "a/\u00e9"
