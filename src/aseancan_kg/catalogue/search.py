"""Full-text search over what people look for in a dataset: things by their names, numbers and texts, and queries."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2

import pyoxigraph as ox
import tantivy
from tantivy import Occur

from aseancan_kg.catalogue.evidence import MENTIONS
from aseancan_kg.catalogue.kinds import BY_NAME, KINDS, QUERY, Kind, kind_of
from aseancan_kg.catalogue.labels import iri_of, natural
from aseancan_kg.catalogue.spelling import STEMMED, Passage, Spelling, composed, excerpt, plain, stem, words
from aseancan_kg.errors import InputError
from aseancan_kg.namespaces import BASE, ONT, PREFIXES
from aseancan_kg.queries import Query
from aseancan_kg.store.dataset import LABELS, Dataset

PAGE_SIZE = 20
LONGEST = 2000
"""Characters that may be looked for, more than the longest action has."""
_MOST_WORDS = 64
_LONGEST_BEGUN = 200
"""Characters of a text that is being written of which suggestions are made."""
_MOST_SUGGESTED = 10
_ENOUGH = 0.6
"""Share of the words that a thing must have where none has all."""

_RDF, _SKOS = PREFIXES["rdf"], PREFIXES["skos"]
_NUMBER = re.compile(r"\d+(?:\.\d+)+(?:/\d+)?")
_SECTION, _SOURCE = BY_NAME["section"], BY_NAME["source"]
_NOT_SUGGESTED = ("source", "report", "act")
"""Kinds of what is called by an address or a sentence, which nobody begins to write."""
_TYPE, _IN_SCHEME, _NOTATION = f"{_RDF}type", f"{_SKOS}inScheme", f"{_SKOS}notation"
_NOT_LOOKED_FOR = (f"{_RDF}subject", f"{PREFIXES['owl']}deprecated")
_LABELS = tuple(name.value for name in LABELS)
_SHORT = (f"{_SKOS}altLabel", f"{ONT}acronym", f"{ONT}isoCode", _NOTATION)
_TEXT = f"{ONT}text"
_TEXTS = (
    *(ONT + name for name in ("text", "gist", "quotation")),
    *(f"{_SKOS}{name}" for name in ("definition", "scopeNote")),
    f"{PREFIXES['rdfs']}comment",
    f"{PREFIXES['dcterms']}description",
)
_DETAILS = tuple(ONT + name for name in ("foundingAct", "capital", "seatCity", "placeName", "adoptedPlace", "area"))
# By how much a name in full is better than a short one, that than one of several words, and words of a name than those
# of a text. The scores of words, which these are added to or multiply, are mostly between 1 and 20.
_SAME_NAME, _SAME_SHORT, _BEGINS, _NAME_WORD = 400.0, 200.0, 40.0, 3.0


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be found: `names` in full, `short` ones (acronyms, numbers, variants), and what it says.

    `details` are found and not shown unless they are what was looked for. `number` is that of a passage of a text.
    `mentions` counts the texts that name it.
    """

    iri: str
    kind: Kind
    label: str
    number: str | None = None
    names: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    mentions: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found, with the words marked that were looked for: its label, another name, a passage of its texts.

    `called` is empty unless it has words that the label has not; `passage` is where most of them stand.
    """

    entry: Entry
    label: Passage
    called: Passage
    passage: Passage


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; `counts` are by kind, and `total` those of the kind asked for.

    `read_as` are the words that were looked for, where some are not known as they were written; `unknown` are those of
    which nothing has been found as they stand. When nothing has all
    of them, `partly` is true and the hits have most. `instead` are names that begin alike, where there are no hits.
    """

    total: int
    counts: Mapping[Kind, int]
    hits: tuple[Hit, ...]
    read_as: str | None = None
    unknown: tuple[str, ...] = ()
    partly: bool = False
    instead: tuple[Entry, ...] = ()


