"""Masks a body or an answer for any screen: one rule for the terminal, the pages and whatever comes.

It shows codes, dates and numbers in BPJS's own fields, and BPJS's words without a patient's number. A field
that names the patient shows its last three characters. A field that nobody knows, or that speaks of the
patient in free words, shows only that it is there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bpjs_client.bodies import MODELS, Khusus, RujukLanjut, SubSpesialis, WireModel
from bpjs_client.identifiers import mostly_masked, names_the_patient, without_identifiers

LEFT_OUT = "…"
# Clinics write about a patient in their own words in these fields.
ABOUT_THE_PATIENT = frozenset(
    {
        "keluhan",
        "anamnesa",
        "terapiobat",
        "terapinonobat",
        "bmhp",
        "alasan",
        "keterangan",
        "alasantacc",
        "catatan",
    }
)
_MODELS: tuple[type[WireModel], ...] = (*MODELS.values(), RujukLanjut, SubSpesialis, Khusus)
# BPJS's answers are made of these fields (docs/bpjs-contract.md, 2 and 3).
_OF_ANSWERS = frozenset(
    {"metadata", "message", "code", "response", "field", "list", "count", "pesan", "nourut", "nokunjungan"}
)
_OWN = frozenset(name.casefold() for model in _MODELS for name in model.model_fields)
SHOWN = (_OWN | _OF_ANSWERS) - ABOUT_THE_PATIENT


def masked(value: Any, request: Mapping[str, Any] | None = None) -> Any:
    """A copy of JSON, or of the words of an answer, fit for every screen; `request` names the patient."""
    return _masked(value, request, known=True)


def _masked(value: Any, request: Mapping[str, Any] | None, *, known: bool) -> Any:
    if isinstance(value, Mapping):
        return {
            without_identifiers(str(name), request): _field(str(name), inner, request)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(inner, request, known=known) for inner in value]
    if value is None or value == "" or isinstance(value, bool):
        return value
    if not known:
        return LEFT_OUT
    harmless = without_identifiers(str(value), request)
    return harmless if isinstance(value, str) or harmless != str(value) else value


def _field(name: str, value: Any, request: Mapping[str, Any] | None) -> Any:
    if names_the_patient(name) and isinstance(value, str | int | float) and not isinstance(value, bool):
        return mostly_masked(str(value))
    return _masked(value, request, known=name.casefold() in SHOWN)


def masked_changes(
    changes: Sequence[Mapping[str, Any]] | None, request: Mapping[str, Any] | None = None
) -> list[dict[str, Any]] | None:
    """A person's changes, as `{"field", "from", "to"}`: each side by the rule of its field."""
    if changes is None:
        return None
    return [
        {
            "field": without_identifiers(str(change.get("field", "")), request),
            **{
                side: _field(str(change.get("field", "")).rpartition(".")[2], change[side], request)
                for side in ("from", "to")
                if side in change
            },
        }
        for change in changes
    ]
