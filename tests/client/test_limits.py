"""Whatever answers: an exchange ends by its deadline, and needs no more than 150 MiB."""

from collections.abc import Callable, Iterator

import pytest

from bpjs_client.limits import MOST_BYTES, MOST_VALUES

from .bombs import (
    DEFLATE,
    GZIP,
    MIB,
    Talk,
    answer,
    blanks,
    dripping,
    endlessly,
    enveloped,
    filled,
    lz_bomb,
    many_names,
    packed,
    quoted,
    sealed,
)
from .greedy import Greedy, greedy
from .sockets import server

MOST_GROWN = 150  # MiB
# The whole may take twice as long as the wait for each next part; then what was read must be unpacked.
PART, LONGEST = 0.4, 4.0

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

# As fast as they are taken, without an end.
FLOODS: dict[str, Talk] = {
    "100 Continue": endlessly(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "103 Early Hints": endlessly(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    "headers": endlessly(HEAD, b"X-Lagi: a\r\n"),
    "one header": endlessly(HEAD + b"X-Panjang: ", b"a"),
    "a status line": endlessly(b"HTTP/1.1 200 ", b"O"),
    "a body without an end": endlessly(HEAD + b"\r\n", b" "),
    "chunks of one byte": endlessly(CHUNKED, b"1\r\n \r\n"),
    "a chunk's extension": endlessly(CHUNKED + b"1;", b"a"),
    "trailers": endlessly(CHUNKED + b"1\r\n \r\n0\r\n", b"X-Lagi: a\r\n"),
    "gzip that holds nothing": endlessly(
        HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03", b"\0\0\0\xff\xff"
    ),
    "after gzip's end": endlessly(HEAD + b"Content-Encoding: gzip\r\n\r\n" + blanks(MIB), b" "),
}
# A drop at a time, each well within the wait for the next part.
DRIPS: dict[str, Talk] = {
    "a status line": dripping(b"HTTP/1.1 200 ", b"O"),
    "a header": dripping(HEAD + b"X-Pelan: ", b"a"),
    "100 Continue": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body": dripping(HEAD + b"Content-Length: 1000\r\n\r\n", b" "),
    "a chunk's length": dripping(CHUNKED, b"0"),
    "trailers": dripping(CHUNKED + b"0\r\nX-Pelan: ", b"a"),
}
HUGE = 300 * MIB


def encoded(*headers: str, kind: int = GZIP) -> Talk:
    return answer(
        blanks(HUGE, times=sum(header.count(",") + 1 for header in headers), kind=kind),
        *(f"Content-Encoding: {header}" for header in headers),
    )


def lz(tokens: int) -> bytes:
    return enveloped(quoted(sealed(lz_bomb(tokens))), 201)


# Small on the way.
BOMBS: dict[str, Callable[[], Talk]] = {
    "gzip": lambda: encoded("gzip"),
    "gzip, gzip": lambda: encoded("gzip, gzip"),
    "two headers of gzip": lambda: encoded("gzip", "gzip"),
    "gzip, gzip, gzip": lambda: encoded("gzip, gzip, gzip"),
    "deflate": lambda: encoded("deflate", kind=DEFLATE),
    "deflate, deflate": lambda: encoded("deflate, deflate", kind=DEFLATE),
    "93 KB of lz-string": lambda: answer(lz(35_000), status="201 Created"),
    "199 KB of lz-string": lambda: answer(lz(75_000), status="201 Created"),
    "lz-string in gzip": lambda: answer(packed([lz(75_000)]), "Content-Encoding: gzip"),
    "lz-string in a failure": lambda: answer(lz(75_000), status="500 Internal Server Error"),
}
JUST_READ, TOO_LARGE = MOST_BYTES - 1024, 4 * MOST_BYTES


def crowd(item: str, more: str = "") -> str:
    """As many of an item as are read, and text to fill up the rest; in memory each takes many times its bytes."""
    each = 1 + sum(map(item.count, ",[{"))
    items = ",".join(item.replace("#", f"{number:x}") for number in range((MOST_VALUES - 100) // each))
    left = JUST_READ - len(items.encode()) - 2 * len(more.encode()) - 100
    return f'[{items}, "{"a" * left}{more}"]'


CROWDS: dict[str, Callable[[], str]] = {
    "empty lists": lambda: crowd("[]"),
    "empty objects": lambda: crowd("{}"),
    "small objects": lambda: crowd('{"":0}'),
    "small objects beyond the BMP": lambda: crowd('{"":0}', more="😀"),
    "objects of different names": lambda: crowd('{"#":0}'),
    "deep objects": lambda: crowd('{"":' * 60 + "0" + "}" * 60),
    "numbers": lambda: crowd("9.5"),
    "texts": lambda: crowd('"#"'),
    "texts beyond the BMP": lambda: crowd('"😀#"'),
    "half surrogate pairs": lambda: crowd(r'"\ud83d"'),
    "names": lambda: many_names(MOST_VALUES - 100),
}
# Of the size that is just read.
LARGE: dict[str, Callable[[], str]] = {
    "empty lists": lambda: filled("[]", JUST_READ),
    "deep objects": lambda: filled('{"":' * 60 + "0" + "}" * 60, JUST_READ),
    "names": lambda: many_names(JUST_READ // 9),
    "one text beyond the BMP": lambda: quoted("a" * JUST_READ)[:-1] + '😀"',
    "blanks in base64": lambda: quoted("QQ  " * (JUST_READ // 4)),
    "a number": lambda: "9" * JUST_READ,
}


@pytest.fixture(scope="module")
def process() -> Iterator[Greedy]:
    with greedy() as started:
        yield started


def ends_well(process: Greedy, talk: Talk, kind: str, *, read_timeout: float = PART) -> None:
    with server(talk) as url:
        cost = process.cost(kind, url, read_timeout)
    assert cost.outcome == ("unknown" if kind == "write" else "temporary")
    assert cost.seconds < LONGEST
    assert cost.grown < MOST_GROWN


@pytest.mark.parametrize("kind", ["read", "write"])
@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_ends_by_the_deadline_and_fills_no_memory(process: Greedy, name: str, kind: str) -> None:
    ends_well(process, FLOODS[name], kind)


@pytest.mark.parametrize("name", DRIPS)
def test_a_drip_ends_by_the_deadline(process: Greedy, name: str) -> None:
    ends_well(process, DRIPS[name], "write")


@pytest.mark.parametrize("kind", ["read", "write"])
@pytest.mark.parametrize("name", BOMBS)
def test_what_grows_when_it_is_unpacked_is_unpacked_to_a_limit(process: Greedy, name: str, kind: str) -> None:
    ends_well(process, BOMBS[name](), kind, read_timeout=10)


@pytest.mark.parametrize("name", CROWDS)
def test_as_many_values_as_are_read_fill_no_memory(process: Greedy, name: str) -> None:
    with server(answer(enveloped(CROWDS[name]()))) as url:
        cost = process.cost("read", url, 10)
    assert cost.outcome == "success"
    assert cost.grown < MOST_GROWN


@pytest.mark.parametrize("name", LARGE)
def test_json_as_large_as_is_read_fills_no_memory(process: Greedy, name: str) -> None:
    ends_well(process, answer(enveloped(LARGE[name]())), "read", read_timeout=10)


@pytest.mark.parametrize("kind", ["read", "write"])
def test_a_body_beyond_the_limit_is_not_read_to_its_end(process: Greedy, kind: str) -> None:
    ends_well(process, answer(enveloped(filled("{}", TOO_LARGE))), kind, read_timeout=10)


@pytest.mark.parametrize("name", ["gzip", "x-gzip", "identity", "GZIP", "", "identity, gzip"])
def test_an_answer_that_was_packed_once_is_read(process: Greedy, name: str) -> None:
    plain = enveloped(filled('{"kd": "01"}', 200_000))
    body = packed([plain]) if "gzip" in name.lower() else plain
    with server(answer(body, f"Content-Encoding: {name}")) as url:
        assert process.cost("read", url, 10).outcome == "success"


@pytest.mark.parametrize("name", ["br", "zstd", "gzip, gzip", "gzip, br", "aes128gcm"])
def test_packing_that_nobody_asked_for_is_not_read(process: Greedy, name: str) -> None:
    ends_well(process, answer(enveloped("[]"), f"Content-Encoding: {name}"), "write", read_timeout=10)


def test_an_answer_that_was_cut_inside_its_packing_is_not_read(process: Greedy) -> None:
    whole = packed([enveloped("[]")])
    ends_well(process, answer(whole[:-9], "Content-Encoding: gzip"), "read", read_timeout=10)


def test_an_empty_answer_may_call_itself_packed(process: Greedy) -> None:
    with server(answer(b"", "Content-Encoding: gzip", status="204 No Content")) as url:
        assert process.cost("read", url, 10).outcome == "success"


def test_a_list_as_long_as_bpjs_has_them_is_read(process: Greedy) -> None:
    row = '{"kdProvider": "0099B001", "nmProvider": "KLINIK CONTOH", "aktif": true}'
    with server(answer(enveloped(filled(row, MOST_BYTES // 2)))) as url:
        assert process.cost("read", url, 10).outcome == "success"
