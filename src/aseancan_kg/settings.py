"""Which release this is, and where the product's own files are."""

import json
from pathlib import Path

from aseancan_kg.errors import DatasetMissing, Place

VERSION = "0.2.0"
"""Version of software, ontology and registers; CHANGELOG.md says what each holds."""

ISSUED = "2026-11-25"
"""Day of the release that `VERSION` names."""

_PACKAGED = Path(__file__).parent / "resources"
_CHECKOUT = Path(__file__).parents[2]


def resources() -> Path:
    """Directory that holds ontology/, shapes/, queries/, data/ and build/: the wheel's own, else the checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


def dataset_file() -> Path:
    """Return the N-Quads file of the built dataset, which its manifest names.

    Raises `DatasetMissing` when there is none.
    """
    manifest = resources() / "build" / "manifest.json"
    try:
        name = json.loads(manifest.read_text(encoding="utf-8"))["dataset"]
    except (OSError, ValueError, KeyError) as error:
        remedy = "Run `aseancan-kg build`, or give other data with --data."
        raise DatasetMissing("there is no built dataset", Place(manifest), remedy=remedy) from error
    return manifest.parent / str(name)
