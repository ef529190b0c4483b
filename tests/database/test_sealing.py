"""Bodies and answers are sealed where they are stored; keys can change, and a wrong key is one sentence."""

import base64
import json
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from database import Database, enqueue, open_database
from database.detail import show
from database.errors import DataKeyMissing
from database.jobs.resend import Resend, ask_again
from database.settings import DatabaseSettings
from database.storage.data_keys import keyring_of, parse_keys
from database.storage.models import Job
from database.storage.resealing import reseal
from database.storage.sealing import Keyring
from database.views.monitor import Filter, look
from tests.database.sealed import BODY, NEW, OLD, begin, deliver, end, stored
from tests.tasks.bodies import CARD, NIK


def test_nothing_of_body_or_answer_can_be_read_without_the_key(opened: Callable[..., Database]) -> None:
    here = opened(f"k1:{OLD}")
    job_id = deliver(here)
    raw = stored(here)
    for secret in (CARD, NIK, "peserta", "tanggalperiksa"):
        assert secret not in raw
    detail = show(here, job_id)
    assert (detail["request"], detail["response"]) == (BODY, {"peserta": {"nik": NIK}})


def test_a_new_key_reads_what_the_old_one_sealed_and_seals_what_comes(
    opened: Callable[..., Database],
) -> None:
    first = deliver(opened(f"k1:{OLD}"), "RM-1")
    here = opened(f"k2:{NEW},k1:{OLD}")
    second = deliver(here, "RM-2")
    assert show(here, first)["request"] == show(here, second)["request"] == BODY
    with here.engine.connect() as connection:
        bodies = connection.execute(text("SELECT body FROM jobs ORDER BY id")).scalars().all()
    assert [(json.loads(body) if isinstance(body, str) else body)["sealed"] for body in bodies] == [
        "k1",
        "k2",
    ]


REFUSED = [
    (f"k2:{NEW}", "disegel dengan kunci data 'k1'"),
    (f"k1:{NEW}", "bukan yang dipakai basis data ini"),
    (f"k1:{OLD[:-4]}", "harus ID:KUNCI"),
    (f"k1:{OLD},k1:{NEW}", "harus ID:KUNCI"),
    ("k1", "harus ID:KUNCI"),
    (f":{OLD}", "harus ID:KUNCI"),
    (None, "disegel dengan kunci data 'k1'"),
]


@pytest.mark.parametrize(("keys", "said"), REFUSED)
def test_a_wrong_key_opens_nothing_and_is_one_sentence(
    opened: Callable[..., Database], keys: str | None, said: str, tmp_path: Path
) -> None:
    deliver(opened(f"k1:{OLD}"))
    with pytest.raises(DataKeyMissing, match=said) as refused:
        opened(keys, data_key_file=tmp_path / "data.key")
    assert OLD not in str(refused.value)
    assert NEW not in str(refused.value)


def test_a_value_that_was_tampered_with_or_moved_is_not_believed(opened: Callable[..., Database]) -> None:
    here = opened(f"k1:{OLD}")
    job_id = deliver(here)
    with here.write() as session:
        session.execute(text("UPDATE jobs SET body = (SELECT response FROM attempts LIMIT 1)"))
    with pytest.raises(DataKeyMissing, match="tidak dapat dibuka"), here.read() as session:
        session.get(Job, job_id)


def test_what_was_stored_before_is_read_and_what_comes_is_sealed(opened: Callable[..., Database]) -> None:
    plain = opened(f"k1:{OLD}", encrypt=False)
    before = deliver(plain, "RM-1")
    assert CARD in stored(plain)
    here = opened(f"k1:{OLD}")
    after = deliver(here, "RM-2")
    assert show(here, before)["request"] == show(here, after)["request"] == BODY
    assert show(opened(f"k1:{OLD}", encrypt=False), after)["request"] == BODY


def test_a_field_of_a_sealed_body_can_still_be_searched_for(opened: Callable[..., Database]) -> None:
    here = opened(f"k1:{OLD}")
    ids = [deliver(here, norm) for norm in ("RM-1", "RM-2")]
    enqueue("tambah-antrean", "RM-3", "Pasien Contoh", {**BODY, "kodepoli": "099"}, database=here)
    found = look(here, Filter(isi=("kodepoli", BODY["kodepoli"])), limit=10)
    assert sorted(row["id"] for row in found.rows) == ids
    assert found.cards["total"] == 2
    assert look(here, Filter(isi=("nomorkartu", CARD), norm="RM-2"), limit=10).cards["total"] == 1
    assert look(here, Filter(isi=("tidak-ada", "")), limit=10).rows == []