class Index:
    """The index of a dataset and a query catalogue; it does not change, and is asked from any thread."""

    def __init__(self, store: Dataset, queries: Mapping[str, Query]) -> None:
        found = [*_entries(store), *map(_of_query, queries.values())]
        self._entries = sorted(
            found, key=lambda one: (KINDS.index(one.kind), natural(one.number or one.label), one.iri)
        )
        self._schema = _schema()
        index = tantivy.Index(self._schema)
        index.register_tokenizer("stemmed", STEMMED)
        writer = index.writer(64_000_000, 1)
        counts, acronyms = Counter[str](), set[str]()
        for row, entry in enumerate(self._entries):
            writer.add_document(_document(row, entry))
            acronyms |= {plain(name) for name in entry.short if name.isupper()}
            # Most sources are called by their addresses, in which words stand as nobody writes them.
            if entry.kind is not _SOURCE:
                counts.update(
                    {
                        word
                        for text in (*entry.names, *entry.short, *entry.texts, *entry.details)
                        for word in words(text)
                    }
                )
        writer.commit()
        index.reload()
        self._searcher = index.searcher()
        self._spelling = Spelling(counts, acronyms)

    def __len__(self) -> int:
        return len(self._entries)

    def search(self, asked: str, kind: Kind | None = None, *, begin: int = 0, most: int = PAGE_SIZE) -> Found:
        """Return `most` hits from `begin` on; what is asked are words, whatever signs stand between them.

        Raises `InputError` for a text longer than is looked for.
        """
        if len(asked) > LONGEST:
            remedy = f"{LONGEST:,} characters are looked for. Take the words that matter most."
            raise InputError(f"the text has {len(asked):,} characters", remedy=remedy)
        parts = _parts(asked)
        read = [self._readings(word) for word in parts]
        likely = " ".join(alternatives[0] for word, alternatives in read if alternatives)
        changed = any(alternatives[:1] != [word] for word, alternatives in read)
        ways = [[one for _, one in read]]
        ways += self._joined(parts, ways[0])
        query, partly = self._query([asked, likely] if changed else [asked], ways)
        counts = self._count(query)
        total = counts.get(kind, 0) if kind else sum(counts.values())
        hits = self._hits(query, kind, begin, most) if total else []
        meant = {one for way in ways for alternatives in way for one in alternatives}
        stems = {stem(word) for one in meant for word in one.split() if word[1:]}
        return Found(
            total,
            counts,
            tuple(_hit(self._entries[row], stems) for row in hits),
            likely if changed and likely and counts else None,
            tuple(word for word, alternatives in read if word not in alternatives),
            partly and bool(counts),
            () if counts else self._instead(read),
        )

    def suggest(self, asked: str) -> list[Entry]:
        """Return the things whose names have the words that are being written, the last of them perhaps half done."""
        *done, last = words(asked[:_LONGEST_BEGUN]) or [""]
        if not last:
            return []
        completed = self._spelling.completions(last)
        read = [self._readings(word)[1] for word in done if stem(word)]
        wanted = [self._anywhere(one, names_only=True) for one in (*read, completed)]
        begun = tantivy.Query.disjunction_max_query(
            [
                _worth(tantivy.Query.fuzzy_term_query(self._schema, field, plain(asked), 0, prefix=True), _BEGINS)
                for field in ("name", "short")
            ]
        )
        query = self._suggested(_any(_all(wanted), begun, *self._same(asked)))
        return [self._entries[row] for row in self._hits(query, None, 0, _MOST_SUGGESTED)]

    def _suggested(self, query: tantivy.Query) -> tantivy.Query:
        others = [(Occur.MustNot, self._term("kind", name)) for name in _NOT_SUGGESTED]
        return tantivy.Query.boolean_query([(Occur.Must, query), *others])

    def _readings(self, word: str) -> tuple[str, list[str]]:
        """Return a word and what it may stand for: itself when it is known, nothing when nothing is like it."""
        if " " in word:
            return word, [word]
        # Words that stand in the names of sources only are found, but not taken to be well spelt.
        found = any(self._searcher.doc_freq(field, stem(word)) for field in ("names", "texts"))
        return word, list(dict.fromkeys([*self._spelling.readings(word), *([word] if found else ())]))

    def _joined(self, parts: Sequence[str], read: Sequence[list[str]]) -> Iterator[list[list[str]]]:
        """Yield the readings in which two words that follow each other are one that is known: cyber security."""
        for place, pair in enumerate(pairwise(parts)):
            word = "".join(pair)
            if word.isalpha() and word in self._spelling:
                yield [*read[:place], [word], *read[place + 2 :]]

    def _query(self, written: Iterable[str], ways: Sequence[Sequence[list[str]]]) -> tuple[tantivy.Query, bool]:
        """Return the query for all the words, or for most where nothing has all, and whether it is the latter.

        All may be read in several `ways`; most are those of the first.
        """
        same = [query for one in written for query in self._same(one)]
        whole = [_all([*map(self._anywhere, way)]) for way in ways if way and all(way)]
        query = _any(*same, *whole)
        if not ways[0] or (whole and self._searcher.search(query, 1).hits):
            return query, False
        wanted = [self._anywhere(alternatives) for alternatives in ways[0] if alternatives]
        enough = max(1, round(len(wanted) * _ENOUGH))
        some = tantivy.Query.boolean_query([(Occur.Should, one) for one in wanted], enough)
        return _any(*same, some), True

    def _same(self, asked: str) -> Iterator[tantivy.Query]:
        """Yield what finds the things that are called just so."""
        yield _worth(self._term("name", plain(asked)), _SAME_NAME)
        yield _worth(self._term("short", plain(asked)), _SAME_SHORT)

    def _anywhere(self, alternatives: Iterable[str], *, names_only: bool = False) -> tantivy.Query:
        """Return what finds things that have one of the alternatives, each a word or a phrase; the best one counts."""
        found = []
        for alternative in alternatives:
            stems = list(filter(None, map(stem, alternative.split())))
            found.append(tantivy.Query.boost_query(self._phrase("names", stems), _NAME_WORD))
            if not names_only:
                found.append(self._phrase("texts", stems))
        return tantivy.Query.disjunction_max_query(found)

    def _phrase(self, field: str, stems: Sequence[str]) -> tantivy.Query:
        if len(stems) == 1:
            return self._term(field, stems[0])
        return tantivy.Query.phrase_query(self._schema, field, [*stems])

    def _term(self, field: str, text: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, text)

    def _hits(self, query: tantivy.Query, kind: Kind | None, begin: int, most: int) -> list[int]:
        if kind:
            query = _all([query, tantivy.Query.const_score_query(self._term("kind", kind.name), 0.0)])
        found = self._searcher.search(query, most, count=False, offset=begin, weight_by_field="weight")
        rows = self._searcher.fast_field_values("row", [address for _, address in found.hits])
        return [int(row) for row in rows if row is not None]

    def _count(self, query: tantivy.Query) -> dict[Kind, int]:
        told = self._searcher.aggregate(query, {"kinds": {"terms": {"field": "kind", "size": len(KINDS)}}})
        counts = {one["key"]: int(one["doc_count"]) for one in told["kinds"]["buckets"]}
        return {kind: counts[kind.name] for kind in KINDS if kind.name in counts}

    def _instead(self, read: Sequence[tuple[str, Sequence[str]]]) -> tuple[Entry, ...]:
        """Return things with names that begin as the words do."""
        for length in (6, 5, 4, 3, 2):
            for word, _ in read:
                if len(word) >= length and self._spelling.beginning_with(word[:length], 1):
                    return tuple(self.suggest(word[:length]))
        return ()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in ("name", "short"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("names", "texts"):
        builder.add_text_field(field, tokenizer_name="stemmed", index_option="position")
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_float_field("weight", fast=True)
    builder.add_integer_field("row", fast=True)
    return builder.build()


def _document(row: int, entry: Entry) -> tantivy.Document:
    passage = entry.kind.passage
    factor = entry.kind.weight + log2(1 + entry.mentions) / 4
    return tantivy.Document(
        name=[*map(plain, entry.names)],
        short=[*map(plain, entry.short)],
        names=[*entry.short, *(() if passage else entry.names)],
        texts=[*entry.texts, *entry.details, *(entry.names if passage else ())],
        kind=[entry.kind.name],
        weight=[2**factor - 2],  # a score is multiplied by the logarithm (base 2) of 2 more than this
        row=[row],
    )


def _parts(asked: str) -> list[str]:
    """Return the words that are looked for, each once; the parts of a number such as 1.2.6 stay together."""
    parts: list[str] = []
    for piece in asked.split():
        parts += [plain(piece)] if _NUMBER.fullmatch(piece) else filter(stem, words(piece))
    return list(dict.fromkeys(parts))[:_MOST_WORDS]


def _any(*queries: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Should, query) for query in queries])


