import pytest

from aseancan_kg import settings
from aseancan_kg.imports import examination
from aseancan_kg.imports.existing import Existing
from aseancan_kg.library.records.record import catalogue


@pytest.fixture(scope="session")
def existing(served):
    return Existing.read(settings.resources(), served)


@pytest.fixture(scope="session")
def catalogued(served):
    """Return the records of the real catalogue by IRI."""
    return catalogue(served)


@pytest.fixture
def examine(existing):
    """Return what examines the content of a file, with a cataloguer's answers."""

    def examine(content, same_as=None, fill=None):
        content = content if isinstance(content, bytes) else content.encode()
        batch = examination.with_answers(examination.read(content, "incoming", existing), same_as or {}, fill or {})
        return examination.examine(batch, existing)

    return examine
