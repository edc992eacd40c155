"""What is made of a dataset before anybody asks for it, so that the first who does need not wait."""

from contextlib import suppress
from threading import Thread

from aseancan_kg.catalogue.identifiers import Identifiers, foreign_concepts
from aseancan_kg.catalogue.lineages import lineages
from aseancan_kg.catalogue.reading import Readings
from aseancan_kg.errors import Error
from aseancan_kg.web.pages import OF_HOME
from aseancan_kg.web.reading import plans_of
from aseancan_kg.web.search import index_of
from aseancan_kg.web.state import State

_AFTER = 3.0
"""Seconds after a dataset is served in which it is left to those who waited for it."""
_MOST = 1_000_000
"""Triples of a dataset of which so much is made unasked; an index of more takes half a minute and more memory."""


def prepare(state: State) -> None:
    """Have made in a thread what pages need, and in a while the search index, the names of things and the plans."""
    Thread(target=_prepare, args=[state], daemon=True).start()  # the end of the service must not wait for it


def _prepare(state: State) -> None:
    try:
        _make(state)
    finally:
        state.prepared.set()


def _make(state: State) -> None:
    with suppress(Error):  # a store that does not answer now is asked again when somebody asks
        if len(state.store) <= _MOST:
            for make in (*OF_HOME.values(), foreign_concepts, lineages):
                state.derived.get(make)
            for name in state.templates.list_templates(["html"]):
                state.templates.get_template(name)
            if state.given_up.wait(_AFTER):
                return
            index_of(state)
            state.derived.get(Identifiers)
            for plan in plans_of(state.store):
                state.derived.get(Readings).of(plan.iri)
