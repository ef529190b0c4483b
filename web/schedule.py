"""The rows of the clinic's antrean schedule that fit what somebody typed."""

from collections.abc import Sequence
from dataclasses import replace

from tasks.schedule.week import Cell, PoliWeek, Week


def matching(week: Week, words: str) -> Sequence[PoliWeek]:
    """All of a poli that itself holds every word, else the sessions of doctors who do together with it."""
    wanted = words.casefold().split()
    if not wanted:
        return week.polis
    kept = []
    for poli in week.polis:
        own = f"{poli.code} {poli.name}".casefold()
        if all(word in own for word in wanted):
            kept.append(poli)
            continue
        cells = _cells(poli, own, wanted)
        if any(cell.sessions or cell.changes for cell in cells):
            kept.append(replace(poli, cells=cells))
    return kept


def _cells(poli: PoliWeek, own: str, wanted: Sequence[str]) -> list[Cell]:
    def fits(doctor: str, name: str) -> bool:
        text = f"{own} {doctor} {name}".casefold()
        return all(word in text for word in wanted)

    return [
        replace(
            cell,
            sessions=[each for each in cell.sessions if fits(each.doctor, each.name)],
            changes=[each for each in cell.changes if fits(each.session.doctor, each.session.name)],
        )
        for cell in poli.cells
    ]
