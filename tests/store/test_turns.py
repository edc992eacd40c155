"""Whose query is next."""

import asyncio
import time

import pytest

from aseancan_kg.errors import BudgetSpent, Busy
from aseancan_kg.settings import Settings
from aseancan_kg.store.turns import Turns


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self):
        return self.now


def turns_of(places, queue, clock=time.monotonic):
    return Turns(Settings(workers=places, queue=queue, client_seconds=60.0, query_seconds=0.5), clock)


async def waiting(turns, name):
    """Ask for a turn that is not given at once, and let the asking begin."""
    task = asyncio.create_task(turns.take(name))
    await asyncio.sleep(0)
    return task


def test_one_client_never_holds_the_last_place():
    async def main():
        turns = turns_of(3, 10)
        await turns.take("a")
        await turns.take("a")
        third = await waiting(turns, "a")
        assert not third.done()
        await turns.take("b")
        assert (turns.running, turns.waiting) == (3, 1)
        turns.give_back("a", 0)
        assert not third.done()  # b holds a place now, so this one is the last again
        turns.give_back("b", 0)
        await third

    asyncio.run(main())


def test_a_client_that_has_had_much_leaves_the_last_place_to_others():
    async def main():
        clock = Clock()
        turns = turns_of(2, 10, clock)
        await turns.take("a")
        turns.give_back("a", 10)
        await turns.take("b")
        heavy = await waiting(turns, "a")
        assert not heavy.done()
        await turns.take("c")
        turns.give_back("c", 0)
        assert not heavy.done()
        turns.give_back("b", 0)
        await heavy

    asyncio.run(main())


def test_who_waits_for_the_last_place_gets_it_once_light_again():
    async def main():
        clock = Clock()
        turns = turns_of(2, 10, clock)
        await turns.take("a")
        turns.give_back("a", 6.5)  # a tenth of the budget is 6
        await turns.take("b")
        heavy = await waiting(turns, "a")
        await turns.take("c")
        clock.now = 9
        turns.give_back("c", 0)
        await heavy

    asyncio.run(main())


def test_a_single_place_goes_to_anyone():
    async def main():
        turns = turns_of(1, 10)
        await turns.take("a")
        turns.give_back("a", 30)
        await turns.take("a")
        assert turns.running == 1

    asyncio.run(main())


def test_among_those_who_wait_the_one_who_has_had_least_is_next():
    async def main():
        turns = turns_of(2, 10)
        for name, seconds in (("much", 5), ("little", 1)):
            await turns.take(name)
            turns.give_back(name, seconds)
        await turns.take("x")
        await turns.take("y")
        much, little = await waiting(turns, "much"), await waiting(turns, "little")
        first_of_none, second_of_none = await waiting(turns, "none"), await waiting(turns, "none")
        turns.give_back("x", 0)
        turns.give_back("y", 0)
        await first_of_none
        assert not second_of_none.done()
        await little
        assert not much.done()

    asyncio.run(main())


def test_a_full_queue_refuses_but_a_client_makes_way_for_one_with_fewer():
    async def main():
        turns = turns_of(2, 4)
        await turns.take("a")
        await turns.take("b")
        tasks = [await waiting(turns, "a"), await waiting(turns, "a")]
        with pytest.raises(BudgetSpent, match="2 of your queries wait already") as spent:
            await turns.take("a")
        assert spent.value.retry_after >= 1
        tasks += [await waiting(turns, "c"), await waiting(turns, "d")]
        tasks += [await waiting(turns, "e")]
        with pytest.raises(Busy, match="another client came"):
            await tasks[1]
        assert (turns.running, turns.waiting) == (2, 4)
        for name in ("a", "c", "f"):
            with pytest.raises(Busy, match="4 queries wait already"):
                await turns.take(name)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert turns.waiting == 0
        turns.give_back("a", 0)
        await turns.take("e")

    asyncio.run(main())


def test_who_has_had_much_makes_way_for_minutes():
    async def main():
        clock = Clock()
        turns = turns_of(2, 8, clock)
        for name in ("much", "little"):
            await turns.take(name)
            turns.give_back(name, 10 if name == "much" else 0.1)
        clock.now += 120
        await turns.take("x")
        await turns.take("y")
        much, little = await waiting(turns, "much"), await waiting(turns, "little")
        turns.give_back("x", 0)
        await little
        assert not much.done()
        turns.give_back("y", 0)
        turns.give_back("little", 0)
        await much

    asyncio.run(main())


def test_who_is_turned_away_in_the_moment_of_leaving_gives_no_place_back():
    async def main():
        turns = turns_of(1, 4)
        await turns.take("a")
        tasks = [await waiting(turns, name) for name in "bbcd"]
        newcomer = await waiting(turns, "e")
        tasks[1].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[1]
        assert (turns.running, turns.waiting) == (1, 4)
        for task in (*tasks, newcomer):
            task.cancel()
        await asyncio.gather(*tasks, newcomer, return_exceptions=True)
        assert (turns.running, turns.waiting) == (1, 0)

    asyncio.run(main())


def test_who_waits_too_long_is_told_to_come_back():
    async def main():
        turns = turns_of(1, 4)
        await turns.take("a")
        with pytest.raises(Busy, match="no place became free in time"):
            await turns.take("b")
        assert turns.waiting == 0

    asyncio.run(main())


def test_a_spent_budget_comes_back_with_time():
    async def main():
        clock = Clock()
        turns = turns_of(2, 4, clock)
        await turns.take("a")
        turns.give_back("a", 70)
        with pytest.raises(BudgetSpent, match="60 seconds within a minute") as spent:
            await turns.take("a")
        assert spent.value.retry_after == 10
        await turns.take("b")
        clock.now += spent.value.retry_after
        turns.give_back("b", 0)
        await turns.take("a")

    asyncio.run(main())


def test_who_leaves_the_queue_in_the_moment_of_being_let_in_loses_no_place():
    async def main():
        turns = turns_of(1, 4)
        await turns.take("a")
        leaving = await waiting(turns, "b")
        turns.give_back("a", 0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert (turns.running, turns.waiting) == (0, 0)

    asyncio.run(main())


def test_who_leaves_just_before_a_place_is_free_does_not_take_it_along():
    async def main():
        turns = turns_of(1, 4)
        await turns.take("a")
        leaving, staying = await waiting(turns, "b"), await waiting(turns, "b")
        leaving.cancel()
        turns.give_back("a", 0)
        await staying
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert (turns.running, turns.waiting) == (1, 0)

    asyncio.run(main())


def test_clients_who_are_owed_nothing_are_forgotten():
    async def main():
        clock = Clock()
        turns = turns_of(1, 4, clock)
        for number in range(10_002):
            await turns.take(str(number))
            turns.give_back(str(number), 0.5)
            clock.now += 1
        assert len(turns._clients) < 300

    asyncio.run(main())
