"""How a thing is cited: CSL-JSON, BibTeX and RIS of one record."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from aseancan_kg.mediatypes import Format

BIBTEX = Format("bib", "application/x-bibtex", "BibTeX")
RIS = Format("ris", "application/x-research-info-systems", "RIS")
CSL_JSON = Format("csl", "application/vnd.citationstyles.csl+json", "CSL-JSON")


@dataclass(frozen=True, slots=True)
class Citation:
    """A dataset, or a part of one, as it is cited; `key` is unique among ours, `note` tells what identifies it."""

    key: str
    title: str
    author: str
    issued: date
    version: str
    url: str
    note: str


def as_csl(cited: Citation) -> str:
    """Write CSL-JSON 1.0: a list of one item."""
    item = {
        "id": cited.key,
        "type": "dataset",
        "title": cited.title,
        "author": [{"literal": cited.author}],
        "issued": {"date-parts": [[cited.issued.year, cited.issued.month, cited.issued.day]]},
        "version": cited.version,
        "URL": cited.url,
        "note": cited.note,
    }
    return json.dumps([item], ensure_ascii=False, indent=1)


def as_bibtex(cited: Citation) -> str:
    """Write a BibTeX entry; of the fields `version` and `url` are those of BibLaTeX, which older styles pass over."""
    fields = {
        "author": f"{{{_tex(cited.author)}}}",
        "title": f"{{{_tex(cited.title)}}}",
        "year": str(cited.issued.year),
        "date": cited.issued.isoformat(),
        "version": _tex(cited.version),
        "url": cited.url,
        "note": _tex(cited.note),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{cited.key},\n{lines}\n}}\n"


def as_ris(cited: Citation) -> str:
    """Write a RIS record of type DATA; lines end as the format says, with CR LF."""
    fields = (
        ("TY", "DATA"),
        ("ID", cited.key),
        ("AU", cited.author),
        ("TI", cited.title),
        ("PY", str(cited.issued.year)),
        ("DA", cited.issued.strftime("%Y/%m/%d")),
        ("ET", cited.version),
        ("UR", cited.url),
        ("N1", cited.note),
        ("ER", ""),
    )
    return "".join(f"{tag}  - {value}\r\n" for tag, value in fields)


WRITERS: dict[Format, Callable[[Citation], str]] = {BIBTEX: as_bibtex, RIS: as_ris, CSL_JSON: as_csl}
"""Format → its writer."""

_TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _tex(text: str) -> str:
    return re.sub(r"[\\~^&%$#_{}]", lambda match: _TEX.get(match[0], f"\\{match[0]}"), text)
