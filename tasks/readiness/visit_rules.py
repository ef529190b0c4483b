"""What a job lacks by the other jobs of its visit: a registration, a screening; or that it is there."""

from collections.abc import Iterator, Mapping

from bpjs_client.jenis import Jenis
from database.jobs.chain import CREATES, UNDOES, UNDONE_BY
from database.jobs.same_content import Content, is_other
from database.status import Status
from database.vocabulary import Reason
from tasks.readiness.body_rules import Said
from tasks.readiness.case import Case, Other

# What a job needs of its visit, and in which field the visit is named.
_FIRST: Mapping[Jenis, Jenis] = {
    Jenis.TAMBAH_KUNJUNGAN: Jenis.TAMBAH_PENDAFTARAN,
    Jenis.PANGGIL_ANTREAN: Jenis.TAMBAH_ANTREAN,
    Jenis.BATAL_ANTREAN: Jenis.TAMBAH_ANTREAN,
}
_WORDS: Mapping[Jenis, str] = {
    Jenis.TAMBAH_PENDAFTARAN: "pendaftaran",
    Jenis.TAMBAH_ANTREAN: "antrean",
    Jenis.TAMBAH_KUNJUNGAN: "kunjungan",
}
_NUMBER = {Jenis.HAPUS_PENDAFTARAN: "noUrut", Jenis.HAPUS_KUNJUNGAN: "noKunjungan"}


def nothing_before(case: Case) -> Said:
    """What must come first was never handed over here."""
    first = _FIRST.get(case.job.jenis)
    if first is not None and not case.job.corrects and not _tried(case, first):
        word = _WORDS[first]
        yield (
            "",
            f"Tidak ada {word} yang terkirim atau diserahkan di sini untuk kartu, tanggal dan poli ini.",
        )


def failed_before(case: Case) -> Said:
    """What must come first was refused, and this waits behind it."""
    ahead = [each for each in _ahead(case) if each.in_chain]
    if ahead and all(each.status is Status.GAGAL for each in ahead):
        yield "", f"{_as_subject(ahead[-1])} gagal, dan pekerjaan ini tertahan di belakangnya."


def elsewhere_before(case: Case) -> Said:
    """What must come first is not delivered, and stands in a chain where nobody waits for it."""
    ahead = [] if case.job.corrects else _ahead(case)
    if ahead and not any(each.in_chain or _is_there(each) for each in ahead):
        yield "", f"{_as_subject(ahead[-1])} belum terkirim, dan tidak ditunggu: rantainya lain."


def undone_before(case: Case) -> Said:
    """What must come first was delivered and deleted again, or its deletion is under way."""
    first = _FIRST.get(case.job.jenis)
    if first is not None and _tried(case, first) and _undone(case, first) and not _again(case, first):
        yield "", f"{_WORDS[first].capitalize()} kunjungan ini sudah dihapus atau sedang dihapus."


def waits_before(case: Case) -> Said:
    """What must come first is not delivered yet; this goes after it by itself."""
    ahead = [] if case.job.corrects else [each for each in _ahead(case) if each.status is not Status.GAGAL]
    waiting = [each for each in ahead if each.in_chain and each.is_unfinished and not each.is_listed]
    if waiting and not any(_is_there(each) or each.is_listed for each in ahead):
        yield "", f"{_as_subject(waiting[-1])} belum terkirim; pekerjaan ini menyusul sesudahnya."


def already_there(case: Case) -> Said:
    """The same registration, visit or queue entry was delivered, or is about to be (contract 6.4)."""
    for other in _same(case):
        if other.same_card:
            yield "", f"{_as_subject(other)} {_state(other)} untuk kartu, tanggal dan poli yang sama."
            return


def perhaps_there(case: Case) -> Said:
    """The same of one without a card: whether BPJS takes it twice is not known (contract 6.4)."""
    same = list(_same(case))
    if same and not any(other.same_card for other in same):
        yield "", f"{_as_subject(same[0])} {_state(same[0])} untuk norm, tanggal dan poli yang sama."


