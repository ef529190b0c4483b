"""The Indonesian words for a service and for its state, as staff read them."""

from database.services.states import State


def named(service: str, jenis: str) -> str:
    """In Indonesian, a service or a jenis at it: `layanan pcare`, `tambah-kunjungan di pcare`."""
    return f"{jenis} di {service}" if jenis else f"layanan {service}"


def state_words(jenis: str, state: str) -> str:
    """In Indonesian, how it stands; a jenis that fails says nothing of whether BPJS can be reached."""
    return (_JENIS_WORDS if jenis else _SERVICE_WORDS)[State(state)]


_SERVICE_WORDS = {
    State.CLOSED: "berjalan",
    State.OPEN: "sedang tidak dapat dihubungi",
    State.HALF_OPEN: "sedang dicoba lagi",
    State.PAUSED: "dijeda",
}
_JENIS_WORDS = {
    **_SERVICE_WORDS,
    State.OPEN: "ditahan karena terus gagal",
    State.PAUSED: "ditahan karena ditolak BPJS",
}
