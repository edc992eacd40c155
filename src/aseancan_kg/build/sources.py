"""Documents that facts rest on: `data/sources/*.toml`, and the text or table of those that are held."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aseancan_kg.build import values
from aseancan_kg.errors import InputError, InvalidData, Place, SyntaxProblem

_KEYS: Mapping[str, type] = {
    "title": str,
    "instrument": str,  # whose text it is
    "about": str,  # the plan that its statements are compared with
    "date": str,
    "date_of": str,
    "publisher": str,
    "url": str,
    "language": str,
    "sha256": str,
    "code_points": int,
    "provenance": str,
    "rights": str,
}
_DATED = ("adoption", "publication", "")


@dataclass(frozen=True, slots=True)
class Source:
    """An edition of a document. `text` is None where the edition may be cited but not distributed."""

    slug: str
    metadata: Mapping[str, str | int]
    text: str | None


def read(directory: Path) -> tuple[Source, ...]:
    """Read every document described in `directory`, and its text where `<slug>.txt` stands beside the description.

    Raises `SyntaxProblem` or `InvalidData` for a faulty description, and `InvalidData` when a text is not the edition
    its description identifies by checksum and length.
    """
    return tuple(_read_source(path) for path in sorted(directory.glob("*.toml")))


def read_text(path: Path) -> str:
    """Read a UTF-8 text without changing one character, so that offsets count code points of the file.

    Raises `InputError` when it cannot be read or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(
            f"cannot read it: {error.strerror}", Place(path), remedy="Check name and permission."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        remedy = "Save the text as UTF-8."
        raise InputError(f"byte {error.start} is not UTF-8", Place(path, line=line), remedy=remedy) from error


def read_metadata(path: Path) -> Mapping[str, str | int]:
    """Read the description of an edition; raises `InputError`, `SyntaxProblem` or `InvalidData`."""
    try:
        metadata = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise SyntaxProblem(f"this is not TOML: {error}", Place(path)) from error
    for key, kind in _KEYS.items():
        if not isinstance(metadata.get(key), kind):
            remedy = "An unknown text is written as “”." if kind is str else ""
            raise InvalidData(f"“{key}” must be given as {kind.__name__}", Place(path), remedy=remedy)
    for key, read in (("date", values.partial_date), ("url", values.url)):
        try:
            _ = metadata[key] and read(metadata[key])
        except ValueError as error:
            raise InvalidData(f"{key}: {error}", Place(path)) from error
    if metadata["date_of"] not in _DATED:
        raise InvalidData("“date_of” says what the date is of", Place(path), remedy=f"Known are {', '.join(_DATED)}.")
    if unknown := sorted(metadata.keys() - _KEYS.keys()):
        raise InvalidData(f"unknown key “{unknown[0]}”", Place(path), remedy=f"Known are {', '.join(_KEYS)}.")
    return metadata


def describe(edition: Path, description: Path | None) -> Source:
    """Read any text as an edition; without a description, its name stands for what is not known of it.

    Raises what `read_text` and `read_metadata` raise, and `InvalidData` when the description is of another edition.
    """
    if description is not None:
        metadata = read_metadata(description)
        return Source(description.stem, metadata, _read_edition(edition, description, metadata))
    text = read_text(edition)
    slug = re.sub(r"[^a-z0-9]+", "-", edition.stem.lower()).strip("-") or "untitled"
    unknown: dict[str, str | int] = dict.fromkeys(_KEYS, "")
    known = {"title": edition.stem, "instrument": slug, "language": "en", **_fingerprint(text)}
    return Source(slug, unknown | known, text)


def _read_source(path: Path) -> Source:
    metadata = read_metadata(path)
    editions = {suffix: path.with_suffix(suffix) for suffix in (".txt", ".csv")}
    held = {suffix: _read_edition(edition, path, metadata) for suffix, edition in editions.items() if edition.exists()}
    return Source(path.stem, metadata, held.get(".txt"))


def _read_edition(edition: Path, description: Path, metadata: Mapping[str, str | int]) -> str:
    text = read_text(edition)
    for key, value in _fingerprint(text).items():
        if value != metadata[key]:
            remedy = f"Restore the edition, or describe the new one in {description.name}."
            raise InvalidData(f"its {key} is {value}, described as {metadata[key]}", Place(edition), remedy=remedy)
    return text


def _fingerprint(text: str) -> dict[str, str | int]:
    return {"sha256": hashlib.sha256(text.encode("utf-8")).hexdigest(), "code_points": len(text)}
