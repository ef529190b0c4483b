"""What a job lacks by its own body and by the clinic's copy of BPJS's references."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, tzinfo

from bpjs_client.bodies import FieldError
from bpjs_client.jenis import Jenis
from bpjs_client.referral import refers_through_satusehat
from tasks.opening_hours import read_hours
from tasks.readiness.case import Case
from tasks.reference_data.book import FRESH_FOR
from tasks.reference_data.code_check import (
    SESSIONS,
    Unjudged,
    doubtful_codes,
    typed_code,
    unjudged_codes,
)
from tasks.reference_data.sessions import sessions_of

Said = Iterator[tuple[str, str]]  # the field and the sentence
_OF_SESSIONS = frozenset({"kodedokter", "jampraktek"})
_OF_TACC = frozenset({"kdTacc"})


def wrong_fields(case: Case) -> Said:
    """The fields that the model of its jenis refuses, all of them."""
    return _told(case.body_errors)


def unknown_codes(case: Case) -> Said:
    """Codes that the clinic's copy does not have, of fields that are checked before sending."""
    return _codes(case, but=_OF_SESSIONS | _OF_TACC)


def no_session(case: Case) -> Said:
    """A queue entry for a doctor who has no session then, or for other hours."""
    return _codes(case, only=_OF_SESSIONS)


def no_tacc(case: Case) -> Said:
    """A referral for what the clinic can treat itself, without its reason."""
    return _codes(case, only=_OF_TACC)


def unchecked_codes(case: Case) -> Said:
    """The same three, where codes are not checked before sending (BPJS_CHECK_REFERENCES)."""
    if not case.facts.checks_codes:
        yield from _told(case.code_errors)


def doubtful(case: Case) -> Said:
    """Codes that the copy does not have, of fields that are sent all the same."""
    return _told(doubtful_codes(case.facts.book, case.job.faskes, case.job.jenis, case.body))


def _codes(case: Case, *, only: Collection[str] = (), but: Collection[str] = ()) -> Said:
    if case.facts.checks_codes:
        wanted = (
            each for each in case.code_errors if (each.field in only if only else each.field not in but)
        )
        yield from _told(wanted)


def _told(errors: Iterable[FieldError]) -> Said:
    """Each field with its sentence, which ends as one."""
    return ((error.field, f"{error.message.removesuffix('.')}.") for error in errors)


def unjudged(case: Case) -> Said:
    """Codes that nobody can judge: their reference was never read, not lately, or not of that day."""
    grouped: dict[str, list[Unjudged]] = {}
    for each in unjudged_codes(case.facts.book, case.job.faskes, case.job.jenis, case.body):
        grouped.setdefault(_why(each, case.facts.now.tzinfo), []).append(each)
    for why, fields in grouped.items():
        names = ", ".join(dict.fromkeys(each.reference.jenis for each in fields))
        yield ", ".join(each.field for each in fields), f"Belum dapat dinilai: referensi {names} {why}."


def _why(each: Unjudged, zone: tzinfo | None) -> str:
    if each.day:
        return f"belum berisi tanggal {datetime.fromisoformat(each.day):%d-%m-%Y}"
    if each.read_at is None:
        return "belum pernah dibaca dari BPJS"
    hours = FRESH_FOR[each.reference.service].total_seconds() / 3600
    read_at = each.read_at.astimezone(zone)
    return f"terakhir dibaca {read_at:%d-%m-%Y %H:%M}, lebih dari {hours:.0f} jam yang lalu"


def doctor_elsewhere(case: Case) -> Said:
    """A visit by a doctor whom the antrean schedule does not have in that poli on that day.

    The code is the same at both services (docs/bpjs-contract.md, 5a).
    """
    visit, doctor = case.job.visit, typed_code(case.body, "kdDokter")
    if case.job.jenis is not Jenis.TAMBAH_KUNJUNGAN or not (visit.day and visit.poli and doctor):
        return
    if any(error.field == "kdDokter" for error in case.code_errors):
        return  # nobody has such a code
    rows = case.facts.book.rows_lately(case.job.faskes, SESSIONS, f"{visit.poli}/", visit.day.isoformat())
    if rows and not any(row.kode.startswith(f"{visit.poli}/{doctor}/") for row in rows):
        meant = ", ".join(dict.fromkeys(f"{row.data.get('kodedokter')} {row.nama}" for row in rows))
        yield "kdDokter", f"Tidak ada di jadwal antrean poli itu hari itu (jadwal: {meant})."


def called_outside(case: Case) -> Said:
    """A call at an hour outside the poli's sessions: BPJS is known to refuse some (contract 5b)."""
    waktu, visit = case.body.get("waktu"), case.job.visit
    if case.job.jenis is not Jenis.PANGGIL_ANTREAN or visit.day is None or not visit.poli:
        return
    called = _local(waktu, case.facts.now.tzinfo)
    if called is None:
        return
    if called.date() != visit.day:
        yield "waktu", "Bukan pada tanggalperiksa."
        return
    sessions = sessions_of(case.facts.book, case.job.faskes, visit.poli, visit.day)
    if sessions and not any(hours.opens <= called.time() <= hours.closes for hours in sessions):
        meant = ", ".join(f"{hours.opens:%H:%M}-{hours.closes:%H:%M}" for hours in sessions)
        yield "waktu", f"Di luar jam praktik poli itu hari itu (jadwal: {meant})."


def _local(waktu: object, zone: tzinfo | None) -> datetime | None:
    if not isinstance(waktu, int) or isinstance(waktu, bool):
        return None
    try:
        return datetime.fromtimestamp(waktu / 1000, zone)
    except (ValueError, OverflowError, OSError):
        return None


def too_late(case: Case) -> Said:
    """A queue entry for a day or a session that is over: nobody needs it any more."""
    day, now = case.job.visit.day, case.facts.now
    if case.job.jenis is not Jenis.TAMBAH_ANTREAN or day is None:
        return
    if day < now.date():
        yield "tanggalperiksa", "Hari periksanya sudah lewat."
    elif day == now.date() and _is_over(typed_code(case.body, "jampraktek"), now):
        yield "jampraktek", "Jam praktik itu sudah selesai."


def _is_over(hours: str, now: datetime) -> bool:
    try:
        return read_hours(hours).closes < now.time()
    except ValueError:
        return False


def through_satusehat(case: Case) -> Said:
    """A referral that goes through Satu Sehat here, and is held (docs/job-states.md)."""
    if case.facts.uses_srbk(case.job.faskes) and refers_through_satusehat(case.job.jenis, case.body):
        yield (
            "kdStatusPulang",
            "Rujukan faskes ini lewat Satu Sehat (SRBK), jadi kunjungan ini tidak dikirim dari sini.",
        )


def perhaps_through_satusehat(case: Case) -> Said:
    """The same, where the clinic's table cannot be read."""
    unknown = case.facts.uses_srbk(case.job.faskes) is None
    if unknown and refers_through_satusehat(case.job.jenis, case.body):
        yield "kdStatusPulang", "Belum dapat dinilai: apakah rujukan faskes ini lewat Satu Sehat (SRBK)."
