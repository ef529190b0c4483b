"""The kunci of a job, by which the same body handed over twice is known to be the same job."""

import hashlib
import json
from collections.abc import Mapping


def default_kunci(faskes: str, jenis: str, norm: str, rantai: str | None, body: Mapping[str, object]) -> str:
    """A hash of faskes, jenis, norm, explicit rantai and the body, whatever the order of its fields."""
    canonical = json.dumps(
        [faskes, jenis, norm, rantai or "", body], sort_keys=True, separators=(",", ":"), ensure_ascii=True
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
