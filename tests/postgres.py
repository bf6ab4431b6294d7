"""A PostgreSQL server of the tests' own: a new cluster in a temporary folder, gone at the end.

It listens on a socket in its own folder only, so neither a port nor another server can be in the
way. A small program holds a pipe from the tests: when they end, however they end, it stops the
server and removes the folder.
"""

import functools
import getpass
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_NUMBERS = itertools.count(1)
_GUARDED = "guarded"
PASSWORD = "opensesame"
"""Role and password for the tests of a wrong password; everyone else is trusted."""
_RULES = f"local all {_GUARDED} scram-sha-256\nlocal all all trust\n"
_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
full_page_writes = off
autovacuum = off
wal_level = minimal
max_wal_senders = 0
max_connections = 200
shared_buffers = 32MB
max_wal_size = 128MB
"""
_PATIENCE = 120
"""Seconds for the server to start or stop: machines that run the tests may be busy."""


class NoPostgres(RuntimeError):
    """PostgreSQL is not installed here."""


def programs() -> Path | None:
    """Find the folder with initdb and pg_ctl, the newest of Debian's or the one of the path."""
    if sys.platform == "win32":
        return None
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    named = shutil.which("initdb")
    found = [Path(named).resolve()] if named and not found else found
    return found[-1].parent if found else None


@dataclass(frozen=True)
class Cluster:
    """A running server: its folder, its programs, the user it runs as, and its keeper."""

    folder: Path
    programs: Path
    user: str
    keeper: subprocess.Popen

    def url(self, database: str, user: str = "", password: str = "") -> str:
        """Give the address of a database as an office would write it into WENMING_STORE."""
        who = f"{user or self.user}:{password}@" if password else f"{user or self.user}@"
        return f"postgresql://{who}/{database}?host={self.folder}"

    def control(self, *arguments: str) -> None:
        """Run pg_ctl and wait until it is done."""
        log = self.folder / "server.log"
        try:
            _run(
                self.user,
                self.folder,
                [self.programs / "pg_ctl", "-D", self.folder / "data", "-w", "-s"],
                ["-t", str(_PATIENCE), *arguments],
            )
        except subprocess.CalledProcessError as error:
            said = log.read_text(errors="replace") if log.exists() else ""
            raise AssertionError(f"pg_ctl {arguments} failed: {error.stdout}\n{said}") from error

    def start(self) -> None:
        """Start the server; it answers when this returns."""
        self.control("start", "-l", str(self.folder / "server.log"))

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server: "fast" sends its clients away, "immediate" is as good as a crash."""
        self.control("stop", "-m", mode)

    def run(self, statement: str, database: str = "postgres") -> list[tuple]:
        """Run one statement as the owner of the cluster, outside any transaction."""
        import psycopg  # not on every machine

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else []

    def new_database(self, like: str = "template1") -> str:
        """Make a database and give its URL; `like` names one to copy that nobody is using."""
        import psycopg

        name = f"city{next(_NUMBERS)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            # Of itself a server copies pages through its log from 15 on: three times the work.
            how = "STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
            connection.execute(f'CREATE DATABASE {name} TEMPLATE "{like}" {how}')
        return self.url(name)


def make_cluster() -> Cluster:
    """Make a cluster and start its server.

    Raises NoPostgres when PostgreSQL is not installed.
    """
    found = programs()
    if found is None:
        raise NoPostgres("PostgreSQL is not installed: no initdb was found")
    folder, user = Path(tempfile.mkdtemp(prefix="wenming-pg-")), _user()
    shutil.chown(folder, user)
    initdb = [found / "initdb", "-D", folder / "data", "-U", user, "-E", "UTF8"]
    _run(user, folder, initdb, ["--locale=C", "--no-sync", "--no-instructions"])
    (folder / "data" / "pg_hba.conf").write_text(_RULES)
    with (folder / "data" / "postgresql.conf").open("a") as settings:
        settings.write(_SETTINGS.format(folder=folder))
    cluster = Cluster(folder, found, user, _keep(user, folder, found))
    cluster.start()
    cluster.run(f"CREATE ROLE {_GUARDED} LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
    return cluster


def end(cluster: Cluster) -> None:
    """Stop the server; its folder goes soon after."""
    cluster.keeper.stdin.close()
    cluster.keeper.wait(_PATIENCE)


def _keep(user: str, folder: Path, found: Path) -> subprocess.Popen:
    """Start the program that clears away when the tests are gone, even when they are killed."""
    # Nobody waits until it is removed: hundreds of databases are very many files.
    script = 'cat; "$1/pg_ctl" -D "$2/data" -m immediate -w -s stop; rm -rf "$2" &'
    return subprocess.Popen(
        ["sh", "-c", script, "keeper", found, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        **_as(user),
    )


def _run(user: str, folder: Path, *command: list) -> None:
    subprocess.run(
        [str(word) for part in command for word in part],
        check=True,
        cwd=folder,
        # Not a pipe: the server would inherit it, and hold it open for as long as it lives.
        stdout=(folder / "said.log").open("ab"),
        stderr=subprocess.STDOUT,
        timeout=2 * _PATIENCE,
        **_as(user),
    )


def _user() -> str:
    """Name the user the server runs as: it refuses to run as root."""
    if os.geteuid():
        return getpass.getuser()
    import pwd  # POSIX

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as(user: str) -> dict[str, object]:
    if os.geteuid():
        return {}
    import pwd

    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


_CHOSEN = "WENMING_TESTS_ON_POSTGRESQL"


def choose() -> None:
    """Let the stores of this run of the tests be on PostgreSQL."""
    os.environ[_CHOSEN] = "1"


def is_chosen() -> bool:
    """Say whether the stores of this run of the tests are on PostgreSQL."""
    return _CHOSEN in os.environ


@functools.cache
def cluster() -> Cluster:
    """Give the cluster of this run of the tests; the first who asks has it made."""
    return make_cluster()


def end_all() -> None:
    """Clear the run's cluster away, if there is one."""
    if cluster.cache_info().currsize:
        end(cluster())
        cluster.cache_clear()
