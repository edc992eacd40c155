"""Citations in the formats that reference managers read."""

import json
import re
from dataclasses import replace

import pytest

from aseancan_kg.library.citations import BIBTEX, CSL_JSON, RIS, WRITERS, Citation, as_sentence

CITED = Citation(
    key="aseancan-abc",
    title="Answer & 100% of {it}, 3 rows_\\ ~^ #1 $2",
    author="The project",
    issued="2026-03-09",
    version="0123abcd",
    url="https://w3id.org/aseancan/q/abc",
    note="SHA-256: ff",
)


PART = Citation(
    key="aseancan-part",
    title="The Plan, action 1.2.6",
    author="",
    issued="2020-09",
    version="0.2.0",
    url="https://w3id.org/aseancan/id/instrument/plan/action/1.2.6",
    note="",
    is_dataset=False,
    section="1.2.6",
    container="The graph",
    publisher="The publisher",
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


def test_a_part_of_a_document_is_told_by_its_number_and_what_is_not_known_is_left_out():
    for write in WRITERS.values():
        text = write(PART)
        for value in ("1.2.6", "The graph", "The publisher"):
            assert value in text
        assert "author" not in text
        assert "AU  -" not in text
    (item,) = json.loads(WRITERS[CSL_JSON](PART))
    assert (item["type"], item["issued"]) == ("document", {"date-parts": [[2020, 9]]})
    assert "TY  - GEN" in WRITERS[RIS](PART)
    assert "DA  - 2020/09" in WRITERS[RIS](PART).split("\r\n")
    assert "date = {2020-09}" in WRITERS[BIBTEX](PART)


def test_a_sentence_says_who_when_what_and_where():
    assert as_sentence(PART) == f"(2020). The Plan, action 1.2.6. The publisher. The graph, version 0.2.0. {PART.url}"
    assert as_sentence(CITED).startswith("The project (2026). Answer & 100%")
    assert as_sentence(CITED).endswith("Version 0123abcd. https://w3id.org/aseancan/q/abc")


def test_a_line_break_in_a_title_breaks_no_record():
    lines = WRITERS[RIS](replace(PART, title="One\nER  - ")).split("\r\n")
    assert "TI  - One ER -" in lines


@pytest.mark.parametrize("one", WRITERS, ids=lambda one: one.name)
def test_every_format_has_a_name_and_a_media_type(one):
    assert one.name.isalpha()
    assert "/" in one.media_type
