"""Signing in and rights when the process is killed or the disk is full: nothing told is lost, nobody is let in."""

import itertools
import random

import pytest
from sqlalchemy import event

from tests.offices import new_store
from tests.store.killing import READY, kill_at_random
from wenming_metrics.access import passwords
from wenming_metrics.access.rights import csv_of, pages_of, table_of
from wenming_metrics.queries.viewers import needs_sign_in, rights_in_force, shipped_rights
from wenming_metrics.store.access_log import broken_lines, read_log
from wenming_metrics.store.accounts import (
    Account,
    add_account,
    change_account,
    read_accounts,
    save_rights,
)
from wenming_metrics.store.database import StoreError, open_store, reading
from wenming_metrics.store.sessions import account_of_session, digest_of, sign_in

pytestmark = [pytest.mark.store, pytest.mark.only("sqlite")]
RIGHTS, SECRET = shipped_rights(), "Wen-ming 2026"
KILLS = 6


def cheap_hashes():
    passwords._hasher = lambda: passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._nobody.cache_clear()


def come_and_go(url, tell):
    """Sign in, change roles, bring rights in, without end; tells what came back."""
    cheap_hashes()
    store, roles = open_store(url), itertools.cycle(["领导", "分析员"])
    table = csv_of(table_of(RIGHTS, pages_of(RIGHTS)))
    tell(READY)
    for turn in itertools.count():
        tell(("signed in", sign_in(store, "guan", SECRET).token))
        sign_in(store, "jia", f"wrong {turn}", f"10.0.0.{turn % 250}")
        role = next(roles)
        change_account(store, "jia", RIGHTS, "终端", role=role)
        tell(("role", role))
        if turn % 3 == 2:
            save_rights(store, table, RIGHTS, "终端")
            tell(("rights", turn))


@pytest.fixture
def url(tmp_path):
    made = new_store(tmp_path)
    store = open_store(made)
    for login, role in (("guan", "管理员"), ("jia", "领导")):
        add_account(store, Account(0, login, f"人{login}", role), SECRET, RIGHTS, "终端")
    store.engine.dispose()
    return made


def test_killed_at_any_moment_what_was_told_holds_and_the_log_is_whole(url):
    draw, lines, changes = random.Random(25), 0, 0
    for _ in range(KILLS):
        told = kill_at_random(come_and_go, (url,), within=1.0, draw=draw)
        store = open_store(url)
        with reading(store) as connection:
            assert list(broken_lines(connection)) == []
            log, accounts = read_log(connection), read_accounts(connection)
            assert rights_in_force(connection) == RIGHTS
            signed = [token for act, token in told if act == "signed in"]
            ended = any(act == "rights" for act, _ in told)
            if signed and not ended and not (log["act"].head(4) == "改动权限表").any():
                assert account_of_session(connection, digest_of(signed[-1])).login == "guan"
            assert account_of_session(connection, digest_of("never given")) is None
        assert len(log) >= lines + len(told)
        lines = len(log)
        # What was told last holds, unless the next change of it was stored and not told any more.
        roles = [role for act, role in told if act == "role"]
        present = next(account.role for account in accounts if account.login == "jia")
        stored = (log["act"] == "改动账号").sum()
        changes += len(roles)
        if roles and stored == changes:
            assert present == roles[-1]
        assert stored - changes in (0, 1)
        changes = stored
        assert needs_sign_in(store)
        store.engine.dispose()


def test_on_a_full_disk_nobody_comes_in_and_nothing_changes(url):
    store = open_store(url)
    token = sign_in(store, "guan", SECRET).token

    def full(connection, *_):
        raise OSError(28, "No space left on device")

    event.listen(store.engine, "commit", full)
    before = state(store)
    for act in (
        lambda: sign_in(store, "guan", SECRET),
        lambda: sign_in(store, "guan", "wrong one"),
        lambda: change_account(store, "jia", RIGHTS, "终端", role="分析员"),
        lambda: save_rights(store, "…", RIGHTS, "终端"),
    ):
        with pytest.raises((StoreError, OSError)):
            act()
    event.remove(store.engine, "commit", full)
    assert state(store) == before
    with reading(store) as connection:
        assert account_of_session(connection, digest_of(token)).login == "guan"


def state(store):
    with reading(store) as connection:
        assert list(broken_lines(connection)) == []
        return read_accounts(connection), read_log(connection).to_dict("records")
