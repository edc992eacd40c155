"""Looking up what there is."""

import pytest


@pytest.mark.parametrize(
    ("asked", "kinds", "first"),
    [
        ("ACTIP", (), "instrument/actip-2015"),
        ("AHA Cen", ("body",), "body/aha-centre"),
        ("asean secretariat", ("body", "mechanism"), "body/asean-secretariat"),
    ],
)
def test_things_are_found_by_what_is_written_of_their_names(desk, token, asked, kinds, first):
    found = desk.get("/desk/look-up", params={"q": asked, "kind": kinds}, headers=token("Ann")).json()
    assert (found[0], found[3][0]) == (asked, first)
    assert not kinds or {*found[2]} <= {*kinds}


def test_sources_are_found_by_their_addresses_and_titles(desk, token):
    def found(asked):
        asked = {"q": asked, "kind": ["source", *addresses]}
        return desk.get("/desk/look-up", params=asked, headers=token("Ann")).json()[3]

    addresses = ["address"]
    assert found("worldjpn aichr 2009") == []
    (address,) = found("QDND bolster")
    assert address.startswith("https://en.qdnd.vn/")
    assert found("plan of action")[0] == "source/plan-of-action-2021-2025"
    assert found(" ") == []
    addresses = []  # as for a field that takes nothing but what is described
    assert found("qdnd") == []
    assert found("plan of action") == ["source/plan-of-action-2021-2025"]


def test_what_is_nothing_is_not_found(desk, token):
    for asked in ("", "xyzzy plugh", "x" * 2000):
        assert desk.get("/desk/look-up", params={"q": asked}, headers=token("Ann")).json()[1] == []
    assert desk.get("/desk/look-up", params={"q": "ASEAN"}).status_code == 401
