"""Query processes: they answer as the store does, and whatever a query does to one of them, the others answer on."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aseancan_kg import syntax
from aseancan_kg.errors import (
    Busy,
    Error,
    InputError,
    QueryCrash,
    QueryMemory,
    QueryTimeout,
    StoreUnavailable,
    SyntaxProblem,
)
from aseancan_kg.mediatypes import CSV, GRAPH_FORMATS, JSON, RESULT_FORMATS
from aseancan_kg.settings import Settings
from aseancan_kg.store import Question
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.store.workers import Workers

TINY = Path(__file__).parents[1] / "web" / "tiny.trig"
EVERYTHING = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
GRAPH = "CONSTRUCT WHERE { ?s ?p ?o }"
PAIRS = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
MANY = "CONSTRUCT { ?a ?b ?f } WHERE { ?a ?b ?c . ?d ?e ?f }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"
DOUBLING = (
    "SELECT * { BIND('0123456789' AS ?x0) "
    + "".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1}) " for n in range(30))
    + "}"
)
PARENTHESES = f"SELECT * {{ FILTER({'(' * 20000}1{')' * 20000}) }}"


@contextlib.asynccontextmanager
async def pool(file=TINY, **limits):
    workers = Workers([file], union_default_graph=True, limits=Settings(**{"workers": 2, **limits}))
    await workers.start()
    try:
        yield workers
    finally:
        await workers.close()


async def ask(workers, text, answer_format=JSON, client="a"):
    """Ask without the checks that the service makes first, and return the whole answer."""
    answer = await workers.answer(Question(text, syntax.form(text)), answer_format, client)
    pieces = [piece async for piece in answer.rest] if answer.rest else []
    return b"".join([answer.first, *pieces])


def is_there(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


async def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


def test_the_answers_are_those_of_the_store():
    store = EmbeddedStore.from_files([TINY], union_default_graph=True)
    graphs = "https://w3id.org/aseancan/graph/bodies", "https://w3id.org/aseancan/graph/meetings"

    async def main():
        async with pool() as workers, pool(buffer_kb=1) as streaming:
            for text, formats in ((EVERYTHING, RESULT_FORMATS), ("ASK {}", RESULT_FORMATS), (GRAPH, GRAPH_FORMATS)):
                for one in formats:
                    assert await ask(workers, text, one) == store.query(text, one)
                    assert await ask(streaming, text, one) == store.query(text, one)
            for default, named in ((graphs, ()), ((), graphs), (graphs[:1], graphs[1:])):
                answer = await workers.answer(Question(EVERYTHING, "select", default, named), CSV, "a")
                assert answer.first == store.query(EVERYTHING, CSV, default, named)
                assert answer.rows == answer.first.count(b"\r\n") - 1

    asyncio.run(main())


def test_a_long_answer_comes_in_pieces_and_is_not_counted():
    async def main():
        async with pool(buffer_kb=1) as workers:
            answer = await workers.answer(Question(PAIRS, "select"), CSV, "a")
            assert answer.rest is not None
            assert answer.rows is None
            assert workers.turns.running == 1
            pieces = [piece async for piece in answer.rest]
            assert len(pieces) > 2
            assert workers.turns.running == 0

    asyncio.run(main())


def test_a_diagnosis_is_whole_however_little_is_held():
    text = "SELECT * { " + " ".join(f"?s <urn:p{number}> ?o{number} ." for number in range(20)) + " }"

    async def main():
        async with pool(buffer_kb=1) as workers:
            told = await workers.examine(Question(text, "select"), "a")
            assert len(told) > 1024
            assert json.loads(told)["outcome"] == "explained"
            assert workers.turns.running == 0

    asyncio.run(main())


@pytest.mark.parametrize(
    ("text", "kind", "limits"),
    [
        (ENDLESS, QueryTimeout, {"query_seconds": 0.5}),
        (f"{PAIRS} ORDER BY ?a", QueryTimeout, {"query_seconds": 0.1}),
        (DOUBLING, QueryMemory, {"query_memory_mb": 64}),
        (PARENTHESES, QueryCrash, {}),
    ],
    ids=["endless", "sorting", "doubling", "parentheses"],
)
def test_a_query_that_passes_a_limit_ends_alone(text, kind, limits):
    async def main():
        async with pool(**limits) as workers:
            before = set(workers.processes)
            since = time.monotonic()
            mean, other = await asyncio.gather(
                ask(workers, text), ask(workers, EVERYTHING, client="b"), return_exceptions=True
            )
            assert type(mean) is kind, mean
            assert time.monotonic() - since < workers._limits.query_seconds + 5
            assert b"bindings" in other
            await until(lambda: len(workers.processes) == len(before) and set(workers.processes) != before)
            assert workers.processes[0] in before  # the keeper
            assert workers.killed == 1
            for _ in range(4):
                assert await ask(workers, "ASK {}")

    asyncio.run(main())


LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(CONCAT(STR(?c), STR(?f))) > 0) }"


def stepped_back(workers):
    return {one for one in workers.processes if os.getpriority(os.PRIO_PROCESS, one) >= 10}


def test_a_long_query_that_is_alone_keeps_its_priority_and_its_worker():
    async def main():
        async with pool(query_seconds=30.0) as workers:
            before = workers.processes
            answer = await workers.answer(Question(LONG, "select"), CSV, "a")
            assert answer.evaluated > 0.25
            assert set(workers.processes) == set(before)
            assert not stepped_back(workers)

    asyncio.run(main())


def test_long_queries_step_back_for_others_and_their_workers_are_not_used_again():
    async def main():
        async with pool(query_seconds=3) as workers:
            before = set(workers.processes)
            endless = [asyncio.create_task(ask(workers, ENDLESS, client=one)) for one in "ab"]
            await until(lambda: len(stepped_back(workers)) == 2)
            stopped = await asyncio.gather(*endless, return_exceptions=True)
            assert [type(one) for one in stopped] == [QueryTimeout, QueryTimeout]
            await until(lambda: len(before & set(workers.processes)) == len(before) - 2)
            await until(lambda: len(workers.processes) == len(before))
            assert not stepped_back(workers)

    asyncio.run(main())


def test_a_long_answer_that_stepped_back_is_given_and_its_worker_replaced():
    async def main():
        async with pool(query_seconds=30) as workers:
            before = set(workers.processes)
            other = asyncio.create_task(ask(workers, ENDLESS, client="b"))
            assert (await ask(workers, LONG, CSV)).startswith(b"n\r\n")
            await until(lambda: len(workers.processes) == len(before) and set(workers.processes) != before)
            assert workers.killed == 0
            other.cancel()

    asyncio.run(main())


def test_a_query_that_waited_long_is_told_to_come_back():
    async def main():
        async with pool(query_seconds=1.0) as workers:
            first, second = await asyncio.gather(
                ask(workers, ENDLESS, client="a"), ask(workers, ENDLESS, client="a"), return_exceptions=True
            )
            assert type(first) is QueryTimeout
            assert type(second) is Busy
            assert second.retry_after

    asyncio.run(main())


def test_the_time_limit_and_the_time_taken_are_told():
    async def main():
        async with pool(query_seconds=0.3) as workers:
            with pytest.raises(QueryTimeout, match="stopped after 0") as caught:
                await ask(workers, ENDLESS)
            assert caught.value.limit == 0.3
            assert 0.3 <= caught.value.elapsed < 5

    asyncio.run(main())


def test_errors_of_the_query_come_with_their_place_and_cost_no_process():
    async def main():
        async with pool() as workers:
            with pytest.raises(SyntaxProblem, match="the prefix x: is not declared") as caught:
                await ask(workers, "SELECT *\n{ ?s x:y ?o }")
            assert (caught.value.place.line, caught.value.place.column) == (2, 6)
            with pytest.raises(InputError, match="must be an IRI"):
                await workers.answer(Question("ASK {}", "ask", ("no iri",)), JSON, "a")
            assert workers.killed == 0

    asyncio.run(main())


def test_many_deaths_at_once_do_not_harm_the_keeper():
    async def main():
        async with pool(workers=8, query_seconds=0.2, queue=100, client_seconds=1000) as workers:
            keeper = workers.processes[0]
            for _ in range(4):
                dying = [ask(workers, DOUBLING if n % 3 else ENDLESS, client=str(n)) for n in range(16)]
                await asyncio.gather(*dying, return_exceptions=True)
            await until(lambda: len(workers.processes) == 17)
            assert workers.processes[0] == keeper
            assert workers.killed >= 32
            await ask(workers, "ASK {}")

    asyncio.run(main())


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize(
    "real", [pytest.param(False, id="small"), pytest.param(True, id="large", marks=pytest.mark.proof)]
)
def test_a_worker_cannot_reach_the_network_or_a_file(published, tmp_path, real, warm):
    secret = tmp_path / "secret.ttl"
    secret.write_text("<urn:a> <urn:b> 'secret' .")

    async def main():
        async with pool(published if real else TINY, query_seconds=60) as workers:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                listener.settimeout(0.2)
                url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
                if warm:
                    await asyncio.gather(*(ask(workers, EVERYTHING, client=str(n)) for n in range(4)))
                for text in (
                    f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
                    f"SELECT * {{ ?s a ?c . SERVICE <{url}> {{ ?s ?p ?o }} }}",
                    f"LOAD <{url}>",
                    f"SELECT * FROM <{url}> {{ ?s ?p ?o }}",
                    f"SELECT * FROM <{secret.as_uri()}> {{ ?s ?p ?o }}",
                ):
                    with contextlib.suppress(Error):
                        assert b"secret" not in await workers_answer(workers, text)
                with pytest.raises(TimeoutError):
                    listener.accept()
            assert await ask(workers, "ASK {}")

    async def workers_answer(workers, text):
        return (await workers.answer(Question(text, "select"), JSON, "a")).first

    asyncio.run(main())


def test_a_caller_who_leaves_takes_the_query_along():
    async def main():
        async with pool() as workers:
            asking = asyncio.create_task(ask(workers, ENDLESS))
            await until(lambda: workers.turns.running == 1)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert workers.turns.running == 0
            await until(lambda: workers.killed == 1 and len(workers.processes) == 5)

    asyncio.run(main())


def test_a_reader_who_leaves_a_long_answer_frees_its_place():
    async def main():
        async with pool(buffer_kb=1) as workers:
            answer = await workers.answer(Question(PAIRS, "select"), CSV, "a")
            await answer.rest.aclose()
            await answer.rest.aclose()
            assert workers.turns.running == 0
            assert await ask(workers, "ASK {}")

    asyncio.run(main())


@pytest.mark.parametrize("one", [*RESULT_FORMATS, *GRAPH_FORMATS], ids=lambda one: one.name)
def test_a_worker_that_dies_in_mid_answer_is_noticed(one):
    text = PAIRS if one in RESULT_FORMATS else MANY

    async def main():
        async with pool(buffer_kb=1) as workers:
            answer = await workers.answer(Question(text, syntax.form(text)), one, "a")
            (busy,) = {worker.process for worker in workers._workers} - {
                worker.process for worker in workers._idle._queue
            }
            os.kill(busy, signal.SIGKILL)
            with pytest.raises(QueryMemory):
                async for _ in answer.rest:
                    pass
            assert await ask(workers, "ASK {}")

    asyncio.run(main())


def test_an_idle_worker_that_died_is_replaced_before_it_is_asked():
    async def main():
        async with pool() as workers:
            for process in workers.processes[1:]:
                os.kill(process, signal.SIGKILL)
            await until(lambda: all(worker.reader.at_eof() for worker in workers._workers))
            assert await asyncio.gather(*(ask(workers, "ASK {}", client=str(n)) for n in range(6)))

    asyncio.run(main())


def test_a_keeper_that_dies_is_started_anew():
    async def main():
        async with pool() as workers:
            first = workers.processes
            os.kill(first[0], signal.SIGKILL)
            await until(lambda: workers.ready and workers.processes[0] != first[0] and len(workers.processes) == 5)
            assert await ask(workers, "ASK {}")
            await until(lambda: not any(is_there(process) for process in first))

    asyncio.run(main())


def test_no_process_outlives_the_server():
    program = f"""
