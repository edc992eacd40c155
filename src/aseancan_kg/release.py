"""Build, validate, publish: the only way a dataset becomes files."""

import gzip
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import pyoxigraph as ox
from rdflib import Graph, URIRef

from aseancan_kg import namespaces, validation
from aseancan_kg.build import changes, dataset
from aseancan_kg.build.changes import Step
from aseancan_kg.build.dataset import Built, Progress
from aseancan_kg.errors import InputError, InvalidData, InvalidTables, Place
from aseancan_kg.mediatypes import TURTLE
from aseancan_kg.ontology import codebook, documentation, picture
from aseancan_kg.store import representation
from aseancan_kg.validation import Report


def publish(resources: Path, directory: Path, progress: Progress) -> tuple[Path, Report]:
    """Build the dataset below `resources` and write it into `directory` if it validates.

    Returns the N-Quads file and the report, which may hold warnings. Raises `InvalidData` with every violation when it
    does not validate, `InputError` when the directory cannot be written; nothing is written then.
    """
    _refuse_unwritable(directory)
    built = dataset.build(resources, progress)
    report = validate(built, progress)
    if report.violations:
        raise InvalidData(f"the dataset breaks its shapes; nothing was written\n\n{validation.as_text(report)}")
    progress("documenting the ontology")
    documents = document(built)
    progress("writing")
    return write(built, directory, documents), report


def write(built: Built, directory: Path, documents: Mapping[str, str] = MappingProxyType({})) -> Path:
    """Write the dataset as N-Quads, each graph as Turtle, `documents` by name, and `manifest.json`.

    What changed since the releases before stands in `changes.json` (identifiers) and RDF Patches (quads), one for each
    step. Returns the N-Quads file.

    Everything is written beside its place first and renamed into it, the manifest last. Raises `InputError` when the
    directory cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=directory, prefix=".writing-") as staging:
            names = _stage(built, Path(staging), documents)
            for name in names:
                target = directory / name
                target.parent.mkdir(exist_ok=True)
                (Path(staging) / name).replace(target)
    except OSError as error:
        remedy = "Choose a directory you may write to with --out."
        raise InputError(f"cannot write there: {error.strerror}", Place(directory), remedy=remedy) from error
    return directory / names[0]


def document(built: Built) -> dict[str, str]:
    """Return the documentation of the ontology, the picture of the model and the codebook, by file name."""
    union = built.union
    ontology = built.dataset.graph(URIRef(namespaces.ONTOLOGY_GRAPH))
    return {
        "ontology.html": documentation.as_html(ontology, union),
        "model.svg": picture.overview(union),
        "codebook.html": codebook.as_html(ontology, union, built.version),
    }


def check(resources: Path, shapes: Graph | None, progress: Progress) -> Report:
    """Validate the registers below `resources` and then, if they have no fault, the graph built from them.

    `shapes` are used instead of the project's own when given.
    """
    try:
        built = dataset.build(resources, progress)
    except InvalidTables as error:
        return validation.report_faults(error.faults)
    return validate(built, progress, shapes)


def validate(built: Built, progress: Progress, shapes: Graph | None = None) -> Report:
    """Validate a dataset in memory against its own or the given shapes; results say which register cell is meant."""
    progress("validating")
    if shapes is None:
        shapes = built.dataset.graph(URIRef(namespaces.SHAPES_GRAPH))
    return validation.validate(built.union, shapes, locate=built.tracer.locate)


def _stage(built: Built, staging: Path, documents: Mapping[str, str]) -> list[str]:
    """Write every file into `staging`; return their names, the N-Quads first and the manifest last."""
    dataset_name = f"aseancan-{built.version}.nq"
    quads = dataset.lines(built.dataset)
    (staging / "graphs").mkdir()
    files = {dataset_name: "".join(quads).encode()}
    files[f"{dataset_name}.gz"] = _compressed(files[dataset_name])
    files |= {name: text.encode() for name, text in documents.items()}
    graphs = []
    for iri, triples in sorted(_by_graph(files[dataset_name]).items()):
        name = f"graphs/{iri.removeprefix(namespaces.GRAPH)}.ttl"
        files[name] = representation.write(triples, TURTLE)
        graphs.append({"iri": iri, "file": name, "triples": len(triples)})
    steps = []
    for step in _steps(built, quads):
        name = f"changes-{step.earlier.version}-{step.later.version}.rdfp.gz"
        files[name] = _compressed(step.patch.encode())
        steps.append(_told(step) | {"patch": name})
    files["changes.json"] = (json.dumps(steps, indent=1) + "\n").encode()
    manifest = {
        "version": built.version,
        "release": built.release.version,
        "issued": built.release.issued.isoformat(),
        "dataset": dataset_name,
        "sha256": hashlib.sha256(files[dataset_name]).hexdigest(),
        "quads": len(quads),
        "graphs": graphs,
        "documents": list(documents),
        "files": [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ],
    }
    files["manifest.json"] = (json.dumps(manifest, indent=2) + "\n").encode()
    for name, content in files.items():
        (staging / name).write_bytes(content)
    return list(files)


def _by_graph(quads: bytes) -> dict[str, list[ox.Triple]]:
    graphs: dict[str, list[ox.Triple]] = defaultdict(list)
    for quad in ox.parse(quads, format=ox.RdfFormat.N_QUADS):
        graphs[quad.graph_name.value].append(quad.triple)
    return graphs


def _steps(built: Built, quads: list[str]) -> Iterator[Step]:
    """Compare each release with the next, the dataset last."""
    lines = [*(release.lines() for release in built.past), quads]
    for (earlier, before), (later, after) in pairwise(zip(built.snapshots, lines, strict=True)):
        yield changes.step(earlier, before, later, after)


def _told(step: Step) -> dict[str, Any]:
    return {
        "from": {"version": step.earlier.version, "dataset": step.earlier.dataset},
        "to": {"version": step.later.version, "dataset": step.later.dataset},
        "added": step.added,
        "removed": step.removed,
        "changed": step.changed,
        "quadsAdded": len(step.quads_added),
        "quadsRemoved": len(step.quads_removed),
    }


def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)  # the same bytes at every build


def _refuse_unwritable(directory: Path) -> None:
    """Say so before half a minute of work, not after it."""
    nearest = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        remedy = "Choose a directory you may write to with --out."
        raise InputError("cannot write there", Place(directory), remedy=remedy)
