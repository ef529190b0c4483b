"""`bpjs migrate-database`: from SQLite to PostgreSQL, from the terminal."""

import pytest

from tests.cli.conftest import Line
from tests.cli.terminal import Terminal
from tests.postgres import PostgresServer


@pytest.mark.long
def test_a_clinic_is_moved_and_shows_the_same_there(
    terminal: Terminal, line: Line, postgres: PostgresServer
) -> None:
    url = postgres.emptied()
    terminal("enqueue", "-", stdin=f"{line()}\n{line(norm='RM-2')}".encode())
    before = terminal("monitor", "--json").json

    ran = terminal("migrate-database", "--json", BPJS_NEW_DATABASE_URL=url)
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["tables"]["jobs"] == 2
    assert terminal("monitor", "--json", BPJS_DATABASE_URL=url).json == before
    again = terminal("enqueue", "-", stdin=line().encode(), BPJS_DATABASE_URL=url)
    assert (again.answers[0]["id"], again.answers[0]["new"]) == (1, False)

    assert terminal("migrate-database", "--to", url).complaint == "Basis data baru tidak kosong (tabel jobs)."


@pytest.mark.long
def test_a_person_is_told_what_to_do_next(terminal: Terminal, postgres: PostgresServer) -> None:
    out = terminal("migrate-database", BPJS_NEW_DATABASE_URL=postgres.emptied()).out
    assert "jobs: 0 baris" in out
    assert "isi BPJS_DATABASE_URL dengan alamat yang baru" in " ".join(out.split())


WRONG = [
    ({}, "Sebutkan basis data yang baru"),
    ({"BPJS_NEW_DATABASE_URL": "sqlite:///lain.db"}, "harus postgresql://"),
    ({"BPJS_NEW_DATABASE_URL": "omong-kosong-rahasia"}, "bukan alamat basis data yang sah"),
    ({"BPJS_NEW_DATABASE_URL": "postgresql://u:rahasia@127.0.0.1:9/d"}, "tidak dapat dihubungi"),
    (
        {"BPJS_DATABASE_URL": "postgresql://u:rahasia@127.0.0.1:9/d", "BPJS_NEW_DATABASE_URL": "x"},
        "tidak dapat dihubungi",
    ),
]


def test_an_address_on_standard_input_shows_its_password_nowhere(terminal: Terminal) -> None:
    complaint = terminal("migrate-database", "--to", "-", stdin=b"sqlite:///rahasia.db\n").complaint
    assert complaint == "Alamat pada BPJS_NEW_DATABASE_URL harus postgresql://…."


@pytest.mark.parametrize(("environ", "said"), WRONG)
def test_what_cannot_be_is_one_sentence(terminal: Terminal, environ: dict[str, str], said: str) -> None:
    complaint = terminal("migrate-database", **environ).complaint
    assert said in complaint
    assert "rahasia" not in complaint
