"""Who held which post and who had which part in a meeting, seen from the person, the post, the body or the meeting."""

from dataclasses import dataclass

from aseancan_kg.catalogue.labels import Labels, Link, link, natural
from aseancan_kg.namespaces import ONT
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe, pointing

_MEETING = f"{ONT}meeting"
_ENDS = [*(ONT + name for name in ("holder", "agent", "post", "organisation")), _MEETING]
_FROM, _TO, _AS_OF, _STARTED = (ONT + name for name in ("heldFromOn", "heldToOn", "asOfOn", "startedOn"))
_EARLIEST = [ONT + name for name in ("heldFromEarliest", "asOfEarliest", "heldToEarliest")]
_STARTED_EARLIEST = f"{ONT}startedEarliest"
_ROLE, _TITLE, _CAPACITY = (ONT + name for name in ("participationRole", "postTitle", "capacity"))


@dataclass(frozen=True, slots=True)
class Role:
    """A post held, or a part taken in a meeting: what it is, with whom and where, and when as far as known."""

    iri: str
    words: str
    ends: tuple[Link, ...]
    when: str | None


@dataclass(frozen=True, slots=True)
class Roles:
    """Posts held and parts taken in meetings, both the latest first, and at last those of which no day is known."""

    held: tuple[Role, ...]
    taken: tuple[Role, ...]


def roles(store: Dataset, thing: str) -> Roles | None:
    """Return the roles that a thing has, gives or is the place of; None where there are none.

    A part in a meeting is of the day when that began.
    """
    found = {node for name in _ENDS for node in pointing(store, name, [thing]).get(thing, ())}
    if not found:
        return None
    said = describe(store, found)
    meetings = {meeting for iri in found for meeting in said.iris(iri, _MEETING)}
    said |= describe(store, meetings, [_STARTED, _STARTED_EARLIEST])
    labels = store.labels({end for iri in found for name in (*_ENDS, _ROLE) for end in said.iris(iri, name)})

    def order(iri: str) -> tuple[str, list[tuple[int, str]]]:
        days = [said.text(iri, name) for name in _EARLIEST]
        days += [said.text(meeting, _STARTED_EARLIEST) for meeting in said.iris(iri, _MEETING)]
        return next(filter(None, days), ""), natural(iri)

    ordered = sorted(found, key=order, reverse=True)
    held, taken = ([iri for iri in ordered if bool(said.iris(iri, _MEETING)) == met] for met in (False, True))
    return Roles(*(tuple(_role(said, labels, iri, thing) for iri in ones) for ones in (held, taken)))


def _role(said: Descriptions, labels: Labels, iri: str, thing: str) -> Role:
    part = [link(labels, one).label.lower() for one in said.iris(iri, _ROLE)]
    words = ", ".join([*part, *said.texts(iri, _TITLE), *said.texts(iri, _CAPACITY)])
    ends = [end for name in _ENDS for end in said.iris(iri, name) if end != thing]
    begins, ended, as_of = (said.text(iri, name) for name in (_FROM, _TO, _AS_OF))
    held = (
        f"{begins}–{ended}" if begins and ended else f"from {begins}" if begins else f"until {ended}" if ended else None
    )
    met = next((said.text(end, _STARTED) for end in ends if end in said.iris(iri, _MEETING)), None)
    return Role(iri, words, tuple(link(labels, end) for end in ends), held or (f"as of {as_of}" if as_of else met))