def twice_in_list(case: Case) -> Said:
    """The very same job stands in the list before it: it is stored once."""
    for other in case.of(case.job.jenis):
        if other.is_listed and other.comes_first and other.kunci == case.job.kunci:
            yield "", f"Sama dengan {other.name}; disimpan satu kali saja."
            return


def known_already(case: Case) -> Said:
    """It was handed over before, with this kunci and this content."""
    if case.handed is not None and not _differs(case):
        known = case.handed.known
        yield "", f"Sudah diserahkan sebagai pekerjaan #{known.id} ({known.status}); tidak dikirim dua kali."


def kunci_of_another(case: Case) -> Said:
    """Its kunci is another job's: what is handed over now would not be stored."""
    if case.handed is not None and _differs(case):
        yield "kunci", f"Kunci ini milik pekerjaan #{case.handed.known.id} yang isinya lain."


def screening_open(case: Case) -> Said:
    """Another job of this card waits because BPJS wants the health screening first."""
    if case.waiting and case.job.jenis in CREATES:
        waits = case.waiting[-1]
        yield "", f"Pasien ini diketahui belum mengisi skrining kesehatan: pekerjaan #{waits} menunggunya."


def number_unknown(case: Case) -> Said:
    """A deletion without BPJS's number, and nothing here that could bring it."""
    created, field = UNDOES.get(case.job.jenis), _NUMBER.get(case.job.jenis, "")
    if created is not None and not case.body.get(field) and not _under_way(case, created):
        yield field, f"Nomor BPJS tidak diketahui di sini: tidak ada {_WORDS[created]} yang akan dihapus."


def _tried(case: Case, jenis: Jenis) -> list[Other]:
    """The jobs of this jenis that were or will be sent, or that a person closed as being at BPJS already."""
    return [
        each
        for each in case.of(jenis)
        if each.status is not Status.DITUTUP or each.reason == Reason.ALREADY_THERE
    ]


def _under_way(case: Case, jenis: Jenis) -> list[Other]:
    """Those of them that BPJS has or will be given."""
    return [each for each in _tried(case, jenis) if each.status is not Status.GAGAL]


def _ahead(case: Case) -> list[Other]:
    """What must come first, as far as it was handed over and not undone."""
    first = _FIRST.get(case.job.jenis)
    return [] if first is None or _undone(case, first) else _tried(case, first)


def _is_there(other: Other) -> bool:
    """Whether BPJS has it."""
    return not other.is_unfinished and other.status is not Status.GAGAL


def _undone(case: Case, jenis: Jenis) -> bool:
    """Whether what undoes the last of these was delivered or closed as done already, or is under way."""
    last = max((_age(each) for each in _under_way(case, jenis)), default=(False, 0))
    return any(_age(undoing) > last for undoing in _under_way(case, UNDONE_BY[jenis]))


def _again(case: Case, jenis: Jenis) -> bool:
    """Whether it comes again in the same list."""
    return any(each.is_listed for each in case.of(jenis))


def _age(other: Other) -> tuple[bool, int]:
    """Later is greater; what is in the list comes after all that is stored."""
    return other.is_listed, other.job_id or other.place or 0


def _same(case: Case) -> Iterator[Other]:
    """The jobs of its own jenis that BPJS has or will be given before it, stored ones first."""
    if case.job.jenis not in CREATES or case.job.corrects or _undone(case, case.job.jenis):
        return
    own = case.handed.known.id if case.handed is not None else None
    for each in _under_way(case, case.job.jenis):
        is_itself = each.job_id == own if not each.is_listed else each.kunci == case.job.kunci
        if each.comes_first and not is_itself:
            yield each


def _state(other: Other) -> str:
    if other.is_listed:
        return "sudah ada"
    return "sudah diserahkan dan belum selesai" if other.is_unfinished else "sudah ada di BPJS"


def _as_subject(other: Other) -> str:
    name = other.name
    return f"{name[0].upper()}{name[1:]}"


def _differs(case: Case) -> bool:
    """Whether its kunci was handed over with other content; a derived kunci is made of the content."""
    if case.handed is None or case.handed.content is None or not case.job.names_its_kunci:
        return False
    mine = Content(case.job.jenis.value, case.job.norm, case.job.body)
    return is_other(case.handed.content, mine)
