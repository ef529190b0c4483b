"""`make cluster`: a load through two Prefect servers while each part of the cluster is killed; exit code 1 for a loss."""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.cluster.found import missing
from tests.cluster.load import KILLS
from tests.cluster.rush import Figures, rush

_SECONDS = 1_800.0
# A dispatcher that died is missed after two minutes of silence; then its task runs are ended.
_PATIENCE = 300.0
IMPOSSIBLE = 2


def main() -> int:
    """Run it, print its figures; the exit code."""
    asked = _asked()
    screen = Console()
    if why := missing():
        screen.print(f"make cluster: {why}")
        return IMPOSSIBLE
    kills = [kill for kill in KILLS if asked.kill in {"all", kill.word}]
    with tempfile.TemporaryDirectory(prefix="bpjs-cluster-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user
        after = rush(
            folder,
            patients=asked.jobs // 4,
            clinics=asked.clinics,
            kills=kills,
            seconds=_SECONDS,
            patience=_PATIENCE,
            also_hanging=True,
            tell=screen.print,
        )
    _print(screen, after)
    return 0 if after.holds and not after.recorded.hanging else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make cluster")
    parser.add_argument("--jobs", type=int, default=4_000)
    parser.add_argument("--clinics", type=int, default=40)
    words = [kill.word for kill in KILLS]
    parser.add_argument("--kill", choices=["all", "nothing", *words], default="all")
    return parser.parse_args()


def _print(screen: Console, after: Figures) -> None:
    table = Table(title="Two Prefect servers", show_header=False)
    known = after.recorded
    rows = {
        "started in": f"{after.start_seconds:.0f} s",
        "jobs": f"{after.jobs} in {after.deliver_seconds:.0f} s, {after.jobs / after.deliver_seconds:.0f} a second",
        **{f"killed: {what}": f"{at:.0f} s after the beginning" for what, at in after.killed.items()},
        "lost": str(len(after.broken)),
        "doubled at BPJS": str(after.doubled),
        "task runs recorded": f"{known.ours - known.missing} of {known.ours}, all {after.record_seconds:.0f} s later",
        "of these lost by Prefect, and told by us": str(after.told),
        "task runs that hang": str(known.hanging),
    }
    for what, figure in rows.items():
        table.add_row(what, figure)
    screen.print(table)
    for problem in after.broken:
        screen.print(f"  {problem}", style="red")


if __name__ == "__main__":
    sys.exit(main())
