"""Releases are compared by what they say, and every difference can be applied."""

import gzip
import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, XSD

from aseancan_kg import archive, namespaces, settings
from aseancan_kg.archive import Release
from aseancan_kg.build import changes, history
from aseancan_kg.build.changes import Snapshot, Step
from aseancan_kg.build.dataset import Built
from aseancan_kg.build.description import DATASET

BASE = namespaces.BASE
FIRST, SECOND, THIRD = (Release(f"0.{number}.0", str(number) * 16, date(2026, 11, number)) for number in (1, 2, 3))
DCAT_PREVIOUS = URIRef(f"{namespaces.PREFIXES['dcat']}previousVersion")


def lines(turtle: str, graph: str = "bodies") -> list[str]:
    dataset = Dataset()
    dataset.graph(URIRef(namespaces.graph(graph))).parse(data=turtle, format="turtle", publicID=BASE)
    return sorted(line + "\n" for line in dataset.serialize(format="nquads").splitlines() if line)


def compared(before: str, after: str) -> Step:
    earlier, later = (
        Snapshot(release, changes.descriptions(lines(each))) for release, each in ((FIRST, before), (SECOND, after))
    )
    return changes.step(earlier, lines(before), later, lines(after))


def dates(*turtles: str) -> dict[str, tuple[str, str]]:
    """Return (created, modified) of every document of the last of some releases."""
    releases = (FIRST, SECOND, THIRD)[: len(turtles)]
    steps = [
        Snapshot(release, changes.descriptions(lines(each))) for release, each in zip(releases, turtles, strict=True)
    ]
    graph = Graph()
    for triple in history.triples(steps):
        graph.add(triple)
    return {
        str(node).removeprefix(BASE): (str(created), str(graph.value(node, DCTERMS.modified)))
        for node, created in graph.subject_objects(DCTERMS.created)
    }


def test_a_document_has_the_days_on_which_it_came_and_last_changed() -> None:
    found = dates(
        "<id/body/a> <p> 1 . <id/body/b> <p> 1 . <id/body/gone> <p> 1 .",
        "<id/body/a> <p> 2 . <id/body/b> <p> 1 . <id/body/c> <p> 1 .",
        "<id/body/a> <p> 2 . <id/body/b> <p> 1 . <id/body/c> <p> 1, 2 .",
    )
    assert found == {
        "doc/body/a": ("2026-11-01", "2026-11-02"),
        "doc/body/b": ("2026-11-01", "2026-11-01"),
        "doc/body/c": ("2026-11-02", "2026-11-03"),
    }


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("<id/body/a> <p> [ <q> 1 ] .", "<id/body/a> <p> [ <q> 2 ] .", True),
        ("<id/body/a> <p> [ <q> 1 ] .", "<id/body/a> <p> [ <q> 1 ] .", False),
        ("<id/body/a> <p> [ <q> [ <q> 1 ] ] .", "<id/body/a> <p> [ <q> [ <q> 2 ] ] .", True),
        ("<id/body/a> <p> <id/body/a#x> . <id/body/a#x> <q> 1 .", "<id/body/a> <p> <id/body/a#x> .", True),
        ("<id/body/a> <p> <id/body/b> . <id/body/b> <q> 1 .", "<id/body/a> <p> <id/body/b> .", False),
    ],
)
def test_blank_nodes_and_parts_belong_to_a_description_and_other_things_do_not(
    before: str, after: str, changed: bool
) -> None:
    assert dates(before, after)["doc/body/a"][1] == ("2026-11-02" if changed else "2026-11-01")


def test_what_is_published() -> None:
    turtle = """<id/body/a> <p> 1 . <id/body/a#part> <p> 1 . <scheme/verb> <p> 1 . <scheme/verb/support> <p> 1 .
        <ont> <p> 1 . <ont#Body> <p> 1 . <id/assertion/body/a/name> <p> 1 . <id/mention/0-5> <p> 1 .
        <https://example.org/> <p> 1 . [] <p> 1 ."""
    published = changes.descriptions([*lines(turtle), *lines("<id/body/z> <p> 1 .", "description")])
    assert {iri.removeprefix(BASE) for iri in published} == {
        "id/body/a", "scheme/verb", "scheme/verb/support", "ont#Body", "graph/bodies"
    }  # fmt: skip
    assert {place for place in dates(turtle)} == {
        "doc/body/a", "scheme/verb", "scheme/verb/support", "doc/ont/Body"
    }  # fmt: skip


def test_a_step_tells_what_came_what_went_and_what_is_described_otherwise() -> None:
    step = compared("<id/body/a> <p> 1 . <id/body/b> <p> 1 .", "<id/body/b> <p> 2 . <id/body/c> <p> 1 .")
    assert (step.added, step.removed, step.changed) == (*((f"{BASE}id/body/{name}",) for name in "cab"),)


