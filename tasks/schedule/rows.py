"""The week's sessions as rows, and as one JSON document, for whoever shows no grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from database.references.schedule_days import Session
from tasks.schedule.changes import Change
from tasks.schedule.own_codes import OwnCode
from tasks.schedule.week import Week
from tasks.schedule.words import change_mark, day_words

HEADINGS = ("Poli", "Jam", "Dokter", "Kuota", "Hari")
_NO_SESSION, _UNKNOWN = "tanpa sesi", "belum terbaca"


@dataclass(frozen=True)
class Line:
    """One session of a poli on some days; without a session, why there is none."""

    poli: str
    hours: str
    doctor: str
    quota: str
    days: str

    @property
    def cells(self) -> list[str]:
        """In the order of HEADINGS."""
        return [self.poli, self.hours, self.doctor, self.quota, self.days]


def lines(week: Week) -> list[Line]:
    """A line for each session of a poli, with its days; then the days that lack one, or are not known."""
    found = []
    for poli in week.polis:
        name = f"{poli.code} {poli.name}".rstrip()
        sessions: dict[Session, list[date]] = {}
        for cell in poli.cells:
            for session in cell.sessions:
                sessions.setdefault(session, []).append(cell.day)
        found += [
            Line(name, each.hours, f"{each.name} ({each.doctor})", each.quota, _days(on, week))
            for each, on in sorted(sessions.items())
        ]
        gaps = [cell.day for cell in poli.cells if cell.is_gap]
        unknown = [cell.day for cell in poli.cells if not cell.is_known]
        found += [
            Line(name, why, "", "", _days(days, week))
            for why, days in ((_NO_SESSION, gaps), (_UNKNOWN, unknown))
            if days
        ]
    return found


def _days(days: Sequence[date], week: Week) -> str:
    return "tiap hari" if len(days) == len(week.days) else ", ".join(map(day_words, days))


def document(week: Week) -> dict[str, Any]:
    """The week as JSON: days as `yyyy-MM-dd`, times with their zone."""
    return {
        "faskes": week.faskes,
        "dibaca": week.read_at and week.read_at.isoformat(),
        "tanpa_sesi": [_own(own) for own in week.missing_at_antrean],
        "hanya_pcare": [_own(own) for own in week.missing_of_pcare],
        "belum_diketahui": [_own(own) for own in week.unclear],
        "perubahan": [_change(change) for change in week.changes],
        "poli": [
            {
                "kode": poli.code,
                "nama": poli.name,
                "dipakai": poli.is_own,
                "hari": [
                    {
                        "tanggal": cell.day.isoformat(),
                        "terbaca": cell.is_known,
                        "sesi": [_session(session) for session in cell.sessions],
                    }
                    for cell in poli.cells
                ],
            }
            for poli in week.polis
        ],
    }


def _own(own: OwnCode) -> dict[str, Any]:
    return {
        "jenis": own.what.value,
        "kode": own.code,
        "nama": own.name,
        "pekerjaan_antrean": own.antrean_jobs,
        "pekerjaan_pcare": own.pcare_jobs,
        "di_referensi_pcare": own.in_pcare,
        "terakhir": own.last and own.last.isoformat(),
    }


def _session(session: Session | None) -> dict[str, str] | None:
    if session is None:
        return None
    return {
        "jam": session.hours,
        "kode_dokter": session.doctor,
        "nama_dokter": session.name,
        "kuota": session.quota,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "tanggal": change.day.isoformat(),
        "poli": change.poli,
        "perubahan": change_mark(change),
        "dulu": _session(change.before),
        "kini": _session(change.now),
    }
