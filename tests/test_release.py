"""What publishing writes; the whole way there is tested with the command, `build`."""

import json
from pathlib import Path

import pytest
from rdflib import Dataset, Graph, URIRef

from aseancan_kg import namespaces, release
from aseancan_kg.build.dataset import Built
from aseancan_kg.errors import InputError


@pytest.mark.proof
def test_nothing_is_left_behind_when_writing_fails(built: Built, tmp_path: Path) -> None:
    (tmp_path / "graphs").touch()  # a file where the directory of the Turtle files must stand
    with pytest.raises(InputError, match="cannot write there"):
        release.write(built, tmp_path)
    assert not (tmp_path / "manifest.json").exists()
    assert not list(tmp_path.glob(".writing-*"))


def test_the_manifest_is_written(built: Built, published: Path) -> None:
    manifest = json.loads((published.parent / "manifest.json").read_text())
    assert manifest["version"] == built.version
    assert published.name == f"aseancan-{built.version}.nq"


def test_each_graph_stands_in_a_turtle_file_of_its_own(dataset: Dataset, published: Path) -> None:
    graphs = {graph["iri"]: graph for graph in json.loads((published.parent / "manifest.json").read_text())["graphs"]}
    assert {iri: graph["triples"] for iri, graph in graphs.items()} == {
        str(graph.identifier): len(graph) for graph in dataset.graphs() if len(graph)
    }
    assert all((published.parent / graph["file"]).is_file() for graph in graphs.values())
    bodies = graphs[f"{namespaces.GRAPH}bodies"]
    read = Graph().parse(published.parent / bodies["file"], format="turtle")
    assert set(read) == set(dataset.graph(URIRef(bodies["iri"])))