def _all(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Must, query) for query in queries])


def _worth(query: tantivy.Query, score: float) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, score)


def _hit(entry: Entry, stems: Collection[str]) -> Hit:
    """Mark the words with these stems; of names and of passages that is taken which has most of them."""
    label = excerpt(entry.label, stems, len(entry.label))
    numbers = f"{entry.kind.numbered} "
    others = [name for name in (*entry.short, *entry.names) if name != entry.number and not name.startswith(numbers)]
    called = max((excerpt(name, stems) for name in others), key=_marked, default=())
    texts = [excerpt(text, stems) for text in entry.texts if text not in entry.label]
    details = [passage for text in entry.details if _marked(passage := excerpt(text, stems))]
    return Hit(
        entry,
        label,
        called if _marked(called) > _marked(label) else (),
        max([*texts, *details], key=_marked, default=()),
    )


def _marked(passage: Passage) -> int:
    return len({word.lower() for word, marked in passage if marked})


def _of_query(query: Query) -> Entry:
    iri = f"{BASE}queries/{query.name}"
    return Entry(iri, QUERY, query.title, names=(query.title,), short=(query.name,), texts=(query.description,))


def _entries(store: Dataset) -> Iterator[Entry]:
    said = _said(store)
    mentions = Counter(thing for told in said.values() for thing in told.get(MENTIONS, ()))
    kinds = {iri: kind_of(told.get(_TYPE, ()), told.get(_IN_SCHEME, ())) for iri, told in said.items()}
    # Statements that other people's data make about triples are no things to look for, nor is what is out of use.
    things = {iri: kind for iri, kind in kinds.items() if kind and said[iri].keys().isdisjoint(_NOT_LOOKED_FOR)}
    labels = store.labels(things)
    while said:  # which is given up piece by piece: to free much at once would hold up other threads
        iri, told = said.popitem()
        kind = things.get(iri)
        if kind is None:
            continue
        numbers = sorted(told.get(_NOTATION, ()))
        label = labels[iri].value if iri in labels else next(iter(numbers), None)
        if label is None:
            continue
        called = [f"{kind.numbered} {number}" for number in numbers if kind.numbered]
        yield Entry(
            iri,
            kind,
            composed(label),
            numbers[0] if kind.passage and numbers else None,
            _all_of(told, *_LABELS, *([_TEXT] if kind is _SECTION else ())),
            (*_all_of(told, *_SHORT), *called),
            _all_of(told, *_TEXTS),
            _all_of(told, *_DETAILS),
            mentions[iri],
        )


def _all_of(told: Mapping[str, Sequence[str]], *properties: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(composed(text) for one in properties for text in sorted(told.get(one, ()))))


def _said(store: Dataset) -> dict[str, dict[str, list[str]]]:
    """Return what is said of each IRI by the properties that are searched: IRI → property → values."""
    properties = " ".join(
        f"<{name}>" for name in (_TYPE, _IN_SCHEME, *_NOT_LOOKED_FOR, MENTIONS, *_LABELS, *_SHORT, *_TEXTS, *_DETAILS)
    )
    stated = "?thing ?property ?value"
    where = stated if store.union_default_graph else f"{{ {stated} }} UNION {{ GRAPH ?graph {{ {stated} }} }}"
    query = f"SELECT DISTINCT {stated} WHERE {{ VALUES ?property {{ {properties} }} {where} FILTER(isIRI(?thing)) }}"
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = store.rows(query)
    while rows:  # as above
        row = rows.pop()
        value = row["value"]
        text = value.value if isinstance(value, ox.Literal) else iri_of(value)
        said[iri_of(row["thing"])][iri_of(row["property"])].append(text)
    return said
