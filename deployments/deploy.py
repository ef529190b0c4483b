"""`make deploy` provides the work pool, every deployment of prefect.yaml, and the pages that staff use."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from pydantic import ValidationError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from database import DatabaseError
from database.settings import PROJECT
from database.storage.private_files import keep_private
from deployments import commands
from tasks.alerts.settings import AlertSettings
from tasks.prefect_server.environment import API_URL, configure, has_api_url
from tasks.wrong_settings import sentence

SUCCESS, USER_ERROR = 0, 2
UI_URL = "PREFECT_UI_URL"


class NotDeployed(Exception):
    """Nothing was deployed; the text says why in one sentence."""


class NotYet(NotDeployed):
    """Nothing was deployed yet, for a server that was only just started is not ready."""


def main(arguments: Sequence[str]) -> int:
    """Deploy to the server that PREFECT_API_URL names, and say what is there now; the exit code.

    `--wait SECONDS`: how long a server that was only just started may take until it answers.
    """
    keep_private()
    configure(os.environ)
    asked = ArgumentParser()
    asked.add_argument("--wait", type=int, default=0)
    seconds: int = asked.parse_args(arguments).wait
    try:
        AlertSettings()  # a wrong setting is refused before anything is deployed
        said = {"Deployment": _deployments(seconds), **_furnished()}
    except (NotDeployed, DatabaseError) as refused:
        return _refuse(str(refused))
    except ValidationError as wrong:
        return _refuse(sentence(wrong))
    sys.stdout.writelines(f"{name}: {what}\n" for name, what in said.items())
    return SUCCESS


def _deployments(seconds: int) -> str:
    if not has_api_url(os.environ):
        raise NotDeployed(f"{API_URL} belum diisi: ke server Prefect mana?")
    patiently = Retrying(
        retry=retry_if_exception_type(NotYet),
        stop=stop_after_delay(seconds),
        wait=wait_fixed(1),
        reraise=True,
    )
    patiently(_pool)
    deployed = _deployed()
    done = deployed.stdout.count("successfully created")
    if not done:  # Prefect skips a file that it cannot read, and calls that a success
        raise NotDeployed(f"prefect.yaml tidak menghasilkan deployment.\n{deployed.stdout}{deployed.stderr}")
    return f"{done} dari prefect.yaml"


def _deployed() -> "subprocess.CompletedProcess[str]":
    """Deploy prefect.yaml; what is paused stays so."""
    from deployments.paused import (  # noqa: PLC0415 - Prefect reads its settings at import
        paused_deployments,
        prefect_file,
    )
    from tasks.prefect_server.recording import PREFECT_UNAVAILABLE  # noqa: PLC0415

    try:
        paused = paused_deployments()
    except PREFECT_UNAVAILABLE as error:
        raise _why(error) from None
    with prefect_file(paused) as file:
        return _run(commands.deploy(file))


def _pool() -> None:
    from deployments.work_pool import provide_pool  # noqa: PLC0415 - Prefect reads its settings at import
    from tasks.prefect_server.recording import PREFECT_UNAVAILABLE  # noqa: PLC0415

    try:
        provide_pool()
    except PREFECT_UNAVAILABLE as error:
        raise _why(error) from None


def _why(error: Exception) -> NotDeployed:
    from tasks.prefect_server.trouble import answered  # noqa: PLC0415 - as above

    trouble = answered(error)
    if trouble and trouble.lasting:
        return NotDeployed(str(trouble))
    return NotYet(str(trouble or "Server Prefect tidak dapat dihubungi; periksa PREFECT_API_URL."))


def _furnished() -> dict[str, str]:
    from deployments.furnishing import furnish  # noqa: PLC0415 - Prefect reads its settings at import
    from tasks.alerts.automations import NoSuchBlock  # noqa: PLC0415
    from tasks.prefect_server.recording import PREFECT_UNAVAILABLE  # noqa: PLC0415

    try:
        made = furnish()
    except NoSuchBlock as missing:
        raise NotDeployed(f"BPJS_ALERT_BLOCK: tidak ada blok {missing} di Prefect.") from None
    except PREFECT_UNAVAILABLE as error:
        raise _why(error) from None
    nobody = "tidak ada yang diberi tahu: isi BPJS_ALERT_BLOCK atau BPJS_ALERT_URL"
    return {
        "Filter": f"{made.searches} tersimpan di UI",
        "Peringatan": f"{made.alerts} automation" if made.alerts else nobody,
        "Beranda": f"{_ui()}/artifacts/artifact/{made.landing}",
    }


def _ui() -> str:
    """The address at which browsers find Prefect's UI; behind a proxy it is not that of the API."""
    return (os.environ.get(UI_URL) or os.environ.get(API_URL, "").removesuffix("/api")).rstrip("/")


def _run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603 - our own


def _refuse(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return USER_ERROR


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
