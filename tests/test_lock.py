"""The locks pin what pyproject.toml names, with hashes, and send nobody to an index of ours."""

import re
import tomllib
from collections import defaultdict

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from database.settings import PROJECT

PROJECT_FILE = tomllib.loads((PROJECT / "pyproject.toml").read_text())
GROUPS = PROJECT_FILE["dependency-groups"]
NAMED = {
    "requirements.lock": [*PROJECT_FILE["project"]["dependencies"], *GROUPS["dev"]],
    "requirements-others.lock": GROUPS["others"],
}


def pins(lock: str) -> dict[str, set[str]]:
    """The versions pinned, by name: more than one where Pythons differ. Each has hashes."""
    found: dict[str, set[str]] = defaultdict(set)
    for pin in re.split(r"^(?=\S)", (PROJECT / lock).read_text(), flags=re.M)[1:]:
        requirement = Requirement(pin.partition("\\")[0])
        (version,) = requirement.specifier
        assert version.operator == "=="
        assert re.findall(r"--hash=sha256:[0-9a-f]{64}", pin), requirement.name
        found[canonicalize_name(requirement.name)].add(version.version)
    return found


@pytest.mark.parametrize("lock", NAMED)
def test_all_that_is_named_is_pinned_within_its_limits(lock: str) -> None:
    pinned = pins(lock)
    assert len(pinned) >= len(NAMED[lock])
    for named in map(Requirement, NAMED[lock]):
        versions = pinned[canonicalize_name(named.name)]
        assert versions, f"make lock: {named} is not pinned in {lock}"
        assert all(named.specifier.contains(version) for version in versions), named


@pytest.mark.parametrize("lock", NAMED)
def test_no_index_is_named(lock: str) -> None:
    text = (PROJECT / lock).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.M)
