"""The files of the built dataset."""

import json

import pytest

from aseancan_kg.errors import InputError
from aseancan_kg.web.downloads import Downloads, attachment


def test_a_name_of_any_script_is_sent_in_both_forms():
    assert attachment("plan.csv") == "attachment; filename=\"plan.csv\"; filename*=UTF-8''plan.csv"
    told = attachment('h\u00e0-n\u1ed9i"\r\n.csv')
    assert told.isascii()
    assert "\r" not in told.replace("\\r", "")


@pytest.mark.parametrize("manifest", ["", "{}", json.dumps({"files": [], "documents": ["gone.html"]})])
def test_what_another_version_has_built_is_refused_with_the_remedy(tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest)
    (tmp_path / "changes.json").write_text("[]")
    with pytest.raises(InputError, match="aseancan-kg build"):
        Downloads(tmp_path)
