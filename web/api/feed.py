"""The feed: which jobs changed since the clinic's system looked last."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from database.views.handed_over import BEGINNING, SETTLED, Cursor, changes_since
from web.api.answers import Perubahan, told
from web.api.bearer import At, Reader
from web.api.frame import refused
from web.api.problem import Json, documented

MOST = 500
_FORM = re.compile(r"([0-9]{1,16})-([0-9]{1,18})")  # microseconds since 1970, and the job's id
_MICROSECOND = timedelta(microseconds=1)

router = APIRouter()


@router.get(
    "/perubahan",
    summary="Pekerjaan yang berubah",
    description="Menurut waktu perubahan, yang terlama lebih dulu; tanpa cursor: dari awal. Yang berubah"
    f" kurang dari {SETTLED.seconds} detik lalu belum disebut, agar tidak ada yang terlewat.",
    response_model=None,
    responses={200: {"model": Perubahan, "description": "Yang berubah sesudah cursor."}, **documented()},
)
def changes(
    database: At,
    token: Reader,
    cursor: Annotated[str | None, Query(max_length=40, description="Dari jawaban sebelumnya.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Json:
    """The clinic's jobs that changed after the cursor."""
    found = changes_since(database, token.faskes, _read(cursor), limit=limit)
    jobs = [told(job) for job in found.jobs]
    return Json({"pekerjaan": jobs, "cursor": _written(found.cursor), "lagi": found.more})


def _written(cursor: Cursor) -> str:
    return f"{(cursor.at - BEGINNING.at) // _MICROSECOND}-{cursor.job_id}"


def _read(cursor: str | None) -> Cursor:
    if not cursor:
        return BEGINNING
    parts = _FORM.fullmatch(cursor)
    if parts is None:
        raise refused({"cursor": ["Kirim cursor persis seperti yang diterima, atau kosongkan."]})
    return Cursor(datetime(1970, 1, 1, tzinfo=UTC) + int(parts[1]) * _MICROSECOND, int(parts[2]))
