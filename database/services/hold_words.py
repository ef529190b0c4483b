"""A person's hold is told in Indonesian: what is held, by whom, since when, until when, and why."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence

from database.faskes_name import UTAMA, Known, said_name, shortened, some_names
from database.local_time import local_time
from database.services.holds import NO_JOB, holds
from database.services.state_words import named
from database.storage.engine import Database
from database.storage.models import HoldRow

_LONGEST_REASON = 160  # characters
_MOST = 5  # sentences


def held_by(database: Database, row: HoldRow) -> str:
    """`dijeda oleh sari sejak 08:00:00 sampai 28-11-2026 07:00: BPJS pindah server`."""
    until = f" sampai {local_time(database, row.ends_at)}" if row.ends_at else ""
    why = shortened(row.reason, _LONGEST_REASON).rstrip(".")
    return f"dijeda oleh {shortened(row.by, 64)} sejak {local_time(database, row.since)}{until}: {why}"


def what_is_held(row: HoldRow) -> str:
    """`layanan pcare`, `tambah-kunjungan di pcare` or `pekerjaan #12`."""
    return named(row.service, row.jenis) if row.job_id == NO_JOB else f"pekerjaan #{row.job_id}"


def hold_lines(database: Database, known: Known, *, clinics: Collection[str] | None = None) -> list[str]:
    """A sentence for each service or jenis that is held, one for all clinics of which it is held alike.

    Of many the last sentence counts the rest; jobs that are held alone are told beside them.
    Raises DatabaseUnavailable.
    """
    alike: defaultdict[Hashable, list[HoldRow]] = defaultdict(list)
    for row in holds(database, clinics):
        if row.job_id == NO_JOB:
            alike[row.service, row.jenis, row.by, row.reason, row.ends_at].append(row)
    groups = list(alike.values())
    lines = [_line(database, group, known) for group in groups[:_MOST]]
    more = sum(map(len, groups[_MOST:]))
    return [*lines, *([f"{more} penjedaan lain berlaku."] if more else [])]


def _line(database: Database, rows: Sequence[HoldRow], known: Known) -> str:
    what = what_is_held(rows[0])
    clinics = list(dict.fromkeys(row.faskes for row in rows))
    whose = f" di {len(clinics)} faskes ({some_names(clinics, known)})"
    if len(clinics) == 1:
        whose = "" if clinics[0] == UTAMA else f" ({said_name(clinics[0], known)})"
    return f"{what[0].upper()}{what[1:]}{whose} {held_by(database, rows[0])}."
