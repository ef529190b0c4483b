"""Looks for what must never leave our own tables: patients' numbers and secrets."""

from datetime import date
from functools import cache

from bpjs_client.settings import BpjsSettings
from bpjs_simulator.sample_day import sample_day
from tests.chaos.patients import Patient
from tests.tasks.bodies import CARD, NIK, PHONE

_NUMBERS = ("nomorkartu", "noKartu", "nik", "nohp")
_SECRETS = ("secret_key", "pcare_user_key", "antrean_user_key", "pcare_password")
_STORM = 200  # patients


@cache
def sentinels() -> frozenset[str]:
    """Every number of an invented patient that the tests hand over, and every secret."""
    today = date.today()
    bodies = [line["body"] for line in sample_day(today).lines]
    numbers = {body[name] for body in bodies for name in _NUMBERS if body.get(name)}
    storm = {value for number in range(_STORM) for value in _of(Patient(number, today))}
    defaults = (BpjsSettings.model_fields[name].default.get_secret_value() for name in _SECRETS)
    return frozenset({CARD, NIK, PHONE, *numbers, *storm, *defaults})


def _of(patient: Patient) -> tuple[str, str]:
    return patient.card, patient.nik


def leaks(text: str) -> set[str]:
    """Those that stand in a text."""
    return {sentinel for sentinel in sentinels() if sentinel in text}
