"""`make run` keeps a whole clinic with a sample day up on one machine, until Ctrl-C."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from deployments.children.lock import only_run_in
from deployments.children.signals import Stop
from deployments.run.clinic import Clinic
from deployments.run.first_person import NAME, first_person
from deployments.run.plan import PAGE_PORT, SERVER_PORT, SIMULATOR_PORT, Plan
from deployments.run.screen import Screen
from tasks.prefect_server.environment import API_URL
from tasks.prefect_server.password import way_in
from tasks.prefect_server.running import announcing, server_note, simulator_note

# How long the cards wait for the day to be delivered; the rest of it goes on while the run stays up.
_FIRST_LOOK_SECONDS = 60
_WATCH_SECONDS = 0.5


def stay_up(plan: Plan, stop: Stop, screen: Screen) -> None:
    """Start everything and stay up.

    Raises Interrupted at Ctrl-C, StepFailed when a child dies, AlreadyRunning, DatabaseError.
    """
    with only_run_in(plan.folder), _announced(plan, screen), Clinic(plan, stop, screen) as clinic:
        password = first_person(clinic.database)
        if plan.simulator_port is not None:
            clinic.hand_over_today()
            clinic.wait_until_settled(seconds=_FIRST_LOOK_SECONDS)
        clinic.show_cards()
        screen.says(f"Halaman BPJS FKTP: {plan.page_url}")
        screen.says(_way_in(password))
        if plan.server_port is not None:
            screen.says(f"UI Prefect: {plan.ui_url}")
            screen.says(f"Masuk ke UI dengan {way_in(plan.environ)}")
        screen.says(f"Catatan proses: {plan.logs}. Ctrl-C untuk berhenti.")
        while True:
            clinic.children.pause(_WATCH_SECONDS)


def _way_in(password: str | None) -> str:
    """In Indonesian, how to enter the page; a new password is shown this once."""
    if password is None:
        return "Masuk ke halaman dengan nama dan kata sandi Anda; yang ada: .venv/bin/bpjs pengguna daftar"
    return f"Masuk ke halaman dengan nama {NAME} dan kata sandi {password} (ditampilkan sekali ini saja)"


# The simulator's clients need only these; the defaults are right for the rest.
_OF_SIMULATOR = ("BPJS_SIMULATED", "BPJS_PCARE_BASE_URL", "BPJS_ANTREAN_BASE_URL")


@contextmanager
def _announced(plan: Plan, screen: Screen) -> Iterator[None]:
    """While this run is up, commands in another terminal find what it started, on whatever port."""
    ports = (
        (SIMULATOR_PORT, plan.simulator_port),
        (PAGE_PORT, plan.page_port),
        (SERVER_PORT, plan.server_port),
    )
    for usual, port in ports:
        if port not in (None, usual):
            screen.says(f"Port {usual} sedang dipakai program lain; yang dipakai sekarang {port}.")
    with ExitStack() as notes:
        if plan.simulator_port is not None:
            where = {name: plan.environ[name] for name in _OF_SIMULATOR}
            notes.enter_context(announcing(simulator_note(), where))
        if plan.server_port is not None:
            where = {API_URL: plan.environ[API_URL]}
            notes.enter_context(announcing(server_note(plan.environ), where))
        yield