def test_without_a_key_one_is_made_for_its_owner_alone_and_kept(tmp_path: Path) -> None:
    settings = DatabaseSettings(_env_file=None, data_key_file=tmp_path / "rahasia" / "data.key")
    rings: list[Keyring] = []
    threads = [threading.Thread(target=lambda: rings.append(keyring_of(settings))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({ring.keys["lokal"] for ring in rings}) == 1
    assert stat.S_IMODE(settings.data_key_file.stat().st_mode) == 0o600
    assert [file.name for file in settings.data_key_file.parent.iterdir()] == ["data.key"]


def test_a_key_file_that_is_no_key_is_said_and_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "data.key"
    file.write_text("omong kosong")
    with pytest.raises(DataKeyMissing, match="tidak berisi kunci"):
        keyring_of(DatabaseSettings(_env_file=None, data_key_file=file))
    assert file.read_text() == "omong kosong"


def test_texts_and_values_that_only_look_sealed_are_left_as_they_are() -> None:
    ring = Keyring(parse_keys(f"k1:{OLD}"))
    for value in ({"sealed": "k1"}, {"sealed": "k1", "data": "x", "more": 1}, [1], "sealed", None):
        assert ring.open(value, "jobs.body") == value
    assert ring.open_text("sealed up", "attempts.raw") == "sealed up"
    odds: list[Any] = [{"a": "\x00 \ud83d 😀"}, [], 0, "x"]
    for odd in odds:
        assert ring.open(ring.seal(odd, "jobs.body"), "jobs.body") == odd
    assert repr(ring).count("\\x01") == 0


CIPHERTEXT = base64.b64encode(bytes(40)).decode()
# What somebody hands over, or BPJS answers, in the very shape of what is sealed.
MIMICS: list[Any] = [
    {"sealed": "x", "data": "y"},
    {"sealed": "k1", "data": "y"},
    {"sealed": "k1", "data": CIPHERTEXT},
    {"sealed": "k9", "data": CIPHERTEXT},
    {"sealed": "", "data": "y"},
    {"sealed": "", "data": {"sealed": "x", "data": "y"}},
    {"sealed": ["x"], "data": {}},
    {"sealed": None, "data": None},
]
SPOKEN = [
    "sealed:x:y",
    "sealed:k1:y",
    f"sealed:k1:{CIPHERTEXT}",
    "sealed::y",
    "sealed::sealed:x:y",
    "sealed:",
    "sealed",
]


@pytest.mark.long
@pytest.mark.parametrize("mimic", MIMICS)
@pytest.mark.parametrize("sealing", [False, True])
def test_a_body_and_an_answer_that_look_sealed_are_kept_and_read_like_others(
    opened: Callable[..., Database], mimic: dict[str, Any], sealing: bool
) -> None:
    here = opened(f"k1:{OLD}", encrypt=sealing)
    job_id, number = begin(here)
    end(here, job_id, number, response=mimic, raw="sealed:x:y")
    odd = enqueue("tambah-antrean", "RM-2", "Pasien Contoh", mimic, database=here)
    for now in (here, opened(f"k1:{OLD}"), opened(f"k1:{OLD}", encrypt=False)):
        assert show(now, job_id)["response"] == mimic
        assert show(now, odd.id)["request"] == mimic
        assert look(now, Filter(isi=("tidak-ada", "")), limit=10).rows == []
    ask_again(here, odd.id, Resend(body=BODY, reason="diperbaiki", by="Sari"))
    assert show(here, odd.id)["request"] == BODY


@pytest.mark.long
@pytest.mark.parametrize("spoken", SPOKEN)
@pytest.mark.parametrize("sealing", [False, True])
def test_a_text_of_bpjs_that_looks_sealed_is_kept_and_read_like_others(
    opened: Callable[..., Database], spoken: str, sealing: bool
) -> None:
    here = opened(f"k1:{OLD}", encrypt=sealing)
    job_id, number = begin(here)
    end(here, job_id, number, response=None, raw=spoken)
    for now in (here, opened(f"k1:{OLD}"), opened(f"k1:{OLD}", encrypt=False)):
        assert show(now, job_id)["response"] == spoken


@pytest.mark.parametrize(
    "mimic", [{"sealed": "x", "data": "y"}, {"sealed": "", "data": "y"}, {"sealed": 1, "data": 2}]
)
def test_what_an_older_version_left_in_that_shape_is_read_and_can_be_corrected(
    opened: Callable[..., Database], mimic: dict[str, Any]
) -> None:
    here = opened(f"k1:{OLD}", encrypt=False)
    job_id = deliver(here)
    with here.write() as session:
        session.execute(text("UPDATE jobs SET body = :body"), {"body": json.dumps(mimic)})
    for sealing in (False, True):
        with opened(f"k1:{OLD}", encrypt=sealing).read() as session:
            assert session.get_one(Job, job_id).body == mimic
    reseal(opened(f"k1:{OLD}"))
    assert "k1" in stored(here)
    ask_again(here, job_id, Resend(body=BODY, reason="diperbaiki", by="Sari"))


def test_a_value_whose_key_is_missing_is_never_taken_for_a_plain_one() -> None:
    old, new = Keyring(parse_keys(f"k1:{OLD}")), Keyring(parse_keys(f"k2:{NEW}"))
    with pytest.raises(DataKeyMissing):
        new.open(old.seal(BODY, "jobs.body"), "jobs.body")
    with pytest.raises(DataKeyMissing):
        new.open_text(old.seal_text("teks", "attempts.raw"), "attempts.raw")
    with pytest.raises(DataKeyMissing):
        old.open(old.seal(BODY, "jobs.body") | {"data": "terpotong"}, "jobs.body")


def test_the_file_on_disk_holds_no_card_number(tmp_path: Path) -> None:
    url = SecretStr(f"sqlite:///{tmp_path / 'bpjs.db'}")
    here = open_database(DatabaseSettings(_env_file=None, database_url=url, data_keys=SecretStr(f"k1:{OLD}")))
    deliver(here)
    here.close()
    with sqlite3.connect(tmp_path / "bpjs.db") as direct:
        direct.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in tmp_path.glob("bpjs.db*"):
        assert CARD.encode() not in file.read_bytes()
