"""Citations in the formats that reference managers read."""

import json
import re
from datetime import date

import pytest

from aseancan_kg.library.citations import BIBTEX, CSL_JSON, RIS, WRITERS, Citation

CITED = Citation(
    key="aseancan-abc",
    title="Answer & 100% of {it}, 3 rows_\\ ~^ #1 $2",
    author="The project",
    issued=date(2026, 3, 9),
    version="0123abcd",
    url="https://w3id.org/aseancan/q/abc",
    note="SHA-256: ff",
)


def test_every_format_tells_every_field():
    assert set(WRITERS) == {BIBTEX, RIS, CSL_JSON}
    for write in WRITERS.values():
        text = write(CITED)
        for value in (CITED.key, CITED.author, CITED.version, CITED.url, CITED.note, "2026"):
            assert value in text


def test_bibtex_escapes_what_tex_would_read():
    text = WRITERS[BIBTEX](CITED)
    title = re.search(r"title = \{\{(.*)\}\},", text)[1]
    assert title == (r"Answer \& 100\% of \{it\}, 3 rows\_\textbackslash{} \textasciitilde{}\textasciicircum{} \#1 \$2")
    assert text.count("{") == text.count("}")


def test_ris_has_a_tag_a_line_and_ends():
    lines = WRITERS[RIS](CITED).split("\r\n")
    assert lines[0] == "TY  - DATA"
    assert lines[-2:] == ["ER  - ", ""]
    assert "DA  - 2026/03/09" in lines
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines[:-1])


def test_csl_json_has_the_date_in_parts():
    (item,) = json.loads(WRITERS[CSL_JSON](CITED))
    assert item["issued"] == {"date-parts": [[2026, 3, 9]]}
    assert item["title"] == CITED.title


@pytest.mark.parametrize("one", WRITERS, ids=lambda one: one.name)
def test_every_format_has_a_name_and_a_media_type(one):
    assert one.name.isalpha()
    assert "/" in one.media_type
