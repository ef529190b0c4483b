"""The words that the database keeps: how an attempt ended (`Outcome`), why a job has its status (`Reason`).

No other file spells them; docs/job-states.md shows both as tables that a test holds to this page.
"""

from enum import Enum, StrEnum, auto


class Mark(Enum):
    """What an outcome lets one conclude."""

    # BPJS may hold the write although no clear answer came: look before anything is sent again.
    MAY_BE_THERE = auto()
    # BPJS was asked whether it has the job, and no clear answer came of that.
    UNCLEAR_LOOK = auto()
    # BPJS had said that it holds the write: a look that finds nothing proves nothing.
    SAID_TO_BE_THERE = auto()
    # It may be the fault of the job, of its endpoint, or of BPJS as a whole.
    FAILED = auto()
    # It tells nothing of an earlier write whose answer was lost.
    TELLS_NOTHING = auto()
    # With it nothing can have reached BPJS.
    NEVER_LEFT = auto()
    # It does not end a series of rounds in which BPJS fails a write and then proves not to have it.
    BETWEEN_ROUNDS = auto()
    # It is not the end of a write.
    NO_DELIVERY = auto()
    # The job was put back in line, by a person or because what it lacked is there now.
    ASKED_AFRESH = auto()


class Outcome(StrEnum):
    """How an attempt ended: what `attempts.outcome` keeps, staff's word, what it means, its marks."""

    word: str
    meaning: str
    marks: frozenset[Mark]

    def __new__(cls, value: str, word: str, meaning: str, *marks: Mark) -> "Outcome":
        """A member that is its value, as every StrEnum's."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.word, member.meaning, member.marks = word, meaning, frozenset(marks)
        return member

    SUCCESS = (
        "success",
        "berhasil",
        "BPJS answered with its success code, and with its number where one is due.",
    )
    REJECTED = "rejected", "ditolak", "BPJS refused the job with a code or a list of fields."
    NOT_FOUND = "not-found", "tidak ditemukan", "BPJS does not have what the job names."
    NEEDS_PREDECESSOR = "needs-predecessor", "perlu langkah sebelumnya", "BPJS wants the registration first."
    NEEDS_PATIENT = (
        "needs-patient",
        "perlu skrining pasien",
        "The patient must fill in the health screening first.",
    )
    TEMPORARY = (
        *("temporary", "BPJS sibuk", "BPJS asked for later."),
        *(Mark.FAILED, Mark.TELLS_NOTHING, Mark.BETWEEN_ROUNDS),
    )
    UNAUTHORIZED = (
        *("unauthorized", "kredensial ditolak", "BPJS refused the credential, the signature or the way."),
        *(Mark.FAILED, Mark.TELLS_NOTHING, Mark.BETWEEN_ROUNDS),
    )
    NOT_SENT = (
        *("not-sent", "tidak sampai ke BPJS", "No byte of the request left."),
        *(Mark.FAILED, Mark.TELLS_NOTHING, Mark.BETWEEN_ROUNDS, Mark.NEVER_LEFT),
    )
    UNKNOWN = (
        *("unknown", "jawaban tidak jelas", "The request left, and no clear answer came."),
        *(Mark.MAY_BE_THERE, Mark.FAILED, Mark.BETWEEN_ROUNDS),
    )
    WORKER_DIED = (
        *("worker-died", "proses terhenti", "The sender died before an answer was written down."),
        *(Mark.MAY_BE_THERE, Mark.FAILED, Mark.BETWEEN_ROUNDS),
    )
    ALREADY_THERE = (
        *("already-there", "sudah ada di BPJS", "BPJS said that it has this already."),
        *(Mark.MAY_BE_THERE, Mark.SAID_TO_BE_THERE),
    )
    FOUND = "found", "dicek: ada di BPJS", "A look found the write at BPJS.", Mark.NO_DELIVERY
    FOUND_OTHER = "found-other", "dicek: ada di BPJS, isinya lain", "A look found it with another content."
    ABSENT = (
        *("absent", "dicek: tidak ada di BPJS", "A look proved that BPJS does not have it."),
        *(Mark.NO_DELIVERY, Mark.BETWEEN_ROUNDS),
    )
    NOT_SEEN = (
        *(
            "not-seen",
            "dicek: tidak terlihat di BPJS",
            "BPJS had said that it has it, and a look did not find it.",
        ),
        *(Mark.MAY_BE_THERE, Mark.UNCLEAR_LOOK, Mark.SAID_TO_BE_THERE, Mark.NO_DELIVERY),
    )
    LOOK_FAILED = (
        *("look-failed", "pengecekan gagal", "BPJS could not be asked whether it has it."),
        *(Mark.MAY_BE_THERE, Mark.UNCLEAR_LOOK, Mark.BETWEEN_ROUNDS, Mark.NO_DELIVERY),
    )
    LATE_ANSWER = (
        *("late-answer", "jawaban terlambat, berlaku"),
        "A clear answer came after the job was taken over, and settled what was uncertain.",
    )
    LATE_SUCCESS = (
        *("late-success", "jawaban terlambat: berhasil"),
        "After the job was taken over BPJS said that it took the write; that waits to be confirmed.",
        *(Mark.MAY_BE_THERE, Mark.SAID_TO_BE_THERE, Mark.NO_DELIVERY),
    )
    LATE_EVIDENCE = (
        *("late-evidence", "jawaban terlambat, dicatat saja"),
        "An answer came after the job was taken over, and changes nothing.",
        *(Mark.TELLS_NOTHING, Mark.BETWEEN_ROUNDS, Mark.NO_DELIVERY),
    )
    ASKED_AGAIN = (
        *("asked-again", "diminta kirim ulang", "A person, or what it waited for, put the job back in line."),
        *(Mark.TELLS_NOTHING, Mark.NEVER_LEFT, Mark.NO_DELIVERY, Mark.ASKED_AFRESH),
    )
    DECIDED_AGAIN = (
        *("decided-again", "diputuskan kirim ulang"),
        "A person had it sent again although no look could tell whether BPJS has it.",
        *(Mark.NO_DELIVERY, Mark.ASKED_AFRESH),
    )
    SETTLED_BY_HAND = (
        *("settled-by-hand", "ditutup petugas", "A person closed the job."),
        Mark.NO_DELIVERY,
    )

    @classmethod
    def marked(cls, mark: Mark) -> tuple["Outcome", ...]:
        """The outcomes that bear this mark, in the order of this page."""
        return tuple(outcome for outcome in cls if mark in outcome.marks)


class Reason(StrEnum):
    """Why a job has its status: what `jobs.reason` keeps, which is staff's word too, and what it means."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> "Reason":
        """A member that is its value, as every StrEnum's."""
        member = str.__new__(cls, value)
        member._value_, member.meaning = value, meaning
        return member

    # menunggu; NO_ANSWER of a tidak_pasti job too
    UNREACHED = "tak-terhubung", "BPJS could not be reached; nothing left."
    NO_ANSWER = "tanpa-jawaban", "BPJS gave no clear answer."
    BUSY = "sementara", "BPJS asked for later."
    NOT_ITS_TURN = "menunggu-giliran", "Another job of its chain comes first."
    WAITS_FOR_REGISTRATION = "menunggu-pendaftaran", "The registration of its chain is not finished."
    JENIS_HELD = "jenis-ditahan", "The jobs of its type are held, for BPJS fails or refuses them all."
    SERVICE_PAUSED = "layanan-dijeda", "Its service refuses the clinic's credential."
    UNKNOWN_CLINIC = "faskes-tidak-dikenal", "Nobody has given the clinic's credential."
    STOPPED = "terhenti", "The sender was stopped before the request left."
    # menunggu while its patient may still act, then gagal
    NEEDS_SCREENING = "perlu-skrining", "The patient must fill in the health screening first."
    # tidak_pasti
    LOOK_PENDING = "belum-jelas", "BPJS could not yet be asked whether it has the write."
    CUT_SHORT = "terputus", "The sender died before an answer was written down."
    NEEDS_PERSON = "perlu-orang", "No look can tell whether BPJS has it: a person decides."
    # terkirim
    FOUND = "ditemukan", "A look found it at BPJS."
    GONE_ALREADY = "sudah-tidak-ada", "What was to be deleted is not there any more."
    REPLACED = "diganti", "A later job has replaced this content at BPJS."
    # terkirim, and closed by a person who says so
    ALREADY_THERE = "sudah-ada", "BPJS has it already."
    # ditutup
    NOT_NEEDED = "tidak-perlu", "It need not be sent."
    # gagal
    REFUSED = "ditolak", "BPJS refused it."
    NOT_FOUND = "tidak-ditemukan", "BPJS does not have what it names."
    REFUSED_ALONE = (
        "ditolak-sendiri",
        "BPJS refused it as if the credential were wrong, and accepts the credential.",
    )
    WITHOUT_REGISTRATION = (
        "tanpa-pendaftaran",
        "BPJS wants a registration, and its chain has none that is under way.",
    )
    WITHOUT_ADD = (
        "ditolak-tanpa-antrean",
        "BPJS refused it, and its chain holds no queue entry that BPJS has.",
    )
    THROUGH_SATUSEHAT = (
        "lewat-satusehat",
        "Here its referral goes through Satu Sehat, and it is not sent this way.",
    )
    BAD_BODY = "isi-salah", "A field is missing or wrong."
    UNKNOWN_CODE = "kode-tidak-dikenal", "It names a code that BPJS's reference data does not have."
    OLD_CONTENT = "isi-lama", "BPJS holds another content than this."
    BAD_SEAL = "segel-tertukar", "What is stored here was sealed for another job."
    GIVEN_UP = "tidak-berhasil", "It was tried time after time while its service took others."
    NEVER_TAKEN = "gangguan-bpjs", "BPJS fails it time after time, proves not to have it, and takes others."
    # any, once a late answer contradicts what the job has become
    CONTRADICTED = "bertentangan", "A late answer contradicts how the job ended: a person looks."


MAY_BE_THERE = Outcome.marked(Mark.MAY_BE_THERE)
UNCLEAR_LOOKS = Outcome.marked(Mark.UNCLEAR_LOOK)
SAID_TO_BE_THERE = Outcome.marked(Mark.SAID_TO_BE_THERE)
FAILED = Outcome.marked(Mark.FAILED)
TELLS_NOTHING = Outcome.marked(Mark.TELLS_NOTHING)
NEVER_LEFT = Outcome.marked(Mark.NEVER_LEFT)
BETWEEN_ROUNDS = Outcome.marked(Mark.BETWEEN_ROUNDS)
NO_DELIVERY = Outcome.marked(Mark.NO_DELIVERY)
ASKED_AFRESH = Outcome.marked(Mark.ASKED_AFRESH)
# What `attempts.outcome` holds -> the word for staff.
OUTCOME_WORDS = {outcome.value: outcome.word for outcome in Outcome}

# What a job waits for when it could not be delivered because its service was down: due at once when it flows.
POSTPONED_BY_OUTAGE = (Reason.UNREACHED, Reason.NO_ANSWER, Reason.LOOK_PENDING)
