"""Build, validate, publish: the only way a dataset becomes files."""

import os
from pathlib import Path

from rdflib import Graph, URIRef

from aseancan_kg import namespaces, validation
from aseancan_kg.build import dataset
from aseancan_kg.build.dataset import Built, Progress
from aseancan_kg.errors import InputError, InvalidData, InvalidTables, Place
from aseancan_kg.ontology import codebook, documentation, picture
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
    return dataset.write(built, directory, documents), report


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
    return validation.validate(built.union, shapes, locate=built.locate)


def _refuse_unwritable(directory: Path) -> None:
    """Say so before half a minute of work, not after it."""
    nearest = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        remedy = "Choose a directory you may write to with --out."
        raise InputError("cannot write there", Place(directory), remedy=remedy)
