"""Keeps pages of Prefect in the same place: one that differs is written anew, the others are left alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey
from prefect.client.schemas.objects import ArtifactCollection

_AT_ONCE = 100  # keys in one question; Prefect's server gives no more than 200 answers


@dataclass(frozen=True)
class Page:
    """A page's Markdown, what it is called, and when it was made, which alone makes no new page."""

    text: str
    title: str
    made: str

    @property
    def whole(self) -> str:
        """As it is kept."""
        return f"{self.text}\n\n{self.made}"


def keep_pages(
    client: SyncPrefectClient, pages: Mapping[str, Page], *, also_same: bool = False
) -> dict[str, UUID]:
    """The id of each, by its key; `also_same` writes those too that have not changed.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    kept = {found.key: found for found in newest(client, list(pages))}
    return {key: _keep(client, key, page, kept.get(key), also_same) for key, page in pages.items()}


def newest(client: SyncPrefectClient, keys: Sequence[str]) -> Iterator[ArtifactCollection]:
    """The newest version of each key's artifact, of those that there are. Raises as `keep_pages`."""
    for first in range(0, len(keys), _AT_ONCE):
        some = list(keys[first : first + _AT_ONCE])
        wanted = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=some))
        yield from client.read_latest_artifacts(artifact_filter=wanted, limit=_AT_ONCE)


def _keep(
    client: SyncPrefectClient, key: str, page: Page, kept: ArtifactCollection | None, also_same: bool
) -> UUID:
    if kept is None:
        new = ArtifactCreate(key=key, type="markdown", data=page.whole, description=page.title)
        return client.create_artifact(new).id
    if also_same or not str(kept.data).startswith(f"{page.text}\n\n"):
        client.update_artifact(kept.latest_id, ArtifactUpdate(data=page.whole, description=page.title))
    return kept.latest_id