import asyncio, os
from pathlib import Path
from aseancan_kg.settings import Settings
from aseancan_kg.store import Question
from aseancan_kg.store.workers import Workers
from aseancan_kg.mediatypes import JSON
async def main():
    workers = Workers([Path({str(TINY)!r})], union_default_graph=True, limits=Settings(workers=2))
    await workers.start()
    asyncio.create_task(workers.answer(Question({ENDLESS!r}, "select"), JSON, "a"))
    await asyncio.sleep(0.2)
    print(*workers.processes, flush=True)
    os._exit(0)
asyncio.run(main())
"""
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=60).stdout
    processes = list(map(int, printed.split()))
    assert len(processes) == 5
    asyncio.run(until(lambda: not any(map(is_there, processes))))


def test_closing_waits_for_what_runs():
    async def main():
        workers = Workers([TINY], union_default_graph=True, limits=Settings(workers=2, query_seconds=0.5))
        await workers.start()
        asking = asyncio.create_task(ask(workers, ENDLESS))
        await until(lambda: workers.turns.running == 1)
        await workers.close()
        with pytest.raises(QueryTimeout):
            await asking

    asyncio.run(main())


def test_a_keeper_that_cannot_load_is_told(tmp_path):
    async def main():
        workers = Workers([tmp_path / "none.nq"], union_default_graph=True, limits=Settings())
        with pytest.raises(StoreUnavailable):
            await workers.start()

    asyncio.run(main())
