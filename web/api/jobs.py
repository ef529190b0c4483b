"""Jobs are handed over, one or many, checked, and read back."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request

from database import Database
from database.jobs.handover import NewJob, one_line, store
from database.people.tokens import Token
from database.views.handed_over import by_ids, by_kunci
from tasks.readiness.case import handed_in
from tasks.readiness.check import Readiness
from tasks.readiness.finding import Finding, unreadable
from web.api.answers import (
    Banyak,
    BanyakPemeriksaan,
    Diserahkan,
    Pekerjaan,
    Pemeriksaan,
    told,
    told_check,
    told_new,
)
from web.api.bearer import At, Reader, Submitter
from web.api.frame import read_job, refused, schema
from web.api.problem import Json, Problem, documented
from web.api.request_body import RawBody, an_object

MOST_JOBS = 500
_WITH_BODY = ("bukan-json", "terlalu-lama", "terlalu-besar", "bukan-tipe-json")
_GREATEST_ID = 2**63 - 1

router = APIRouter()


def _takes(what: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": what}}}}


_MANY: dict[str, Any] = {
    "type": "object",
    "required": ["pekerjaan"],
    "additionalProperties": False,
    "properties": {"pekerjaan": {"type": "array", "minItems": 1, "maxItems": MOST_JOBS, "items": schema()}},
}


@router.post(
    "/pekerjaan",
    status_code=201,
    summary="Menyerahkan satu pekerjaan",
    description="Sesudah jawaban 201 atau 200 pekerjaan itu tersimpan dan akan dikirim; BPJS tidak ditunggu."
    " Isian body yang salah menjadikannya `gagal`, dengan `errors`. Bila jawabannya hilang, serahkan lagi.",
    response_model=None,
    responses={
        201: {"model": Diserahkan, "description": "Baru."},
        200: {"model": Diserahkan, "description": "Sudah pernah diserahkan; ini keadaannya sekarang."},
        **documented(*_WITH_BODY, "kunci-dipakai"),
    },
    openapi_extra=_takes(schema()),
)
def hand_over(
    request: Request,
    database: At,
    token: Submitter,
    raw: RawBody,
    idempotency_key: Annotated[
        str | None, Header(description="Nama lain untuk `kunci`; bila keduanya diisi harus sama.")
    ] = None,
) -> Json:
    """Hand one job over."""
    if len(request.headers.getlist("idempotency-key")) > 1:
        raise refused({"kunci": ["Idempotency-Key hanya boleh sekali."]})
    job = read_job(database, an_object(raw), token, idempotency_key)
    (done,) = _stored(database, token, [job])
    if isinstance(done, Problem):
        raise done
    status, document = done
    where = f"{request.scope.get('root_path', '')}/pekerjaan/{document['id']}"
    return Json(document, status, headers={"Location": where})


@router.post(
    "/pekerjaan/banyak",
    summary="Menyerahkan banyak pekerjaan",
    description=f"Paling banyak {MOST_JOBS}; satu jawaban untuk masing-masing, di urutan yang sama."
    " Yang salah tidak menghalangi yang lain.",
    response_model=None,
    responses={
        200: {"model": Banyak, "description": "Satu jawaban untuk masing-masing."},
        **documented(*_WITH_BODY),
    },
    openapi_extra=_takes(_MANY),
)
def hand_over_many(request: Request, database: At, token: Submitter, raw: RawBody) -> Json:
    """Hand many jobs over: all that can be read are stored in one transaction."""
    if "idempotency-key" in request.headers:
        raise refused({"kunci": ["Idempotency-Key hanya untuk satu pekerjaan; isi kunci masing-masing."]})
    read = [_read_or_refused(database, item, token) for item in _items(an_object(raw))]
    stored = iter(_stored(database, token, [job for job in read if isinstance(job, NewJob)]))
    return Json({"hasil": [_result(job if isinstance(job, Problem) else next(stored)) for job in read]})


@router.post(
    "/pemeriksaan",
    summary="Memeriksa satu atau banyak pekerjaan sebelum diserahkan",
    description="Apa yang kurang: isian, kode, sesi dokter, pendaftaran, skrining, atau sudah ada."
    " Hanya dari data di sini; BPJS tidak ditanya, dan tidak ada yang disimpan. Satu pekerjaan dijawab"
    " langsung;"
    f' `{{"pekerjaan": […]}}` (paling banyak {MOST_JOBS}) dijawab satu per satu di `hasil`,'
    " dan diperiksa sebagai satu daftar: pendaftaran di daftar yang sama ikut dihitung.",
    response_model=None,
    responses={
        200: {"model": Pemeriksaan | BanyakPemeriksaan, "description": "Yang kurang ada di `temuan`."},
        **documented(*_WITH_BODY),
    },
    openapi_extra=_takes({"oneOf": [schema(), _MANY]}),
)
def check(request: Request, database: At, token: Submitter, raw: RawBody) -> Json:
    """Say what a job lacks, or each of many."""
    document = an_object(raw)
    is_many = "pekerjaan" in document
    items = _items(document) if is_many else [document]
    read = [_read_or_refused(database, item, token) for item in items]
    readiness: Readiness = request.app.state.readiness
    good = [handed_in(job, place) for place, job in enumerate(read, start=1) if isinstance(job, NewJob)]
    lacks = iter(readiness.lacks(good))
    told = [told_check(_of_frame(job) if isinstance(job, Problem) else next(lacks)) for job in read]
    return Json({"hasil": told} if is_many else told[0])


def _of_frame(refused: Problem) -> list[Finding]:
    """What hinders a job from being read at all: it would not be stored."""
    said = refused.errors or {"": [refused.detail]}
    return [unreadable(field, why) for field, all_of_it in said.items() for why in all_of_it]


@router.get(
    "/pekerjaan",
    summary="Mencari pekerjaan menurut kunci",
    description="Keadaan pekerjaan yang Anda serahkan dengan kunci ini.",
    response_model=None,
    responses={200: {"model": Pekerjaan, "description": "Pekerjaan itu."}, **documented("tidak-ada")},
)
def find(
    database: At,
    token: Reader,
    kunci: Annotated[str, Query(min_length=1, max_length=200, description="kunci yang Anda berikan.")],
) -> Json:
    """The clinic's job of this kunci."""
    job = by_kunci(database, token.faskes, one_line(kunci))
    if job is None:
        raise Problem("tidak-ada", "Tidak ada pekerjaan dengan kunci itu.")
    return Json(told(job))


