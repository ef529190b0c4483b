"""`make run`: everything on one machine with a sample clinic day, up until Ctrl-C."""

import threading

from deployments.clinic import Clinic
from deployments.lock import only_run_in
from deployments.plan import SIMULATOR_PORT, Plan
from deployments.screen import Screen
from tasks.prefect_environment import API_URL
from tasks.prefect_password import way_in

# How long the cards wait for the day to be delivered; the rest of it goes on while the run stays up.
_FIRST_LOOK_SECONDS = 60
_WATCH_SECONDS = 0.5

# What another terminal needs where the simulator could not have its usual port.
_OF_SIMULATOR = ("BPJS_SIMULATED", "BPJS_PCARE_BASE_URL", "BPJS_ANTREAN_BASE_URL")
_OF_ITS_FOLDER = ("BPJS_DATABASE_URL", "BPJS_DATA_KEY_FILE")


def _exports(plan: Plan) -> list[str]:
    """What another terminal must be told, so that its commands use the same services as this run."""
    names = [API_URL, "PREFECT_HOME"]  # where the password of its server is kept
    if plan.simulator_port not in (None, SIMULATOR_PORT):
        names += _OF_SIMULATOR
        names += [] if "database_url" in plan.database.model_fields_set else _OF_ITS_FOLDER
    return [f"{name}={plan.environ[name]}" for name in names if name in plan.environ]


def stay_up(plan: Plan, stop: threading.Event, screen: Screen) -> None:
    """Start everything and stay up.

    Raises Interrupted at Ctrl-C, StepFailed when a child dies, AlreadyRunning, DatabaseError.
    """
    with only_run_in(plan.folder), Clinic(plan, stop, screen) as clinic:
        if plan.simulator_port is not None:
            clinic.hand_over_today()
            clinic.wait_until_settled(seconds=_FIRST_LOOK_SECONDS)
        clinic.show_cards()
        if plan.server_port is not None:
            screen.says(f"UI Prefect: {plan.ui_url}")
            screen.says(f"Masuk ke UI dengan {way_in(plan.environ)}")
        screen.says(f"Di terminal lain, sebelum bpjs send: export {' '.join(_exports(plan))}")
        screen.says(f"Catatan proses: {plan.logs}. Ctrl-C untuk berhenti.")
        while True:
            clinic.children.pause(_WATCH_SECONDS)
