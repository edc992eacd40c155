"""One service over the tiny dataset."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.web.app import create_app


@pytest.fixture(scope="session")
def store():
    return EmbeddedStore.from_files([Path(__file__).parent / "tiny.trig"], union_default_graph=True)


@pytest.fixture(scope="session")
def client(store):
    """A client that follows no redirects and asks for nothing in particular."""
    return TestClient(create_app(store), follow_redirects=False, headers={"Accept": "*/*"})
