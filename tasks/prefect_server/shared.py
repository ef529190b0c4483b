"""The settings of several Prefect servers on one database, which tell each other things through Redis."""

from collections.abc import Mapping, MutableMapping

REDIS = "PREFECT_REDIS_MESSAGING_URL"
# Prefect reads the address of its database under either name.
_DATABASE = ("PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_API_DATABASE_CONNECTION_URL")

SHARED: dict[str, str] = {
    "PREFECT_MESSAGING_BROKER": "prefect_redis.messaging",
    "PREFECT_MESSAGING_CACHE": "prefect_redis.messaging",
    "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
    "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE": "prefect_redis.cleanup_queue",
    # By default a server keeps up to five events for up to ten seconds before it tells Redis: they are lost
    # with it, and when Redis is away. Told at once, they are sent again by the sender, who hears of it.
    "PREFECT_REDIS_MESSAGING_PUBLISHER_BATCH_SIZE": "1",
    # Done once, before the servers start (deployments/prefect_tables.py), and not by each of them at a time.
    "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
}
_CLEANUP_REDIS = "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL"


class NotShared(Exception):
    """One sentence: what several servers need is not set."""


def configure_shared(environ: MutableMapping[str, str], elsewhere: Mapping[str, str]) -> None:
    """Add what several servers need to be told, where the user has not. Raises NotShared.

    `elsewhere`: what Prefect reads from files.
    """
    settings = {**elsewhere, **{name: value for name, value in environ.items() if value}}
    redis = settings.get(REDIS, "")
    if not redis:
        raise NotShared(f"Beberapa server Prefect memerlukan Redis: isi {REDIS}.")
    if not any(settings.get(name, "").startswith("postgresql") for name in _DATABASE):
        raise NotShared(f"Beberapa server Prefect memerlukan PostgreSQL: isi {_DATABASE[0]}.")
    for name, value in {**SHARED, _CLEANUP_REDIS: redis}.items():
        if name not in elsewhere:
            environ.setdefault(name, value)
