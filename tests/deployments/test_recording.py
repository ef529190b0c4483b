"""A process ends only when Prefect's server knows how its task runs ended, or stopped getting on."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID, uuid4

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from tasks.prefect_server.recording import runs_behind, wait_until_recorded

Count = Callable[[UUID, list[str]], int]
ENDS = ["CANCELLED", "COMPLETED", "CRASHED", "FAILED"]


@contextmanager
def prefect_server(count: Count) -> Iterator[None]:
    """Answers `/task_runs/count` as Prefect's server does; `count` gets the flow run and the state types."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["task_runs"]
            [flow_run] = asked["flow_run_id"]["any_"]
            self._say(200, json.dumps(count(UUID(flow_run), asked["state"]["type"]["any_"])))

        def do_GET(self) -> None:  # what the client asks when it starts
            self._say(404, "{}")

        def _say(self, code: int, text: str) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{server.server_port}/api"}):
            yield
        server.shutdown()


@pytest.mark.parametrize(("finished", "recorded", "behind"), [(5, 2, 3), (5, 5, 0), (5, 6, 0), (0, 0, 0)])
def test_only_ended_runs_count_as_recorded(finished: int, recorded: int, behind: int) -> None:
    with prefect_server(lambda _run, states: recorded if states == ENDS else 99):
        assert runs_behind(uuid4(), finished) == behind


def test_waiting_ends_when_all_flow_runs_are_recorded() -> None:
    asked: dict[UUID, int] = {}

    def one_more_each_time(run: UUID, _states: list[str]) -> int:
        asked[run] = asked.get(run, 0) + 1
        return asked[run]

    runs = {uuid4(): 3, uuid4(): 5}
    with prefect_server(one_more_each_time):
        assert wait_until_recorded(runs, timeout=30, poll=0.01) == 0
    assert max(asked.values()) == 5


def test_waiting_gives_up_when_the_server_gets_no_further() -> None:
    with prefect_server(lambda _run, _states: 2):
        assert wait_until_recorded({uuid4(): 5}, timeout=0.2, poll=0.01) == 3


def test_waiting_goes_on_while_the_server_gets_on() -> None:
    started = time.monotonic()
    # A tenth of a second for each: far longer in all than the patience without progress.
    with prefect_server(lambda _run, _states: int((time.monotonic() - started) / 0.1)):
        assert wait_until_recorded({uuid4(): 12}, timeout=0.5, poll=0.01) == 0


def test_nothing_to_wait_for_is_done_at_once() -> None:
    with prefect_server(lambda _run, _states: 0):
        assert wait_until_recorded({}, timeout=30, poll=30) == 0
