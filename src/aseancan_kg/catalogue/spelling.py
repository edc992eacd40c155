"""Words as they are compared: without case, diacritics and inflection, and with other spellings forgiven."""

import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache

import tantivy
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

Passage = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it is one of the words that were looked for."""

_SPLIT_FROM = 8
"""Letters from which on a word that is not known may be two that were written as one."""
_LONGEST_FORGIVEN = 32
_MOST_ALTERNATIVES, _MOST_COMPLETIONS = 3, 50
_MOST_CANDIDATES = 200
_EXCERPT = 240


def _analyzer(*filters: Filter) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for one in (Filter.lowercase(), Filter.ascii_fold(), *filters):
        builder = builder.filter(one)
    return builder.build()


SPELT = _analyzer()
# The "s" is what an apostrophe leaves.
STEMMED = _analyzer(Filter.stopword("english"), Filter.custom_stopword(["s"]), Filter.stemmer("english"))


def composed(text: str) -> str:
    """Write letters with their diacritics as one character each (NFC), without which these cannot be folded."""
    return unicodedata.normalize("NFC", text)


def words(text: str) -> list[str]:
    """Return the words of a text, folded: `Hà Nội` → ha, noi; `1.2.6` → 1, 2, 6."""
    return SPELT.analyze(composed(text))


def plain(text: str) -> str:
    """Return a name as it is compared with another: `AMCAP-III` and `Amcap III` are the same."""
    return " ".join(words(text))


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """Return the stem of a folded word, "" for one that is so common that it is not indexed."""
    return next(iter(STEMMED.analyze(word)), "")


def excerpt(text: str, stems: Collection[str], length: int = _EXCERPT) -> Passage:
    """Return about `length` characters of a composed text, where most words with these stems stand, and mark these."""
    found = [(one.char_offset_from, one.char_offset_to, one.text) for one in STEMMED.pre_tokenize(text).tokens]
    marks = [(start, end) for start, end, token in found if token in stems]
    begin, stop = _window(text, marks, length)
    pieces = [("… " if begin else "", False)]
    reached = begin
    for start, end in marks:
        if begin <= start and end <= stop:
            pieces += [(text[reached:start], False), (text[start:end], True)]
            reached = end
    pieces += [(text[reached:stop], False), (" …" if stop < len(text) else "", False)]
    return tuple(piece for piece in pieces if piece[0])


def _window(text: str, marks: Collection[tuple[int, int]], length: int) -> tuple[int, int]:
    """Return where to begin and to end an excerpt, between words."""
    if len(text) <= length:
        return 0, len(text)
    begins = [max(0, start - length // 4) for start, _ in marks] or [0]
    begin = max(begins, key=lambda begin: (sum(begin <= start < begin + length for start, _ in marks), -begin))
    if begin + length >= len(text):
        begin = len(text) - length
    if begin:
        begin = text.find(" ", begin) + 1 or begin
    end = begin + length
    return begin, text.rfind(" ", begin, end) if end < len(text) and " " in text[begin + 1 : end] else end


class Spelling:
    """The words that a set of texts is written with, the number of texts each stands in, and which are acronyms."""

    def __init__(self, counts: Mapping[str, int], acronyms: Collection[str] = ()) -> None:
        self._acronyms = acronyms
        self._counts = {word: count for word, count in counts.items() if stem(word)}
        self._stems = frozenset(map(stem, self._counts))
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("word", stored=True, tokenizer_name="raw", index_option="basic")
        self._schema = builder.build()
        index = tantivy.Index(self._schema)
        writer = index.writer(15_000_000, 1)
        for word in self._counts:
            writer.add_document(tantivy.Document(word=[word]))
        writer.commit()
        index.reload()
        self._searcher = index.searcher()

    def __contains__(self, word: str) -> bool:
        """Tell whether a folded word is known as it is written."""
        return word in self._counts

    def readings(self, word: str) -> list[str]:
        """Return what a word may stand for, the likeliest first: itself if it is known, else what is written like it.

        That is what it begins, what differs in one letter or two, or two words written as one. Letters that changed
        places are one difference.
        """
        if word in self._counts:
            return [word]
        if stem(word) in self._stems:
            return [word, *self._differing(word, 1)]
        begun = self.beginning_with(word, _MOST_ALTERNATIVES) if len(word) > 2 else []
        return begun or self._differing(word, 1) or self._split(word) or self._differing(word, 2)

    def completions(self, start: str) -> list[str]:
        """Return the words that may begin so, the commonest first; those that begin alike where none does."""
        return self.beginning_with(start) or self._differing(start, 1, begun=True) or self.readings(start)

    def beginning_with(self, start: str, most: int = _MOST_COMPLETIONS) -> list[str]:
        """Return the words that begin so, the commonest first."""
        found = self._searcher.terms_with_prefix("word", start)
        return sorted((word for word, _ in found), key=lambda word: (-self._counts[word], word))[:most]

    def _differing(self, word: str, distance: int, *, begun: bool = False) -> list[str]:
        # Of four letters one may be wrong, of six two; else everything would be like everything.
        if not 2 + 2 * distance <= len(word) <= _LONGEST_FORGIVEN or word.isdecimal():
            return []
        query = tantivy.Query.fuzzy_term_query(self._schema, "word", word, distance, prefix=begun)
        hits = self._searcher.search(query, _MOST_CANDIDATES).hits
        found = [str(self._searcher.doc(address)["word"][0]) for _, address in hits]
        # Texts write an acronym seldom, however often it is looked for: what is nearly one is taken for it.
        ranked = sorted(
            found,
            key=lambda one: (one[0] != word[0], distance > 1 or one not in self._acronyms, -self._counts[one], one),
        )
        return ranked[:_MOST_ALTERNATIVES]

    def _split(self, word: str) -> list[str]:
        if len(word) < _SPLIT_FROM:
            return []
        pairs = [(word[:place], word[place:]) for place in range(3, len(word) - 2)]
        known = [pair for pair in pairs if set(pair) <= self._counts.keys()]
        return [" ".join(max(known, key=lambda pair: min(self._counts[part] for part in pair)))] if known else []
