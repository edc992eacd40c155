"""The releases of a dataset, and what changes made of them."""

from datetime import UTC, datetime

import pytest

from aseancan_kg.catalogue import releases
from aseancan_kg.store.embedded import EmbeddedStore

OURS, DCAT, DCTERMS = "https://w3id.org/aseancan/", "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """Three releases; of the second and third, and of datasets that never were one, changes were made.

    The third has a later day than the first change that was made to it.
    """
    lines = []
    told = {
        "a": "2026-01-01",
        "x+1": "2026-03-01T08:00:00Z",
        "x+2": "2026-03-01T09:00:00Z",
        "b": "2026-03-01",
        "b+3": "2026-03-02T08:00:00Z",
        "y+4": "2026-03-03T08:00:00Z",
        "c": "2026-03-05",
        "c+5": "2026-03-04T08:00:00Z",
    }
    for number, (name, issued) in enumerate(told.items()):
        node, kind = f"<{OURS}r/{name}>", "dateTime" if "T" in issued else "date"
        values = {
            f"{DCTERMS}identifier": f'"{name}"',
            f"{DCAT}version": f'"{number}"',
            f"{DCTERMS}issued": f'"{issued}"^^<http://www.w3.org/2001/XMLSchema#{kind}>',
        }
        lines += [f"{node} <{name}> {value} <urn:g> .\n" for name, value in values.items()]
        is_release = f"<{OURS}dataset> <{DCAT}hasVersion> {node} <urn:g> .\n"
        lines.append(f"{node} <{DCAT}isVersionOf> <{OURS}dataset> <urn:g> .\n" if "+" in name else is_release)
    file = tmp_path_factory.mktemp("releases") / "dataset.nq"
    file.write_text("".join(lines))
    return releases.versions(EmbeddedStore.from_files([file], union_default_graph=True))


def test_changes_stand_before_what_they_were_made_of_or_behind_the_release_that_contains_them(listed):
    assert [one.dataset for one in listed] == ["c+5", "c", "y+4", "b+3", "b", "x+2", "x+1", "a"]


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        ("2025-12-31", None),
        ("2026-02-01", "a"),
        ("2026-03-01T07:59:59", "a"),
        ("2026-03-01T08:30:00", "x+1"),
        ("2026-03-01T12:00:00", "b"),
        ("2026-03-02T07:00:00", "b"),
        ("2026-03-02T09:00:00", "b+3"),
        ("2026-03-03T09:00:00", "y+4"),
        ("2026-03-04T07:00:00", "y+4"),
        ("2026-03-04T09:00:00", "c+5"),
        ("2026-12-31", "c+5"),
    ],
)
def test_a_release_was_not_there_before_the_changes_that_it_contains(listed, moment, found):
    at = releases.at(listed, datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert (at and at.dataset) == found
