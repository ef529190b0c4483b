"""A file of clinics of which only the names matter."""

from collections.abc import Iterable

from tasks.clinics import Clinic, Clinics


def listed(names: Iterable[str]) -> Clinics:
    """Clinics of these names, one request at a time each, without a credential."""
    return Clinics({name: Clinic.model_construct(serentak=1) for name in names})  # type: ignore[call-arg]
