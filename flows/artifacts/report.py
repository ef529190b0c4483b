"""A report leaves in Prefect a page with a chart, a table for each count, and the month's progress."""

from collections.abc import Sequence

from prefect.artifacts import create_markdown_artifact, create_progress_artifact, create_table_artifact

from tasks.prefect_ui.markdown import row, ruled, words
from tasks.report.chart import as_image, chart
from tasks.report.figures import Report
from tasks.report.kbk import Kbk
from tasks.report.kbk_words import CLINIC_COLUMNS, clinic_row, closing, lacking, month_words, outlook
from tasks.report.words import cell, counted_by, figures, group, month, period

KEY = "laporan"
KBK_KEY = "laporan-kbk"
MONTH_KEY = "laporan-kunjungan"
_MOST_ROWS = 400


def leave_report(made: Report) -> None:
    """Leave them with the present flow run."""
    title = f"Pekerjaan {period(made.scope)}"
    create_markdown_artifact(key=KEY, markdown=_page(made, title), description=title)
    for name in made.tables:
        create_table_artifact(
            key=f"{KEY}-{name}", table=_rows(made, name), description=f"{title}, {counted_by(name)}"
        )
    create_progress_artifact(100 * made.month.share, key=MONTH_KEY, description=month(made.month))


def leave_kbk(made: Sequence[Kbk]) -> None:
    """Leave a table with a row for each clinic, which names no patient."""
    rows = [{heading: _figure(row[key]) for heading, key in CLINIC_COLUMNS} for row in map(clinic_row, made)]
    create_table_artifact(key=KBK_KEY, table=rows, description="\n\n".join(map(_said, made)))


def _said(found: Kbk) -> str:
    named = f"{words(found.faskes)}, {month_words(found.first)}: {closing(found)}"
    head = f"{named}; belum di BPJS: {lacking(found)}."
    return " ".join(filter(None, (head, outlook(found))))


def _figure(value: object) -> object:
    return "-" if value is None else _cell(value)


def _page(made: Report, title: str) -> str:
    one_day = made.scope.first is not None and made.scope.first == made.scope.last
    drawn = chart(made.course, f"{title}, per {'jam' if one_day else 'hari'}") if len(made.course) else ""
    rows = [row([words(name), words(figure)]) for name, figure in figures(made).items()]
    return "\n\n".join(
        (
            f"# {title}",
            as_image(drawn, title) if drawn else "Belum ada pekerjaan.",
            "\n".join([*ruled(["", ""]), *rows]),
            f"Dibuat {made.made_at:%d-%m-%Y %H:%M:%S}.",
        )
    )


def _cell(value: object) -> object:
    if isinstance(value, float):
        return cell(value)
    return words(value) if isinstance(value, str) else value


def _rows(made: Report, name: str) -> list[dict[str, object]]:
    table = made.tables[name].tail(_MOST_ROWS) if name == "tanggal" else made.tables[name].head(_MOST_ROWS)
    shown = table.astype(object).where(table.notna(), "-")
    headings = [name.title(), *map(str, shown.columns)]
    return [
        dict(zip(headings, (words(group(key)), *map(_cell, counts)), strict=True))
        for key, counts in zip(shown.index, shown.to_numpy().tolist(), strict=True)
    ]
