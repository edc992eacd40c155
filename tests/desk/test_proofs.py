"""The desk through a real service that is killed, and by many at once; `benchmarks/desk.py` is the whole of it."""

import pytest

from aseancan_kg.errors import DatasetMissing
from aseancan_kg.settings import dataset_file
from desk import follow, kill, load

pytestmark = pytest.mark.proof


@pytest.fixture(autouse=True)
def _release(missing):
    """The service serves what is built, as it does for its users."""
    try:
        dataset_file()
    except DatasetMissing:
        missing("the built dataset", "run aseancan-kg build")


def test_no_acknowledged_change_is_lost_when_services_are_killed(url, tmp_path):
    found = kill(url, 3, tmp_path)
    assert not found.faults, "\n".join(found.faults)
    assert found.acknowledged >= 3
    assert len(found.gone) == 3


def test_every_service_and_its_query_processes_serve_a_change(url, tmp_path):
    found = follow(url, 2, tmp_path)
    assert not found.faults, "\n".join(found.faults)
    assert len(found.seconds) == 2


def test_writers_and_readers_at_once_lose_no_update(url, tmp_path):
    found = load(url, 20, tmp_path, writers=4, readers=20)
    assert not found.faults, "\n".join(found.faults)
    assert found.acknowledged == found.entries > 4
    assert len(found.busy) > 20
