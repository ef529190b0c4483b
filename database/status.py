"""The states of a job, and the one table of the moves between them."""

from enum import StrEnum


class Status(StrEnum):
    """Defined by what happens next, and by whom."""

    MENUNGGU = "menunggu"  # a dispatcher sends it once it is due and its predecessor is done
    PROSES = "proses"  # a dispatcher holds it under a lease
    TIDAK_PASTI = "tidak_pasti"  # a read-back, or a person, settles whether BPJS has it
    TERKIRIM = "terkirim"  # final: BPJS has it
    GAGAL = "gagal"  # a person corrects it and sends again
    DITUTUP = "ditutup"  # final: settled without sending


# (from, to). The database refuses every other move of `jobs.status` (a trigger made from this table).
MOVES: frozenset[tuple[Status, Status]] = frozenset(
    {
        (Status.MENUNGGU, Status.PROSES),  # claimed
        (Status.MENUNGGU, Status.GAGAL),  # its body turned out wrong before it was claimed
        (Status.MENUNGGU, Status.DITUTUP),  # closed by a person, or a deletion that became pointless
        (Status.PROSES, Status.TERKIRIM),  # BPJS said so, with its number
        (Status.PROSES, Status.GAGAL),  # BPJS refused it, or it cannot be sent as it is
        (Status.PROSES, Status.TIDAK_PASTI),  # a write left and no clear answer came
        (Status.PROSES, Status.MENUNGGU),  # postponed: not sent, or BPJS asked for later
        (Status.PROSES, Status.DITUTUP),  # a deletion of what BPJS never had
        (Status.TIDAK_PASTI, Status.PROSES),  # claimed for a read-back
        (Status.TIDAK_PASTI, Status.GAGAL),  # a person says it is not there and must be corrected
        (Status.TIDAK_PASTI, Status.MENUNGGU),  # proven absent
        (Status.TIDAK_PASTI, Status.TERKIRIM),  # proven present
        (Status.TIDAK_PASTI, Status.DITUTUP),  # settled by a person
        (Status.GAGAL, Status.MENUNGGU),  # sent again by a person, or revived by its predecessor
        (Status.GAGAL, Status.DITUTUP),  # settled by a person
    }
)

FINAL = frozenset({Status.TERKIRIM, Status.DITUTUP})
UNFINISHED = frozenset({Status.MENUNGGU, Status.PROSES, Status.TIDAK_PASTI})

# The words that the monitor filters by (those of the page we replace), and the cards they feed.
FILTER_WORDS: dict[str, frozenset[Status]] = {
    "semua": frozenset(Status),
    "tidak-terkirim": frozenset({Status.GAGAL}),
    "belum-diproses": UNFINISHED,
    "terkirim": frozenset({Status.TERKIRIM}),
}
# One more word: of these statuses only what waits for its patient (database/jobs/for_patient.py).
WAITS_FOR_PATIENT = "menunggu-pasien"
FILTERS: dict[str, frozenset[Status]] = {**FILTER_WORDS, WAITS_FOR_PATIENT: frozenset({Status.MENUNGGU})}
CARDS: dict[str, frozenset[Status]] = {
    "total": frozenset(Status) - {Status.DITUTUP},
    "menunggu": UNFINISHED,
    "berhasil": frozenset({Status.TERKIRIM}),
    "gagal": frozenset({Status.GAGAL}),
}
