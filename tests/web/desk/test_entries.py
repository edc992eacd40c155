"""The journal as editors see it."""

from dataclasses import replace
from unittest.mock import Mock

import pytest
from starlette.testclient import TestClient

from aseancan_kg.errors import StoreUnavailable
from aseancan_kg.web.app import create_app


def test_a_change_is_asked_for_again_until_it_is_served(desk, office, state_of, published):
    with office.desk() as at_desk:
        edits = at_desk.composer.edits("registers/bodies", "slug,seat_city\napsc-council,Bandung\n")
        entry = at_desk.publish(edits, "Bob", "To be served in a moment")
    coming = desk.get(f"/change/{entry.sequence}")  # no service follows the journal here
    assert (coming.status_code, coming.headers["Retry-After"]) == (503, "1")
    assert "not served here yet" in coming.text
    for suffix in ("ttl", "rdfp", "jsonld"):
        assert desk.get(f"/change/{entry.sequence}.{suffix}").status_code == 503
    for path in (f"/change/{entry.sequence + 1}", "/change/0", "/change/x", f"/change/{entry.sequence + 1}.rdfp"):
        assert desk.get(path).status_code == 404
    served = TestClient(create_app(replace(state_of(published), journal=office.journal.after(0)), office))
    assert served.get(f"/change/{entry.sequence}.rdfp").status_code == 200
    for path in ("1.json", "1.x.rdfp", f"{entry.sequence}.foo"):  # of which nothing is to come
        assert served.get(f"/change/{path}").status_code == 404


def test_an_entry_is_taken_back_by_an_editor(person, office):
    with office.desk() as desk:
        edits = desk.composer.edits("registers/bodies", "slug,seat_city\nasean-smart-cities-network,Bandung\n")
        entry = desk.publish(edits, "Ann", "To be taken back")
    bob, path = person("Bob"), f"/desk/journal/{entry.sequence}/undo"
    assert "To be taken back" in bob.page("/desk/journal").text
    assert "Take it back" not in person("Ann").page("/desk/journal").text
    assert person("Ann").send(path, {"reason": "No"}, seen="/desk").status_code == 403
    assert bob.send(path, {"reason": ""}, seen="/desk").status_code == 400
    with pytest.MonkeyPatch.context() as patch:  # what cannot be noted is not done
        patch.setattr(office.accounts, "note_with", Mock(side_effect=StoreUnavailable("the disk is full")))
        assert bob.send(path, {"reason": "It was a test"}, seen="/desk").status_code == 503
    assert not [one for one in office.journal.after(0) if one.undoes == entry.sequence]
    assert bob.send(path, {"reason": "It was a test"}, seen="/desk").status_code == 303
    assert [one.detail for one in office.accounts.notes() if one.event == "undo"] != []
    (undoing,) = [one for one in office.journal.after(0) if one.undoes == entry.sequence]
    assert (undoing.author, undoing.reason) == ("Bob", "It was a test")
    assert bob.send(path, {"reason": "Again"}, seen="/desk").status_code == 412
    assert bob.send("/desk/journal/4711/undo", {"reason": "None"}, seen="/desk").status_code == 404
