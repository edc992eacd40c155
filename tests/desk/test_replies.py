"""Requests that are sent twice."""

import pytest
import sqlalchemy as sa

from aseancan_kg.desk.database import Database
from aseancan_kg.desk.replies import Asked, Replies, Reply
from aseancan_kg.errors import Conflict, InputError

REPLY = Reply(201, "/change/1", {"entry": 1, "version": "0123456789abcdef+1"})


@pytest.fixture
def database(url):
    return Database(url, new=True)


def test_an_answer_is_given_again_to_the_same_request_of_the_same_account(database):
    replies, asked = Replies(database), Asked.of("Ann", "key", "/desk/records", "content")
    assert replies.to(asked) is None
    with database.begun(writes=True) as connection:
        replies.keep(connection, asked, REPLY)
    assert replies.to(asked) == REPLY
    assert replies.to(Asked.of("Bob", "key", "/desk/records", "content")) is None
    with pytest.raises(InputError, match="was sent with another request"):
        replies.to(Asked.of("Ann", "key", "/desk/records", "other content"))


def test_of_two_alike_at_one_time_one_is_done(database):
    replies, asked = Replies(database), Asked.of("Ann", "key", "content")
    with database.begun(writes=True) as connection:
        replies.keep(connection, asked, REPLY)
    with pytest.raises(Conflict, match="answered meanwhile"), database.begun(writes=True) as connection:
        replies.keep(connection, asked, REPLY)
    assert replies.to(asked) == REPLY


def test_answers_are_known_for_a_month(database):
    replies, first, second = (
        Replies(database),
        Asked.of("Ann", "first", "content"),
        Asked.of("Ann", "second", "content"),
    )
    with database.begun(writes=True) as connection:
        replies.keep(connection, first, REPLY)
        connection.execute(sa.text("update request set at = '2026-01-01T00:00:00+00:00'"))
        replies.keep(connection, second, REPLY)
    assert (replies.to(first), replies.to(second)) == (None, REPLY)


@pytest.mark.parametrize("key", ["", "x" * 256, "\n", "ключ"])
def test_a_key_is_short_and_visible(key):
    with pytest.raises(InputError, match="Idempotency-Key is no key"):
        Asked.of("Ann", key, "content")
