"""PCare's own page: what people type in or remove there by hand, past every clinic's system.

Outages make clinics do so, hence a visit may be there before its job is sent (contract 6.5). An entry needs
no more than a card, a day and a poli; whether codes are known or a screening is due, a test decides.
"""

from typing import Any

from bpjs_simulator.envelope import Answer
from bpjs_simulator.holdings import Holdings, Row, Shelf
from bpjs_simulator.pcare_rules import PcareRules, visit_key


class WebAppRefusal(ValueError):
    """The page does not take this entry, or has none to remove."""


class WebApp:
    """Holds and removes registrations and visits of any provider; no write is noted for it."""

    def __init__(self, holdings: Holdings, rules: PcareRules) -> None:
        self._holdings = holdings
        self._rules = rules

    def hold_pendaftaran(self, body: Row, kd_provider: str) -> str:
        """Hold a registration; its noUrut. Raises WebAppRefusal."""
        self._check(self._holdings.pendaftaran, body, kd_provider)
        return self._rules.hold_pendaftaran(body, kd_provider)

    def hold_kunjungan(self, body: Row, kd_provider: str, *, shows_poli: bool = True) -> str:
        """Hold a visit; its noKunjungan. With `shows_poli` false the history says `"poli": null` of it.

        Its registration is not made by this. Raises WebAppRefusal.
        """
        self._check(self._holdings.kunjungan, body, kd_provider)
        return self._rules.hold_kunjungan(body, kd_provider, shows_poli=shows_poli)

    def remove_pendaftaran(self, key: Row, kd_provider: str) -> None:
        """Remove the registration of this card, day and poli. Raises WebAppRefusal."""
        held = self._holdings.pendaftaran.first(**visit_key(key, kd_provider))
        if held is None:
            raise WebAppRefusal("tidak ada pendaftaran dengan kartu, tanggal, dan poli itu")
        card, day, number, poli = (held[name] for name in ("noKartu", "tglDaftar", "noUrut", "kdPoli"))
        _done(self._rules.delete_pendaftaran(card, day, number, poli, kd_provider))

    def remove_kunjungan(self, number: str) -> None:
        """Remove the visit of this noKunjungan, whosever it is. Raises WebAppRefusal."""
        held = self._holdings.kunjungan.first(noKunjungan=number)
        if held is None:
            raise WebAppRefusal("tidak ada kunjungan dengan 'noKunjungan' itu")
        _done(self._rules.delete_kunjungan(number, held["kdProvider"]))

    def _check(self, shelf: Shelf, body: Row, kd_provider: str) -> None:
        problem = self._rules.key_problem(body)
        if problem:
            raise WebAppRefusal(problem)
        if shelf.first(**visit_key(body, kd_provider)):
            raise WebAppRefusal("sudah ada entri dengan kartu, tanggal, dan poli itu")


def _done(answer: Answer) -> None:
    if not answer.committed:
        said: list[dict[str, Any]] = answer.response or [{"message": answer.message}]
        raise WebAppRefusal(said[0]["message"])
