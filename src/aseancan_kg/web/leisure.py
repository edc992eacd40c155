"""What is made of a dataset before anybody asks for it, so that the first who does need not wait."""

from contextlib import suppress
from threading import Timer

from aseancan_kg.catalogue.identifiers import Identifiers
from aseancan_kg.catalogue.reading import Readings
from aseancan_kg.errors import Error
from aseancan_kg.web.reading import plans_of
from aseancan_kg.web.search import index_of
from aseancan_kg.web.state import State

_AFTER = 3.0
"""Seconds after a dataset is served: whoever waited for it has been answered."""
_MOST = 1_000_000
"""Triples of a dataset of which so much is made unasked; an index of more takes half a minute and more memory."""


def prepare(state: State) -> None:
    """Have the search index, the names of things and the plans made, in a while and in a thread."""
    # The end of the service must not wait for it.
    timer = Timer(_AFTER, _prepare, [state])
    timer.daemon = True
    timer.start()


def _prepare(state: State) -> None:
    with suppress(Error):  # a store that does not answer now is asked again when somebody asks
        if len(state.store) <= _MOST:
            index_of(state)
            state.derived.get(Identifiers)
            for plan in plans_of(state.store):
                state.derived.get(Readings).of(plan.iri)
