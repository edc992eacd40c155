"""The real dataset, loaded once for all that is read from it."""

import pytest

from aseancan_kg.store.embedded import EmbeddedStore


@pytest.fixture(scope="session")
def real(published):
    return EmbeddedStore.from_files([published], union_default_graph=True)
