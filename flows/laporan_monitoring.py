"""The flow `laporan-monitoring`: how deliveries went, as tables and a chart, and the landing page anew."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from prefect.states import Completed, Failed

from database import Database, DatabaseError, LineRefused
from database.typed import read_day, read_day_or_all, read_jenis
from database.views.clinics_here import clinics_here
from database.views.monitor import today
from database.views.report import Scope
from flows.artifacts.report import leave_kbk, leave_report
from flows.forms.hint import hint
from flows.forms.job_form import FORM
from flows.forms.typed import clinic_here, text, unless_empty
from flows.late import overtaken
from flows.run_names import timed
from tasks.composition import composition
from tasks.prefect_ui.landing import leave_landing
from tasks.report.figures import make_report
from tasks.report.kbk import make_kbk
from tasks.report.words import percent, period


@flow(
    name="laporan-monitoring",
    flow_run_name=timed("laporan-monitoring"),
    description="Jumlah, waktu, gangguan, dan kunjungan yang belum masuk PCare; juga memperbarui beranda.",
    **FORM,
)
def laporan_monitoring(
    dari: Annotated[str, hint("Tanggal, misalnya 31-12-2026, atau semua; kosong: hari ini")] = "",
    sampai: Annotated[str, hint("Tanggal; kosong: sampai hari ini")] = "",
    jenis: Annotated[str, hint("Hanya jenis ini, misalnya tambah-pendaftaran; kosong: semua")] = "",
    faskes: Annotated[str, hint("Hanya faskes ini; kosong: semua")] = "",
) -> State[None]:
    """Leave the report's artifacts and the landing page. Raises what Prefect's client raises."""
    at = composition()
    skipped = overtaken(at.database.timezone)
    if skipped is not None:
        return skipped
    try:
        scope = _scope(at.database, text(dari), text(sampai), text(jenis), clinic_here(at, faskes))
        made = make_report(at.database, scope, reporting_day=at.clinics.reportings.day(scope.only))
        leave_report(made)
        clinics = [scope.faskes] if scope.faskes else clinics_here(at.database, at.clinics.known)
        leave_kbk(make_kbk(at.database, clinics, at.clinics.reportings))
        leave_landing(at.database, named=at.settings.run_names == "norm", known=at.clinics.known)
    except (LineRefused, DatabaseError) as refused:
        return Failed(message=f"Gagal · {refused}")
    shown = made.figures
    return Completed(
        message=f"{shown.total} pekerjaan {period(scope)}, berhasil {percent(shown.success_rate)}"
    )


def _scope(database: Database, dari: str, sampai: str, jenis: str, faskes: str | None) -> Scope:
    """The days, type and clinic that were typed. Raises LineRefused."""
    now = today(database)
    first = read_day_or_all(dari, "dari") if dari else now
    last = unless_empty(read_day, sampai, "sampai") or (None if first is None else now)
    if first and last and last < first:
        raise LineRefused("sampai tidak boleh sebelum dari")
    return Scope(first, last, unless_empty(read_jenis, jenis, "jenis"), faskes)
