"""Layanan: how the services stand, and a person's Jeda and Lanjutkan, within one's own clinics."""

import pytest

from bpjs_client.jenis import Service
from database.people.acts import last_acts
from database.services.holds import holds
from database.services.pauses import pause
from database.services.stopped_services import stopped_services
from database.status import Status
from tests.web.site import Site, add

PAGE = "/bpjs-fktp/layanan"
WHY = {"alasan": "BPJS <b>pindah</b> server"}


def held(site: Site) -> set[tuple[str, str, str, int]]:
    return {(row.faskes, row.service, row.jenis, row.job_id) for row in holds(site.database)}


def test_the_page_tells_what_stopped_since_when_and_why(site: Site) -> None:
    pause(site.database, "utama", Service.PCARE, "Kata sandi PCare ditolak.", mark="x")
    text = site.logged_in("budi").get(PAGE).text
    assert "Kata sandi PCare ditolak." in text
    assert text.count(">berjalan</span>") == 1
    theirs = site.logged_in("tono").get(PAGE).text
    assert "ditolak" not in theirs
    assert theirs.count(">berjalan</span>") == 2


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("pcare", ("utama", "pcare", "", 0)),
        ("antrean", ("utama", "antrean", "", 0)),
        ("tambah-kunjungan", ("utama", "pcare", "tambah-kunjungan", 0)),
    ],
)
def test_a_service_or_a_jenis_is_held_and_goes_on(
    site: Site, what: str, expected: tuple[str, str, str, int]
) -> None:
    client = site.logged_in("budi")
    assert (
        client.post(f"{PAGE}/jeda", data={"apa": what, **WHY, "sampai": "31-12-2999 07:30"}).status_code
        == 303
    )
    assert held(site) == {expected}
    text = client.get(PAGE).text
    assert "dijeda oleh <b><bdi>budi</bdi></b>" in text
    assert "sampai 31-12-2999 07:30:00: <bdi>BPJS &lt;b&gt;pindah&lt;/b&gt; server" in text
    assert "dijeda oleh budi" in client.get("/bpjs-fktp/monitoring").text
    assert client.post(f"{PAGE}/lanjutkan", data={"apa": what}).status_code == 303
    assert held(site) == set()
    on, off, *_ = last_acts(site.database, limit=2)
    assert [(act.by, act.act, act.about) for act in (off, on)] == [
        ("budi", "jeda", what),
        ("budi", "lanjutkan", what),
    ]


def test_a_refused_credential_is_resumed_here_too(site: Site) -> None:
    pause(site.database, "utama", Service.PCARE, "Kata sandi PCare ditolak.", mark="x")
    site.logged_in("budi").post(f"{PAGE}/lanjutkan", data={"apa": "pcare"})
    assert stopped_services(site.database) == []


def test_one_job_is_held_alone(site: Site) -> None:
    job_id = site.clinic.hand_over("tambah-pendaftaran")
    client = site.logged_in("budi")
    client.post(f"{PAGE}/jeda", data={"apa": "", "pekerjaan": str(job_id), **WHY})
    assert held(site) == {("utama", "pcare", "tambah-pendaftaran", job_id)}
    client.post(f"{PAGE}/lanjutkan", data={"apa": "", "pekerjaan": str(job_id)})
    assert held(site) == set()


def test_another_clinic_is_nobodys_business(site: Site) -> None:
    theirs = site.clinic.hand_over("tambah-pendaftaran", faskes="klinik-melati")
    client = site.logged_in("budi")
    for path in ("jeda", "lanjutkan"):
        answer = client.post(f"{PAGE}/{path}", data={"apa": "pcare", "faskes": "klinik-melati", **WHY})
        assert answer.status_code == 403
    assert client.get(PAGE, params={"faskes": "klinik-melati"}).status_code == 403
    refused = client.post(f"{PAGE}/jeda", data={"apa": "", "pekerjaan": str(theirs), **WHY})
    assert f"Pekerjaan {theirs} tidak ada." in refused.text
    assert client.post(f"{PAGE}/lanjutkan", data={"apa": "", "pekerjaan": str(theirs)}).status_code == 404
    assert held(site) == set()


def test_who_sees_several_clinics_says_which(site: Site) -> None:
    add(site.database, "wati", "utama", "klinik-melati")
    client = site.logged_in("wati")
    assert "Pilih faskesnya." in client.post(f"{PAGE}/jeda", data={"apa": "pcare", **WHY}).text
    client.post(f"{PAGE}/jeda", data={"apa": "pcare", "faskes": "klinik-melati", **WHY})
    assert held(site) == {("klinik-melati", "pcare", "", 0)}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"apa": "pcare", "alasan": " "}, "Alasan wajib diisi."),
        ({"apa": "pcare", "alasan": "x", "sampai": "nanti"}, "Sampai harus jam 16:00"),
        (
            {"apa": "pcare", "alasan": "x", "sampai": "01-01-2020 07:30"},
            "Sampai harus waktu yang akan datang.",
        ),
        ({"apa": "apotek", "alasan": "x"}, "Layanan atau jenis itu tidak ada."),
        ({"apa": "", "pekerjaan": "dua", "alasan": "x"}, "Nomor pekerjaan harus bilangan."),
        ({"apa": "", "pekerjaan": "0", "alasan": "x"}, "Nomor pekerjaan harus bilangan."),
    ],
    ids=str,
)
def test_a_refusal_is_a_sentence_and_keeps_what_was_typed(
    site: Site, given: dict[str, str], says: str
) -> None:
    shown = site.logged_in("budi").post(f"{PAGE}/jeda", data=given).text
    assert says in shown
    assert f'name="alasan" value="{given["alasan"].strip()}"' in shown
    assert held(site) == set()


def test_a_finished_job_cannot_be_held(site: Site) -> None:
    done = site.clinic.bring_to(site.clinic.hand_over(), Status.TERKIRIM)
    shown = site.logged_in("budi").post(f"{PAGE}/jeda", data={"apa": "", "pekerjaan": str(done), **WHY})
    assert "sudah terkirim" in shown.text


@pytest.mark.parametrize("given", [{"apa": "apotek"}, {"apa": "", "pekerjaan": "x"}, {}], ids=str)
def test_nonsense_to_go_on_with_is_a_sentence(site: Site, given: dict[str, str]) -> None:
    answer = site.logged_in("budi").post(f"{PAGE}/lanjutkan", data=given)
    assert answer.status_code == 422
    assert "Traceback" not in answer.text
