from pathlib import Path

import pytest

from aseancan_kg import settings
from aseancan_kg.build import sources
from aseancan_kg.errors import InputError, InvalidData, SyntaxProblem

DESCRIPTION = """\
title = "A plan"
instrument = ""
about = ""
date = "2020"
date_of = "publication"
publisher = ""
url = ""
language = "en"
sha256 = "b33c8f04bec82df33a3a5d7b96a43137c5b79db3f2d9c8fcf2fb65e32fdb6cdc"
code_points = 5
provenance = ""
rights = ""
"""
EDITION = "A — b"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    import hashlib

    digest = hashlib.sha256(EDITION.encode()).hexdigest()
    description = "\n".join(
        f'sha256 = "{digest}"' if line.startswith("sha256") else line for line in DESCRIPTION.splitlines()
    )
    (tmp_path / "a-plan.toml").write_text(description, encoding="utf-8")
    (tmp_path / "a-plan.txt").write_text(EDITION, encoding="utf-8", newline="")
    return tmp_path


def test_an_edition_is_read_to_the_character(directory: Path) -> None:
    (source,) = sources.read(directory)
    assert (source.slug, source.text, source.metadata["title"]) == ("a-plan", EDITION, "A plan")


def test_an_edition_that_may_not_be_distributed_has_no_text(directory: Path) -> None:
    (directory / "a-plan.txt").unlink()
    (source,) = sources.read(directory)
    assert source.text is None


def test_a_table_beside_its_description_is_checked_like_a_text(directory: Path) -> None:
    (directory / "a-plan.txt").rename(directory / "a-plan.csv")
    (source,) = sources.read(directory)
    assert source.text is None
    (directory / "a-plan.csv").write_text("A,b,c", encoding="utf-8")
    with pytest.raises(InvalidData, match=r"a-plan\.csv: its sha256 is .*described as"):
        sources.read(directory)


def test_an_edition_that_was_touched_is_refused(directory: Path) -> None:
    (directory / "a-plan.txt").write_text("A — c", encoding="utf-8")
    with pytest.raises(InvalidData, match=r"sha256 is .*described as") as caught:
        sources.read(directory)
    assert "a-plan.txt" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("code_points = 5", "code_points = 6", InvalidData, "code_points is 5, described as 6"),
        ("code_points = 5", 'code_points = "5"', InvalidData, "“code_points” must be given as int"),
        ("publisher", "editor", InvalidData, "“publisher” must be given"),
        ("rights", 'colour = ""\nrights', InvalidData, "unknown key “colour”"),
        ('title = "', "title = ", SyntaxProblem, "this is not TOML"),
    ],
)
def test_a_faulty_description_is_refused_with_its_place(
    directory: Path, old: str, new: str, error: type[Exception], message: str
) -> None:
    path = directory / "a-plan.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(error, match=message) as caught:
        sources.read(directory)
    assert "a-plan.t" in str(caught.value)


def test_a_text_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes("1. Chapter\nCaf\xe9".encode("latin-1"))
    with pytest.raises(InputError, match="line 2: byte 14 is not UTF-8"):
        sources.read_text(path)


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_text_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot read it"):
        sources.read_text(tmp_path / name)


def test_the_real_editions_are_what_their_descriptions_say() -> None:
    plan, news = (
        next(source for source in sources.read(settings.resources() / "data" / "sources") if source.slug == slug)
        for slug in ("plan-of-action-2021-2025", "news-20th-asean-canada-dialogue")
    )
    assert plan.text is not None
    assert len(plan.text) == 33_413
    assert plan.metadata["date"] == "2020-09-10"
    assert news.text is None
    assert all(source.metadata["rights"] for source in (plan, news))
