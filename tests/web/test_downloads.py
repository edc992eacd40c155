"""The files of the built dataset."""

import json

import pytest

from aseancan_kg.errors import InputError
from aseancan_kg.web.downloads import Downloads, attachment


def test_a_name_of_any_script_is_sent_in_both_forms():
    assert attachment("plan.csv") == "attachment; filename=\"plan.csv\"; filename*=UTF-8''plan.csv"
    assert attachment("été.csv") == "attachment; filename=\"ete.csv\"; filename*=UTF-8''%C3%A9t%C3%A9.csv"
    told = attachment('h\u00e0-n\u1ed9i"\r\n.csv')
    assert told.isascii()
    assert "\r" not in told.replace("\\r", "")


@pytest.mark.parametrize("manifest", ["", "{}", json.dumps({"files": [], "documents": ["gone.html"]})])
def test_what_another_version_has_built_is_refused_with_the_remedy(tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest)
    (tmp_path / "changes.json").write_text("[]")
    with pytest.raises(InputError, match="aseancan-kg build"):
        Downloads(tmp_path)


def test_a_file_is_asked_for_anew_each_time(released):
    for name in ("manifest.json", "graphs/bodies.ttl"):
        response = released.get(f"/downloads/{name}")
        assert response.headers["cache-control"] == "no-cache"
        again = released.get(f"/downloads/{name}", headers={"If-None-Match": response.headers["etag"]})
        assert again.status_code == 304
