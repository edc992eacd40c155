"""Answers that are kept: within a process, up to a number of bytes, the least recently used are given up first."""

import hashlib
from collections import Counter, OrderedDict

from starlette.requests import Request
from starlette.responses import Response

KEEP = "aseancan_kg.keep"
"""Whether the response to a request may be sent again to whoever asks the same, in its scope."""

Key = tuple[str | bytes | tuple[str, ...], ...]
_OVERHEAD = 1024
"""Bytes an entry takes besides its body, roughly."""


def etag(body: bytes | memoryview) -> str:
    """Return the strong tag of a body (RFC 9110 §8.8.3); the front answers 304 to a client that holds it."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def keep(request: Request, response: Response, *names: str) -> Response:
    """Have a response sent again to whoever asks the same, and let clients ask by its tag whether it is another.

    `names` are those of the parameters by which it is chosen, each as often as it may be given. With others it is not
    kept, since they could be anything, and copies of it would take the room of all that is kept.
    """
    if "etag" not in response.headers:
        response.headers["ETag"] = etag(response.body)
    response.headers.setdefault("Cache-Control", "no-cache")
    query = request.scope["query_string"].decode("latin-1")
    given = Counter(one.partition("=")[0] for one in query.split("&")) if query else Counter[str]()
    request.scope[KEEP] = given <= Counter(names)
    return response


class Kept:
    """Values by key, up to `limit` bytes in all; nothing takes more than an eighth of it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._entries: OrderedDict[Key, tuple[object, int]] = OrderedDict()
        self.hits = 0

    def get(self, key: Key) -> object | None:
        """Return what is kept for a key."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self.hits += 1
        self._entries.move_to_end(key)
        return entry[0]

    def latest(self) -> list[tuple[Key, object]]:
        """Return keys and their values, that which was used last at first."""
        return [(key, value) for key, (value, _) in reversed(self._entries.items())]

    def put(self, key: Key, value: object, size: int) -> None:
        """Keep a value of `size` bytes for a key."""
        size += _OVERHEAD + sum(len(part) for part in key)
        if size > self._limit / 8 or key in self._entries:
            return
        self._entries[key] = value, size
        self._size += size
        while self._size > self._limit:
            _, (_, freed) = self._entries.popitem(last=False)
            self._size -= freed
