"""Who held which post and who had which part in a meeting, seen from the person, the post, the body or the meeting."""

from dataclasses import dataclass

from aseancan_kg.catalogue.labels import Labels, Link, link, natural
from aseancan_kg.namespaces import ONT
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe, pointing

_ENDS = [ONT + name for name in ("holder", "agent", "post", "organisation", "meeting")]
_FROM, _TO, _AS_OF, _AS_OF_EARLIEST, _FROM_EARLIEST = (
    ONT + name for name in ("heldFromOn", "heldToOn", "asOfOn", "asOfEarliest", "heldFromEarliest")
)
_ROLE, _TITLE, _CAPACITY = (ONT + name for name in ("participationRole", "postTitle", "capacity"))


@dataclass(frozen=True, slots=True)
class Role:
    """A post held, or a part taken in a meeting: what it is, with whom and where, and when as far as known."""

    iri: str
    words: str
    ends: tuple[Link, ...]
    when: str | None


def roles(store: Dataset, thing: str) -> tuple[Role, ...]:
    """Return the roles that a thing has, gives or is the place of, the latest first."""
    found = {node for name in _ENDS for node in pointing(store, name, [thing]).get(thing, ())}
    said = describe(store, found)
    named = {end for iri in found for name in (*_ENDS, _ROLE) for end in said.iris(iri, name)}
    labels = store.labels(named)

    def order(iri: str) -> tuple[str, list[tuple[int, str]]]:
        begins = said.text(iri, _FROM_EARLIEST) or said.text(iri, _AS_OF_EARLIEST)
        return begins or "", natural(iri)

    return tuple(_role(said, labels, iri, thing) for iri in sorted(found, key=order, reverse=True))


def _role(said: Descriptions, labels: Labels, iri: str, thing: str) -> Role:
    part = [link(labels, one).label.lower() for one in said.iris(iri, _ROLE)]
    words = ", ".join([*part, *said.texts(iri, _TITLE), *said.texts(iri, _CAPACITY)])
    ends = [end for name in _ENDS for end in said.iris(iri, name) if end != thing]
    begins, ended, as_of = (said.text(iri, name) for name in (_FROM, _TO, _AS_OF))
    held = f"{begins or '?'}–{ended or ''}" if begins or ended else None
    return Role(iri, words, tuple(link(labels, end) for end in ends), held or (f"as of {as_of}" if as_of else None))
