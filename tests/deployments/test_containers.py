"""The containers: what they may, and the two roles of the database, made on a real PostgreSQL."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from pydantic import SecretStr

from database import enqueue, open_database
from database.settings import PROJECT, DatabaseSettings
from tests.postgres import bare_postgres
from tests.tasks.bodies import ANTREAN

FOLDER = PROJECT / "deployments" / "production"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]
OURS = ("server", "server-2", "background", "prefect-tables", "deploy", "worker", "dispatcher", "web")
SEVERAL = {"server-2", "background", "prefect-tables", "redis"}
# What a container needs of root's rights, if anything.
NEEDED = {"proxy": {"CHOWN", "NET_BIND_SERVICE", "SETGID", "SETUID"}}
# Where each writes, beside its volumes.
WRITES = {"database": {"/var/run/postgresql"}, "proxy": {"/etc/nginx/conf.d", "/run", "/var/cache/nginx"}}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_container_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service.get("cap_add", ())) == NEEDED.get(name, set())
    assert set(service["tmpfs"]) == {"/tmp"} | WRITES.get(name, set())
    assert not service.get("privileged")


def test_every_image_of_others_is_named_by_its_exact_version() -> None:
    (ours,) = re.findall(r"^FROM (\S+)$", (FOLDER / "Dockerfile").read_text(), re.MULTILINE)
    images = {service["image"] for service in SERVICES.values()} - {"bpjs-fktp"} | {ours}
    assert all(
        re.fullmatch(r"\w+:\d+\.\d+(\.\d+)?(-[\w-]+)?(@sha256:[0-9a-f]{64})?", image) for image in images
    )


def test_what_several_servers_need_is_started_for_them_alone() -> None:
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["several"]} == SEVERAL
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            assert name in SEVERAL or needed not in SEVERAL or how["required"] is False
    for name in ("server", "server-2"):
        assert SERVICES[name]["networks"] == {"default": {"aliases": ["prefect"]}}
    assert all(SERVICES[name]["environment"]["PREFECT_API_URL"] == "http://prefect:4200/api" for name in OURS)


@pytest.mark.parametrize("name", OURS)
def test_our_containers_know_nothing_of_the_superuser(name: str) -> None:
    environment = SERVICES[name]["environment"]
    assert environment["POSTGRES_PASSWORD"] == ""
    assert environment["BPJS_DATABASE_URL"].startswith("postgresql://bpjs:${BPJS_DB_PASSWORD:?}@database/")
    prefect = environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"]
    assert prefect == "postgresql+asyncpg://prefect:${PREFECT_DB_PASSWORD:?}@database/prefect"


def test_redis_asks_for_a_password_that_stands_in_no_process_list() -> None:
    redis = SERVICES["redis"]
    told = redis["entrypoint"][-1]
    assert "umask 077; echo requirepass $$REDIS_PASSWORD >/tmp/password.conf" in told  # of the shell itself
    assert told.endswith("exec redis-server /etc/redis.conf --include /tmp/password.conf --dir /data")
    assert redis["user"] == "redis"
    assert "ports" not in redis
    assert redis["volumes"] == ["redis:/data", "./redis.conf:/etc/redis.conf:ro"]


def test_the_database_s_container_makes_the_roles_and_is_not_root() -> None:
    database = SERVICES["database"]
    assert database["user"] == "postgres"
    assert "./databases.sql:/docker-entrypoint-initdb.d/databases.sql:ro" in database["volumes"]
    asked = set(re.findall(r"^\\getenv \w+ (\w+)$", (FOLDER / "databases.sql").read_text(), re.MULTILINE))
    assert asked <= database["environment"].keys()


PASSWORDS = {"BPJS_DB_PASSWORD": "sandi'satu", "PREFECT_DB_PASSWORD": "sandi dua"}


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """Where a PostgreSQL listens on which the script has run."""
    with bare_postgres() as (socket, programs):
        options = ["--no-psqlrc", "--no-password", "--username", "postgres", "--host", str(socket)]
        subprocess.run(
            [programs / "psql", *options, "--file", FOLDER / "databases.sql", "postgres"],
            env=PASSWORDS | {"PATH": "/bin:/usr/bin"},
            check=True,
            timeout=60,
        )
        yield socket


def address(server: Path, role: str, name: str) -> str:
    return f"postgresql://{role}:@/{name}?host={server}"


def test_the_roles_are_no_superusers_and_have_passwords(server: Path) -> None:
    with psycopg.connect(address(server, "postgres", "postgres")) as connection:
        rights = "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
        rows = connection.execute(
            f"SELECT rolname, {rights}, rolpassword LIKE 'SCRAM%' FROM pg_authid WHERE rolname !~ '^p(g_|ostgres)'"
        ).fetchall()
    assert sorted(rows) == [("bpjs", False, True), ("prefect", False, True)]


def test_our_role_makes_our_tables_and_works_with_them(server: Path) -> None:
    database = open_database(DatabaseSettings(database_url=SecretStr(address(server, "bpjs", "bpjs"))))
    assert enqueue("tambah-antrean", "RM-1", "Pasien Contoh", ANTREAN, database=database).id == 1
    database.close()


FORBIDDEN = [
    ("bpjs", "bpjs", "SELECT rolpassword FROM pg_authid"),
    ("bpjs", "bpjs", "CREATE ROLE another"),
    ("bpjs", "bpjs", "COPY (SELECT 1) TO PROGRAM 'true'"),
    ("bpjs", "prefect", "SELECT 1"),
    ("prefect", "bpjs", "SELECT 1"),
]


@pytest.mark.parametrize(("role", "name", "statement"), FORBIDDEN)
def test_a_role_can_do_nothing_outside_its_own_database(
    server: Path, role: str, name: str, statement: str
) -> None:
    with (
        pytest.raises(
            (psycopg.errors.InsufficientPrivilege, psycopg.OperationalError), match="permission denied"
        ),
        psycopg.connect(address(server, role, name)) as connection,
    ):
        connection.execute(statement.encode())
