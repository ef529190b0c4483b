"""`make demo` delivers one clinic day in a fresh folder and checks it at BPJS, here and in Prefect."""

from collections.abc import Sequence

from deployments.children.signals import Stop
from deployments.run import verification
from deployments.run.clinic import Clinic
from deployments.run.plan import Plan
from deployments.run.sample import Handed
from deployments.run.screen import Screen
from deployments.run.verification import Check

DELIVERY_SECONDS = 240
_RECORDING_SECONDS = 60


def demonstrate(plan: Plan, stop: Stop, screen: Screen) -> bool:
    """Deliver the day and check what it left behind; whether all holds.

    Raises Interrupted at Ctrl-C, StepFailed when a child dies, DatabaseError.
    """
    with Clinic(plan, stop, screen) as clinic:
        first = clinic.hand_over_today()
        in_time = clinic.wait_until_settled(seconds=DELIVERY_SECONDS)
        clinic.show_cards()
        late = [] if in_time else [f"belum selesai setelah {DELIVERY_SECONDS} detik"]
        checks = [Check("semua selesai pada waktunya", late), *_checks(clinic, first)]
    screen.checks(checks)
    return all(check.holds for check in checks)


def _checks(clinic: Clinic, first: Sequence[Handed]) -> list[Check]:
    second = clinic.hand_over_today("Sekali lagi")
    clinic.wait_until_settled(seconds=DELIVERY_SECONDS)
    ledger = verification.read_ledger(clinic.plan.control_url)
    return [
        verification.statuses_as_expected(clinic.database, clinic.day, first),
        verification.ledger_as_expected(clinic.day, ledger),
        verification.nothing_sent_twice(ledger),
        verification.references_as_held(clinic.database, ledger),
        verification.same_file_makes_nothing_new(first, second),
        verification.recorded_in_prefect(
            clinic.database, clinic.plan.environ, clinic.children, seconds=_RECORDING_SECONDS
        ),
    ]
