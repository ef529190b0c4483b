"""`bpjs tutup` and `bpjs resume`: what a person decides by hand."""

import pytest

from bpjs_client.jenis import Service
from database import Database
from database.services.pauses import pause
from database.services.stopped_services import stopped_services
from tests.cli.conftest import Line
from tests.cli.terminal import Terminal

WHO = ("--reason", "dicek di P-Care", "--by", "Sari")


@pytest.mark.parametrize("how", ["--sudah-ada", "--tidak-perlu"])
def test_a_failed_job_is_closed_and_its_history_says_by_whom(
    terminal: Terminal, line: Line, how: str
) -> None:
    terminal("enqueue", "-", stdin=line(body={"kodedokter": "dua"}).encode())
    ran = terminal("tutup", "1", how, *WHO)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"Pekerjaan 1 ditutup ({how.removeprefix('--')}).\n"
    seen = terminal("show", "1", "--json").json
    assert seen["status"] == "ditutup"
    assert (seen["history"][-1]["requested_by"], seen["history"][-1]["reason"]) == ("Sari", "dicek di P-Care")


CARD = "0001234567890"
NUMBERED = ("--reason", f"kartu {CARD} salah", "--by", f"Sari {CARD}")


def test_a_number_typed_as_who_or_why_is_shown_to_nobody(terminal: Terminal, line: Line) -> None:
    terminal("enqueue", "-", stdin="\n".join([line(), line(kunci="lain")]).encode())
    for command in (("tutup", "1", "--tidak-perlu"), ("jeda", "antrean"), ("jeda", "--pekerjaan", "2")):
        assert terminal(*command, *NUMBERED).code == 0
    terminal("show", "1", "--buka", "--oleh", f"Sari {CARD}")
    for screen in ("show 1", "show 2", "monitor", "report", "doctor"):
        for form in ([], ["--json"]):
            assert CARD not in terminal(*screen.split(), *form).out
    assert terminal("show", "1", "--json").json["message"] == "tidak-perlu: kartu ••• salah (Sari •••)"
    assert "dijeda oleh Sari •••" in terminal("monitor").out


def test_what_is_closed_is_not_closed_again(terminal: Terminal, line: Line) -> None:
    terminal("enqueue", "-", stdin=line().encode())
    assert terminal("tutup", "1", "--tidak-perlu", *WHO).code == 0
    assert "ditutup" in terminal("tutup", "1", "--tidak-perlu", *WHO).complaint


# Argument -> the services that are still paused afterwards.
LIFTED = {(): set(), ("pcare",): {"antrean"}, ("antrean",): {"pcare"}}


@pytest.mark.parametrize("argument", LIFTED)
def test_a_pause_is_lifted_for_the_service_named_or_for_both(
    terminal: Terminal, kept: Database, argument: tuple[str, ...]
) -> None:
    for service in Service:
        pause(kept, "utama", service, "Kata sandi ditolak.", mark="tanda")
    ran = terminal("resume", *argument)
    assert ran.code == 0
    assert ran.out.count("dilanjutkan") == 2 - len(LIFTED[argument])
    assert {stopped.service for stopped in stopped_services(kept)} == LIFTED[argument]


def test_lifting_what_is_not_paused_says_so(terminal: Terminal) -> None:
    assert terminal("resume", "pcare").out == "pcare: tidak sedang dijeda\n"
