"""Two runs never share one folder."""

from pathlib import Path

import pytest

from deployments.children.lock import AlreadyRunning, only_run_in
from deployments.children.processes import Children
from deployments.children.signals import Stop
from tests.modes import opened


def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with only_run_in(tmp_path), pytest.raises(AlreadyRunning, match="Sudah ada"), only_run_in(tmp_path):
        pass


def test_the_folder_is_free_again_after_a_run(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with only_run_in(folder):
        pass
    with only_run_in(folder):
        assert folder.stat().st_mode & 0o077 == 0


def test_a_lock_and_a_log_of_before_are_closed(tmp_path: Path) -> None:
    for name in ("run.lock", "langkah.log"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    with only_run_in(tmp_path):
        Children(tmp_path, tmp_path, Stop()).run("Langkah", ["true"], {"PATH": "/bin:/usr/bin"})
    assert opened(tmp_path) == {}
