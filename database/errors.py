"""The errors of this room, told apart by what the caller does next.

DatabaseError
├── DatabaseUnavailable   wait and try again: the database cannot be reached or cannot write
│   └── ValueRefused      the same, caused by a value of one row: another try fails too
├── DataKeyMissing        tell the operator: what is stored cannot be read without the right key
├── ConstraintViolated    read again and decide anew: somebody else was first, or a bug met a guard
├── LineRefused           tell who handed it over or typed it: it cannot be read, or not be stored
├── JobNotFound           tell the person: there is no such job
│   └── JobForgotten      the same, of one that was deleted after its time
├── KunciUnknown          the same, for a kunci
├── LeaseLost             stop touching the job: somebody else may hold it now
├── MoveRefused           tell the person why: the job's status does not permit this
├── PersonRefused         tell who manages people: a name or password that cannot be, or nobody of that name
├── TokenRefused          tell who made or brought it: a token that cannot be, or is worth nothing
└── WebhookRefused        tell who makes it: an address that may not be called, or no such webhook
"""

from datetime import date


class DatabaseError(Exception):
    """Base of this room's errors; texts never hold a body, a card number or a URL with a password."""


class DatabaseUnavailable(DatabaseError):
    """The database cannot be reached or cannot write; nothing was changed by the failed transaction."""


class OtherBpjs(DatabaseError):
    """The database belongs to a BPJS at another address than the settings name; the text names both."""


class ValueRefused(DatabaseUnavailable):
    """The database, or its driver, cannot keep or read a value; nothing was changed."""


class DataKeyMissing(DatabaseError):
    """Sealed data cannot be read, or not be sealed: the text says which key is missing, never a key."""


class ConstraintViolated(DatabaseError):
    """A unique or check constraint refused the transaction; nothing was changed."""


class LineRefused(DatabaseError):
    """A job, or what was typed, cannot even be read: the text says in Indonesian what is missing or wrong."""


class JobNotFound(DatabaseError):
    """There is no job with this id."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"Pekerjaan {job_id} tidak ada.")


class JobForgotten(JobNotFound):
    """The job ended long ago and was deleted; its kunci and its id stay taken."""

    def __init__(self, job_id: int, status: str, ended: date) -> None:
        super().__init__(job_id)
        self.status = status
        day = f"{ended:%d-%m-%Y}"
        self.args = (f"Pekerjaan {job_id} sudah dihapus setelah masa simpannya: {status} pada {day}.",)


class KunciUnknown(DatabaseError):
    """There is no job with this kunci."""

    def __init__(self) -> None:
        super().__init__("Tidak ada pekerjaan dengan kunci itu.")


class LeaseLost(DatabaseError):
    """The job is no longer held by this owner: its lease ran out and it was taken over."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"Pekerjaan {job_id} tidak lagi dipegang proses ini.")


class MoveRefused(DatabaseError):
    """The job's present status does not permit what was asked; the text says why, in Indonesian."""


class PersonRefused(DatabaseError):
    """The text says in Indonesian, and without the password, why a person cannot be added or changed so."""


class TokenRefused(DatabaseError):
    """The text says in Indonesian, and without the token, why it cannot be made or is worth nothing."""


class WebhookRefused(DatabaseError):
    """The text says in Indonesian why a webhook cannot be made, or that there is none of that id."""