def test_releases_follow_each_other(built: Built) -> None:
    graph = built.dataset.graph(URIRef(namespaces.HISTORY_GRAPH))
    current = URIRef(changes.address(built.release))
    assert graph.value(DATASET, URIRef(f"{DCAT}hasCurrentVersion")) == current
    assert graph.value(current, DCTERMS.identifier) == Literal(built.version)
    chain = [current]
    while previous := graph.value(chain[-1], DCAT_PREVIOUS):
        chain.append(previous)
    assert [str(node).removeprefix(f"{BASE}r/") for node in reversed(chain)] == [
        *("b0c752e3c0a8ec01", "5124f632db8ce40f"),
        built.version,
    ]
    assert {(node, RDF.type, DCAT.Dataset) for node in chain} <= set(graph)


def test_documents_of_the_dataset_have_dates(built: Built) -> None:
    graph = built.dataset.graph(URIRef(namespaces.HISTORY_GRAPH))

    def days(path: str) -> list[str]:
        return [str(graph.value(URIRef(BASE + path), name)) for name in (DCTERMS.created, DCTERMS.modified)]

    assert days("doc/instrument/unscr-1325") == ["2026-11-23", "2026-11-25"]
    assert days("doc/state/canada") == ["2026-11-23", "2026-11-23"]
    assert days("doc/statement/d20-s01-reaffirmed-partnership") == ["2026-11-25", "2026-11-25"]
    assert days("doc/report/20th-asean-canada-dialogue-01") == ["None", "None"]
    assert {value.datatype for value in graph.objects(None, DCTERMS.modified)} == {XSD.date}
    for document, created in graph.subject_objects(DCTERMS.created):
        assert created <= graph.value(document, DCTERMS.modified)


def test_a_patch_turns_one_release_into_the_next() -> None:
    before, after = "<id/body/a> <p> 1, 2 . <id/body/b> <p> [ <q> 1 ] .", "<id/body/a> <p> 1, 3 ."
    text = compared(before, after).patch
    assert text.startswith(f"H id <{BASE}r/{SECOND.dataset}> .\nH prev <{BASE}r/{FIRST.dataset}> .\nTX .\nD ")
    dataset = Dataset()
    dataset.parse(data="".join(lines(before)), format="nquads")
    dataset.parse(data=text, format="patch")
    wanted = Dataset()
    wanted.parse(data="".join(lines(after)), format="nquads")
    assert {quad for quad in dataset.quads() if "body/a" in quad[0]} == set(wanted.quads())


def test_past_releases_are_what_they_were() -> None:
    kept = archive.read(settings.resources() / "data" / "releases")
    assert [release.version for release in kept][:2] == ["0.1.0", "0.2.0"]
    for release in kept:
        quads = release.lines()
        assert quads == sorted(quads)
        identifier = f'<{BASE}dataset> <{DCTERMS.identifier}> "{release.dataset}"'
        assert any(line.startswith(identifier) for line in quads)


def test_change_sets_are_written_beside_the_dataset(built: Built, published: Path) -> None:
    first, *_, last = json.loads((published.parent / "changes.json").read_text(encoding="utf-8"))
    assert (first["from"], first["to"]["version"]) == ({"version": "0.1.0", "dataset": "b0c752e3c0a8ec01"}, "0.2.0")
    assert len(first["removed"]) == 21
    assert f"{BASE}id/statement/d20-s01-reaffirmed-partnership" in first["added"]
    assert last["to"] == {"version": settings.VERSION, "dataset": built.version}
    changed = gzip.decompress((published.parent / last["patch"]).read_bytes()).decode().splitlines()
    removed, added = ({line[2:] for line in changed if line.startswith(f"{mark} ")} for mark in "DA")
    assert (len(removed), len(added)) == (last["quadsRemoved"], last["quadsAdded"])
    before = {line.rstrip() for line in built.past[-1].lines()}
    assert (before - removed) | added == set(published.read_text(encoding="utf-8").splitlines())


def test_the_manifest_tells_size_and_digest_of_every_file(published: Path) -> None:
    told = json.loads((published.parent / "manifest.json").read_text(encoding="utf-8"))["files"]
    for each in told:
        body = (published.parent / each["name"]).read_bytes()
        assert (each["bytes"], each["sha256"]) == (len(body), hashlib.sha256(body).hexdigest()), each["name"]
    here = {path.relative_to(published.parent).as_posix() for path in published.parent.rglob("*") if path.is_file()}
    assert {each["name"] for each in told} == here - {"manifest.json"}
    assert gzip.decompress(Path(f"{published}.gz").read_bytes()) == published.read_bytes()
