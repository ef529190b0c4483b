"""Runs a command under what a systemd unit forbids, where there is no systemd: system calls, memory, capabilities.

    python -m tests.deployments.confined UNIT COMMAND …

Of the unit the lists of system calls and address families, MemoryDenyWriteExecute, CapabilityBoundingSet and UMask
are put into force, by the same means of the kernel that systemd uses. Not its view of the file system.
"""

import ctypes
import errno
import os
import subprocess
import sys
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
# The tests' PostgreSQL listens in a folder of another user's, which nobody else may enter without this one.
_DAC_OVERRIDE = 1
_CAPBSET_DROP, _SET_MDWE, _REFUSE_EXEC_GAIN = 24, 65, 1  # prctl
_ALLOW, _ERRNO, _EQUAL = 0x7FFF0000, 0x00050000, 4  # libseccomp
_FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}


class _Compared(ctypes.Structure):
    """libseccomp's `struct scmp_arg_cmp`."""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


def values(unit: Path, name: str) -> list[str]:
    """All that a unit says of one directive, in order."""
    lines = unit.read_text().splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


def confine(unit: Path) -> None:
    """Put this process, and all that it starts, under the unit's limits."""
    os.umask(int(values(unit, "UMask")[0], 8))
    if values(unit, "CapabilityBoundingSet") == [""]:
        for capability in set(range(64)) - {_DAC_OVERRIDE}:
            _LIBC.prctl(_CAPBSET_DROP, capability, 0, 0, 0)
    if values(unit, "MemoryDenyWriteExecute") == ["yes"]:
        assert _LIBC.prctl(_SET_MDWE, _REFUSE_EXEC_GAIN, 0, 0, 0) == 0, os.strerror(ctypes.get_errno())
    _filter(_allowed(unit), [_FAMILIES[name] for name in values(unit, "RestrictAddressFamilies")[0].split()])


def _allowed(unit: Path) -> set[str]:
    allowed: set[str] = set()
    for line in values(unit, "SystemCallFilter"):
        names = {name for group in line.removeprefix("~").split() for name in _expanded(group)}
        allowed = allowed - names if line.startswith("~") else allowed | names
    return allowed


def _expanded(group: str) -> set[str]:
    if not group.startswith("@"):
        return {group}
    said = subprocess.run(
        ["systemd-analyze", "syscall-filter", group, "--no-pager"],
        check=True,
        capture_output=True,
        text=True,
    )
    members = (line.split("#")[0].strip() for line in said.stdout.splitlines()[1:])
    return {name for member in members if member for name in _expanded(member)}


def _filter(allowed: set[str], families: list[int]) -> None:
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(_ERRNO | errno.EPERM)))
    for name in sorted(allowed - {"socket"}):
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            seccomp.seccomp_rule_add_array(rules, ctypes.c_uint32(_ALLOW), number, 0, None)
    socket = seccomp.seccomp_syscall_resolve_name(b"socket")
    for family in families:
        compared = _Compared(0, _EQUAL, family, 0)
        seccomp.seccomp_rule_add_array(rules, ctypes.c_uint32(_ALLOW), socket, 1, ctypes.byref(compared))
    assert seccomp.seccomp_load(rules) == 0


if __name__ == "__main__":
    confine(Path(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
