"""Names the runs of flows: what a run does and for whom, where Prefect would invent two words.

The patient's norm and name stand in it as in the names of task runs, unless BPJS_RUN_NAMES=id. A run is named
before its flow's first line, so nothing here may fail.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from prefect.runtime import flow_run

from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis
from database.typed import is_number
from database.views.job_names import named_job
from flows.forms.typed import text
from tasks.composition import composition
from tasks.jobs import run_name

logger = logging.getLogger(__name__)

_LONGEST = 200  # characters
Typed = Mapping[str, Any]


def timed(what: str, about: Callable[[Typed], str] = lambda _typed: "") -> Callable[[], str]:
    """`kirim 23-11 08:15:02`, in clinic time; `about` adds what of the arguments tells one from another."""
    return _named(what, lambda typed: f"{about(typed)} {_now()}")


def of_job(what: str) -> Callable[[], str]:
    """`kirim-ulang tambah-antrean RM-1 Budi`: by the job whose number was typed."""
    return _named(what, lambda typed: named_by_id(typed.get("pekerjaan_id")) or _now())


def of_form(jenis: Jenis) -> Callable[[], str]:
    """`tambah-antrean RM-1 Budi`, by what was typed or by the job whose number was."""

    def name(typed: Typed) -> str:
        return named_by_id(typed.get("pekerjaan_id")) or _typed(jenis, typed)

    return lambda: _safely(jenis.value, name)


def named_by_id(typed: object) -> str:
    """The name of a job's runs by its number; empty when there is no such job. Raises DatabaseUnavailable."""
    job = named_job(composition().database, int(text(typed))) if is_number(typed) else None
    return run_name(job) if job is not None else ""


def _named(what: str, rest: Callable[[Typed], str]) -> Callable[[], str]:
    return lambda: _safely(what, lambda typed: f"{what} {rest(typed)}")


def _safely(what: str, name: Callable[[Typed], str]) -> str:
    try:
        return " ".join(name(flow_run.parameters).split())[:_LONGEST]
    except Exception as error:  # noqa: BLE001 - a run without a good name is better than none
        logger.warning("run of %s not named (%s)", what, type(error).__name__)
        return what


def _typed(jenis: Jenis, typed: Typed) -> str:
    """Nobody has checked it yet: a card's number may be in the wrong field."""
    norm, name = (without_identifiers(text(typed.get(field))) for field in ("norm", "nama_pasien"))
    if composition().settings.run_names == "id" or not norm:
        return f"{jenis} {_now()}"
    return f"{jenis} {norm} {name}"


def _now() -> str:
    here = composition().database
    return f"{here.clock().astimezone(here.timezone):%d-%m %H:%M:%S}"
