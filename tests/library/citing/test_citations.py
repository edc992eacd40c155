"""Citations in the formats that reference managers read."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from aseancan_kg.library.citing.citations import (
    BIBTEX,
    CSL_JSON,
    DATASET,
    PART,
    REPORT,
    RIS,
    TREATY,
    WRITERS,
    Citation,
    as_bibtex,
    as_ris,
    as_sentence,
    as_zotero,
    metadata,
)

CITED = Citation(
    key="aseancan-abc",
    form=DATASET,
    title="Answer & 100% of {it}, 3 rows_\\ ~^ #1 $2",
    authors=("The project",),
    issued="2026-03-09",
    version="0123abcd",
    url="https://w3id.org/aseancan/q/abc",
    note="SHA-256: ff",
)
ACTION = Citation(
    key="aseancan-part",
    form=PART,
    title="Action 1.2.6",
    issued="2020-09",
    container="The Plan",
    source="The graph",
    version="0.2.0",
    url="https://w3id.org/aseancan/id/instrument/plan/action/1.2.6",
    publisher="The publisher",
)


def test_every_format_tells_every_field():
    assert set(WRITERS) == {BIBTEX, RIS, CSL_JSON}
    for write in WRITERS.values():
        text = write(CITED)
        for value in (CITED.key, *CITED.authors, CITED.version, CITED.url, CITED.note, "2026"):
            assert value in text


def test_bibtex_escapes_what_tex_would_read_and_leaves_no_brace_alone():
    text = WRITERS[BIBTEX](CITED)
    title = re.search(r"title = \{\{(.*)\}\},", text)[1]
    assert title == (
        r"Answer \& 100\% of \textbraceleft{}it\textbraceright{}, 3 rows\_\textbackslash{} "
        r"\textasciitilde{}\textasciicircum{} \#1 \$2"
    )
    alone = as_bibtex(replace(CITED, title="{ and }}"))
    assert alone.count("{") == alone.count("}")


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


def test_a_part_of_a_document_names_the_whole_and_what_is_not_known_is_left_out():
    for write in WRITERS.values():
        text = write(ACTION)
        for value in ("Action 1.2.6", "The Plan", "The graph", "0.2.0", "The publisher"):
            assert value in text
        assert "author" not in text
        assert "AU  -" not in text
    (item,) = json.loads(WRITERS[CSL_JSON](ACTION))
    assert (item["type"], item["issued"]) == ("chapter", {"date-parts": [[2020, 9]]})
    assert "version" not in item
    assert "TY  - CHAP" in as_ris(ACTION)
    assert "DA  - 2020/09" in as_ris(ACTION).split("\r\n")
    assert "date = {2020-09}" in as_bibtex(ACTION)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (TREATY, ("treaty", "STAT", "@misc{", "statute", "Legislation")),
        (REPORT, ("report", "RPRT", "@techreport{", "report", "Report")),
        (PART, ("chapter", "CHAP", "@incollection{", "bookSection", "BookSection")),
        (DATASET, ("dataset", "DATA", "@misc{", "dataset", "Document")),
    ],
    ids=lambda one: one.csl if hasattr(one, "csl") else "",
)
def test_every_format_has_its_own_word_for_what_is_cited(form, told):
    csl, ris, bibtex, zotero, bibo = told
    cited = replace(ACTION, form=form)
    assert json.loads(WRITERS[CSL_JSON](cited))[0]["type"] == csl
    assert as_ris(cited).startswith(f"TY  - {ris}\r\n")
    assert as_bibtex(cited).startswith(bibtex)
    assert f"<z:itemType>{zotero}</z:itemType>".encode() in as_zotero(cited)
    assert ("bibo.type", bibo) in metadata(cited)


def test_a_report_is_of_an_institution_and_says_what_it_is():
    report = replace(ACTION, form=REPORT, container="", genre="Plan of action")
    assert "  institution = {The publisher},\n  type = {Plan of action},\n" in as_bibtex(report)
    assert ("citation_technical_report_institution", "The publisher") in metadata(report)
    assert "M3  - Plan of action\r\n" in as_ris(report)


def test_zotero_reads_one_item_with_authors_that_have_no_first_name():
    root = ET.fromstring(as_zotero(replace(ACTION, authors=("ASEAN", "Canada"))))
    names = {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "bib": "http://purl.org/net/biblio#",
        "dc": "http://purl.org/dc/elements/1.1/",
        "dcterms": "http://purl.org/dc/terms/",
    }
    (item,) = root.findall("rdf:Description", names)
    authors = item.findall("bib:authors/rdf:Seq/rdf:li/foaf:Person", names)
    assert [[part.text for part in author] for author in authors] == [["ASEAN"], ["Canada"]]
    assert item.findtext("dcterms:isPartOf/bib:Book/dc:title", namespaces=names) == "The Plan"
    assert item.findtext("dc:identifier/dcterms:URI/rdf:value", namespaces=names) == ACTION.url


@pytest.mark.parametrize(
    ("issued", "words"),
    [("2020-09-01", "1 September 2020"), ("2020-09", "September 2020"), ("2020", "2020"), ("", "")],
)
def test_the_recommended_words_give_the_day_as_precisely_as_it_is_known(issued, words):
    told = as_sentence(replace(ACTION, issued=issued, authors=("A", "B", "C")))
    dated = f" (adopted {words})" if words else ""
    assert told == f"A, B and C, The Plan{dated}, action 1.2.6; The graph, version 0.2.0; {ACTION.url}"


def test_the_recommended_words_of_a_dataset_give_its_version_once():
    assert as_sentence(CITED) == (
        "The project, Answer & 100% of {it}, 3 rows_\\ ~^ #1 $2 (9 March 2026); version 0123abcd; "
        "https://w3id.org/aseancan/q/abc"
    )


def test_a_line_break_in_a_title_breaks_no_record():
    lines = WRITERS[RIS](replace(ACTION, title="One\nER  - \r\nTY  - BOOK\u2028x\x00")).split("\r\n")
    assert "TI  - One ER - TY - BOOK x" in lines
    assert lines.count("ER  - ") == 1


@pytest.mark.parametrize("one", WRITERS, ids=lambda one: one.name)
def test_every_format_has_a_name_and_a_media_type(one):
    assert one.name.isalpha()
    assert "/" in one.media_type