@router.get(
    "/pekerjaan/{id}",
    summary="Membaca satu pekerjaan",
    description="Keadaan pekerjaan ini, bila milik faskes token.",
    response_model=None,
    responses={200: {"model": Pekerjaan, "description": "Pekerjaan itu."}, **documented("tidak-ada")},
)
def read_back(
    database: At, token: Reader, job_id: Annotated[int, Path(alias="id", ge=1, le=_GREATEST_ID)]
) -> Json:
    """The clinic's job of this id."""
    job = by_ids(database, token.faskes, [job_id]).get(job_id)
    if job is None:
        raise Problem("tidak-ada", "Tidak ada pekerjaan dengan nomor itu.")
    return Json(told(job))


Answer = tuple[int, dict[str, Any]]


def _stored(database: Database, token: Token, jobs: Sequence[NewJob]) -> list[Answer | Problem]:
    done = store(database, list(jobs))
    seen = by_ids(database, token.faskes, [each.id for each in done])
    answers: list[Answer | Problem] = []
    for each in done:
        if each.differs:
            why = f"{each.note}."
            answers.append(Problem("kunci-dipakai", f"{why[0].upper()}{why[1:]}", {"kunci": [why]}))
        else:
            document = told_new(seen[each.id], new=each.new, note=each.note)
            answers.append((201 if each.new else 200, document))
    return answers


def _items(document: Any) -> Sequence[object]:
    items = document.get("pekerjaan")
    if set(document) != {"pekerjaan"} or not isinstance(items, list) or not items:
        raise refused({"pekerjaan": ['Kirim {"pekerjaan": [ … ]} dengan satu pekerjaan atau lebih.']})
    if len(items) > MOST_JOBS:
        raise refused({"pekerjaan": [f"Paling banyak {MOST_JOBS} pekerjaan."]})
    return items


def _read_or_refused(database: Database, item: object, token: Token) -> NewJob | Problem:
    try:
        return read_job(database, item, token)
    except Problem as problem:
        return problem


def _result(done: Answer | Problem) -> dict[str, Any]:
    if isinstance(done, Problem):
        return {"status": done.status, "pekerjaan": None, "masalah": done.document()}
    status, document = done
    return {"status": status, "pekerjaan": document, "masalah": None}
