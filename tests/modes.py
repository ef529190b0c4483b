"""What the files and folders that a test made are open to."""

import stat
from pathlib import Path


def modes(folder: Path) -> dict[str, str]:
    """The mode of everything below a folder, by its path there, as `600`."""
    return {
        str(path.relative_to(folder)): f"{stat.S_IMODE(path.stat().st_mode):o}"
        for path in folder.rglob("*")
        if path.exists()
    }


def opened(folder: Path) -> dict[str, str]:
    """Those of them that somebody else than the owner may read, write or enter."""
    return {name: mode for name, mode in modes(folder).items() if not mode.endswith("00")}
