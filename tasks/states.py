"""A job's end shows in Prefect under standard names, so that the UI's own state filter finds them."""

from prefect.client.schemas import State
from prefect.states import Cancelled, Completed, Failed

from database.status import Status
from tasks.delivery.deliver import Delivered
from tasks.prefect_server.run_log import say_ends_plainly

# Here, for a run's own process imports its flow and nothing else of ours.
say_ends_plainly()

# The word of the page goes first in the message.
WORDS: dict[Status, str] = {
    Status.TERKIRIM: "Terkirim",
    Status.GAGAL: "Gagal",
    Status.DITUTUP: "Ditutup",
    Status.MENUNGGU: "Menunggu",
    Status.TIDAK_PASTI: "Tidak pasti",
    Status.PROSES: "Proses",
}
FOR_PATIENT = "Menunggu pasien"
POSTPONED = "Ditunda"
LONGEST = 500  # characters of a state message


def state_of(delivered: Delivered) -> State[None]:
    """Completed, Failed, or type CANCELLED named Ditunda: neither a false red nor a false green."""
    words = [FOR_PATIENT if delivered.for_patient else WORDS[delivered.status], delivered.text]
    message = " · ".join(word for word in words if word)[:LONGEST]
    if delivered.status in {Status.TERKIRIM, Status.DITUTUP}:
        return Completed(message=message)
    if delivered.status is Status.GAGAL:
        return Failed(message=message)
    return Cancelled(message=message, name=POSTPONED)
