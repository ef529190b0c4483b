"""A job as every screen may show it: the terminal and the page mask by this one rule."""

from dataclasses import replace
from typing import Any

from bpjs_client.identifiers import without_identifiers
from bpjs_client.masking import masked, masked_changes
from database.views.detail import AttemptDetail, JobDetail


def masked_detail(detail: JobDetail) -> JobDetail:
    """The same job without a patient's numbers and without what a clinic wrote about the patient."""
    request = detail.request
    return replace(
        detail,
        message=without_identifiers(detail.message or "", request) or None,
        request=masked(request),
        response=masked(detail.response, request),
        history=tuple(_masked_attempt(attempt, request) for attempt in detail.history),
        reveals=tuple(replace(each, by=without_identifiers(each.by, request)) for each in detail.reveals),
    )


def _masked_attempt(attempt: AttemptDetail, request: Any) -> AttemptDetail:
    return replace(
        attempt,
        request=masked(attempt.request),
        response=masked(attempt.response, request),
        requested_by=without_identifiers(attempt.requested_by or "", request) or None,
        reason=without_identifiers(attempt.reason or "", request) or None,
        changes=masked_changes(attempt.changes, request),
    )
