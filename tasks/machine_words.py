"""Why the machine refused a file, a disk or an address, in Indonesian."""

import errno
import socket

_WHYS = {
    errno.ENOENT: "tidak ada",
    errno.EISDIR: "itu sebuah map",
    errno.EACCES: "tidak diizinkan",
    errno.EPERM: "tidak diizinkan",
    errno.ENOSPC: "disk penuh",
    errno.EROFS: "disk hanya dapat dibaca",
    errno.EADDRINUSE: "sedang dipakai program lain",
    errno.EADDRNOTAVAIL: "bukan alamat komputer ini",
    socket.EAI_NONAME: "nama itu tidak dikenal",
    socket.EAI_AGAIN: "nama itu tidak dikenal",
    errno.EBADF: "sudah ditutup",
    errno.EPIPE: "pembacanya sudah pergi",
    errno.EIO: "disk atau terminalnya rusak",
}


def why(cause: OSError) -> str:
    """In Indonesian, why the machine refused; in the machine's own words where we have none."""
    return _WHYS.get(cause.errno or 0) or cause.strerror or type(cause).__name__
