"""The servers that dispatchers lean on, PostgreSQL and Prefect's: a storm stops them, the calm has them back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from tests.flows.prefect_server import PrefectServer
from tests.postgres import STANDING, PostgresServer
from tests.silent_proxy import SilentProxy, silent_proxy

Event = tuple[float, Callable[[], object]]  # when (seconds from the start), what
SILENCES = 2


@dataclass
class Servers:
    """What one storm may do to them."""

    database_url: str  # as dispatchers are told
    prefect: PrefectServer
    postgres: PostgresServer | None
    proxy: SilentProxy | None
    fail: bool
    failures: int = 0

    def events(self, dice: Random, seconds: float) -> list[Event]:
        """What happens to them."""
        planned: list[Event] = []
        if self.postgres is not None:
            planned += [(dice.uniform(0.1, 0.9) * seconds, self.postgres.cut_connections) for _ in range(3)]
        if not self.fail:
            return planned
        gone, away = dice.uniform(0.2, 0.6) * seconds, dice.uniform(0.5, 5)
        planned += [(gone, self._kill_prefect), (gone + away, self.prefect.start)]
        if self.postgres is not None:
            away = dice.uniform(0, 3)
            planned.append((dice.uniform(0.2, 0.8) * seconds, lambda: self._restart_postgres(away)))
        return planned + self._silences(dice, seconds)

    def mend(self) -> None:
        """Return when all of them serve again."""
        if self.proxy is not None:
            self.proxy.speak()
        self.prefect.start()
        self.prefect.await_answer()

    def _silences(self, dice: Random, seconds: float) -> list[Event]:
        if self.proxy is None:
            return []
        begins = [dice.uniform(0.2, 0.8) * seconds for _ in range(SILENCES)]
        ends = [begin + dice.uniform(1, 5) for begin in begins]
        return [*((at, self._swallow) for at in begins), *((at, self.proxy.speak) for at in ends)]

    def _swallow(self) -> None:
        assert self.proxy is not None
        self.failures += 1
        self.proxy.swallow()

    def _kill_prefect(self) -> None:
        self.failures += 1
        self.prefect.kill()

    def _restart_postgres(self, away: float) -> None:
        assert self.postgres is not None
        self.failures += 1
        self.postgres.restart(away)


@contextmanager
def serving(
    database_url: str, prefect: PrefectServer, postgres: PostgresServer | None, *, fail: bool
) -> Iterator[Servers]:
    """The servers of a storm; `fail`: they fail as wholes too, and lines to PostgreSQL fall silent."""
    if postgres is None or not fail:
        yield Servers(database_url, prefect, postgres, None, fail)
        return
    with silent_proxy(postgres.socket) as proxy:
        yield Servers(proxy.url(STANDING), prefect, postgres, proxy, fail)
