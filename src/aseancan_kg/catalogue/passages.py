"""Where texts name a thing, each time with its sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from aseancan_kg.catalogue.labels import Link, link, natural
from aseancan_kg.catalogue.mentions import Run, mentions_of, runs
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe

_NOTATION, _TYPE = f"{PREFIXES['skos']}notation", f"{PREFIXES['rdf']}type"
_START, _END, _TEXT = (ONT + name for name in ("startOffset", "endOffset", "text"))
_MOST_SHOWN = 8
_SENTENCE_ENDS = re.compile(r"(?<=[.;]) ")


@dataclass(frozen=True, slots=True)
class Passage:
    """The sentences of a part in which it names a thing, and by which relations; no sentence where no text is held."""

    part: Link
    number: str
    runs: tuple[Run, ...]
    relations: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passages:
    """Where a thing is named: the first passages with their sentences, and the parts of the others."""

    shown: tuple[Passage, ...]
    others: tuple[Passage, ...]
    count: int


def passages(store: Dataset, thing: str) -> Passages | None:
    """Return where texts name a thing, in the order of the texts; None where none does."""
    named = mentions_of(store, thing)
    named.pop(thing, None)  # a title names itself
    if not named:
        return None
    said = describe(store, named, [_NOTATION, _TYPE, _START, _END, _TEXT])
    labels = store.labels(named)
    # What has no text is a report whose text is not distributed.
    order = sorted(named, key=lambda part: (_TEXT not in said.of(part), natural(said.text(part, _NOTATION) or part)))
    found = [
        Passage(
            part=link(labels, part),
            number=said.text(part, _NOTATION) or "",
            runs=_sentences(
                runs(said.text(part, _TEXT) or "", said.number(part, _START), said.number(part, _END), named[part])[0]
            ),
            relations=tuple(dict.fromkeys(one.relation.label for one in named[part])),
            words=tuple(dict.fromkeys(one.words for one in named[part])),
        )
        for part in order
    ]
    return Passages(tuple(found[:_MOST_SHOWN]), tuple(found[_MOST_SHOWN:]), sum(map(len, named.values())))


def _sentences(cut: Sequence[Run]) -> tuple[Run, ...]:
    """Leave out the sentences that name nothing, at the beginning, between and at the end."""
    marked = [place for place, run in enumerate(cut) if run.mention]
    if not marked:
        return ()
    kept: list[Run] = []
    for place, run in enumerate(cut):
        pieces = _SENTENCE_ENDS.split(run.text)
        if run.mention or len(pieces) == 1:
            kept.append(run)
        elif place < marked[0]:
            kept.append(Run(f"… {pieces[-1]}"))
        elif place > marked[-1]:
            kept.append(Run(f"{pieces[0]} …" if pieces[1] else pieces[0]))
        elif len(pieces) == 2:
            kept.append(run)
        else:
            kept.append(replace(run, text=f"{pieces[0]} … {pieces[-1]}"))
    return tuple(kept)
