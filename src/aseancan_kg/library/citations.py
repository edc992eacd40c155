"""How a thing is cited: CSL-JSON, BibTeX and RIS of one record, and a sentence ready to be pasted."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from aseancan_kg.mediatypes import Format

BIBTEX = Format("bib", "application/x-bibtex", "BibTeX")
RIS = Format("ris", "application/x-research-info-systems", "RIS")
CSL_JSON = Format("csl", "application/vnd.citationstyles.csl+json", "CSL-JSON")


@dataclass(frozen=True, slots=True)
class Citation:
    """A dataset, a part of one, or a document that one holds, as it is cited; `key` is unique among ours.

    `issued` is an ISO date as precise as known, "" if not known, as is every other text that is empty. `section` is the
    number of the part that is cited, `container` what the thing stands in, `note` tells what identifies it.
    """

    key: str
    title: str
    author: str
    issued: str
    version: str
    url: str
    note: str
    is_dataset: bool = True
    section: str = ""
    container: str = ""
    publisher: str = ""

    @property
    def year(self) -> str:
        """Year of issue."""
        return self.issued[:4]


def as_csl(cited: Citation) -> str:
    """Write CSL-JSON 1.0: a list of one item."""
    item = {
        "id": cited.key,
        "type": "dataset" if cited.is_dataset else "document",
        "title": cited.title,
        "author": [{"literal": cited.author}] if cited.author else None,
        "issued": {"date-parts": [[int(part) for part in cited.issued.split("-")]]} if cited.issued else None,
        "container-title": cited.container,
        "section": cited.section,
        "publisher": cited.publisher,
        "version": cited.version,
        "URL": cited.url,
        "note": cited.note,
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=1)


def as_bibtex(cited: Citation) -> str:
    """Write a BibTeX entry; `date`, `version` and `url` are those of BibLaTeX, which older styles pass over."""
    fields = {
        "author": f"{{{_tex(cited.author)}}}" if cited.author else "",
        "title": f"{{{_tex(cited.title)}}}",
        "howpublished": _tex(cited.container),
        "chapter": _tex(cited.section),
        "publisher": _tex(cited.publisher),
        "year": cited.year,
        "date": cited.issued,
        "version": _tex(cited.version),
        "url": cited.url,
        "note": _tex(cited.note),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{cited.key},\n{lines}\n}}\n"


def as_ris(cited: Citation) -> str:
    """Write a RIS record of type DATA or GEN; lines end as the format says, with CR LF."""
    fields = (
        ("TY", "DATA" if cited.is_dataset else "GEN"),
        ("ID", cited.key),
        ("AU", cited.author),
        ("TI", cited.title),
        ("T2", cited.container),
        ("SE", cited.section),
        ("PB", cited.publisher),
        ("PY", cited.year),
        ("DA", cited.issued.replace("-", "/")),
        ("ET", cited.version),
        ("UR", cited.url),
        ("N1", cited.note),
    )
    lines = [f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in fields if value]
    return "".join([*lines, "ER  - \r\n"])


def as_sentence(cited: Citation) -> str:
    """Write the reference as a sentence, whoever and whenever first."""
    dated = f"({cited.year})" if cited.year else ""
    version = f"{'version' if cited.container else 'Version'} {cited.version}" if cited.version else ""
    pieces = (
        " ".join(filter(None, (cited.author, dated))),
        cited.title,
        cited.publisher,
        ", ".join(filter(None, (cited.container, version))),
    )
    return " ".join([*(f"{piece.rstrip('.')}." for piece in pieces if piece), cited.url])


WRITERS: dict[Format, Callable[[Citation], str]] = {BIBTEX: as_bibtex, RIS: as_ris, CSL_JSON: as_csl}
"""Format → its writer."""

_TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _tex(text: str) -> str:
    return re.sub(r"[\\~^&%$#_{}]", lambda match: _TEX.get(match[0], f"\\{match[0]}"), text)
