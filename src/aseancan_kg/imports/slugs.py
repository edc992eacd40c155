"""Slugs for what comes in without one: lowercase letters, digits and single hyphens, as those of the registers."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from itertools import chain, count

_LONGEST = 60
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def proposed(cells: Mapping[str, str], taken: Collection[str]) -> str:
    """Return a slug that is not taken, of acronym, short title or title and of the year: `actip-2015`."""
    names = (_slug(cells[column]) for column in ("acronym", "short_title", "title"))
    name = next(filter(None, names), "instrument")
    year = (cells["adopted"] or cells["period_start"])[:4]
    if _YEAR.fullmatch(year) and not _YEAR.search(name):
        name = f"{name}-{year}"
    numbered = (f"{name}-{number}" for number in count(2))
    return next(slug for slug in chain([name], numbered) if slug not in taken)


def _slug(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.replace("'", "").replace("’", ""))
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter)).lower()
    words = re.findall(r"[a-z0-9]+", letters)
    slug = "-".join(words)
    return slug if len(slug) <= _LONGEST else slug[: _LONGEST + 1].rpartition("-")[0] or slug[:_LONGEST]
