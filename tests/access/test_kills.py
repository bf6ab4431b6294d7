"""Signing in and rights when the process is killed or the disk is full: nothing told is lost, nobody is let in."""

import itertools
import random
from types import SimpleNamespace

import pytest

from tests.offices import new_store
from tests.store.killing import READY, kill_at_random
from tests.store.test_failures import full_disk
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
TABLE = csv_of(table_of(RIGHTS, pages_of(RIGHTS)))


def cheap_hashes():
    passwords._hasher = lambda: passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._nobody.cache_clear()


def come_and_go(url, tell):
    """Sign in, change roles, bring rights in, without end; tells what came back."""
    cheap_hashes()
    store, roles = open_store(url), itertools.cycle(["领导", "分析员"])
    tell(READY)
    for turn in itertools.count():
        tell(("signed in", sign_in(store, "guan", SECRET).token))
        sign_in(store, "jia", f"wrong {turn}", f"10.0.0.{turn % 250}")
        role = next(roles)
        change_account(store, "jia", RIGHTS, "终端", role=role)
        tell(("role", role))
        if turn % 3 == 2:
            save_rights(store, TABLE, RIGHTS, "终端")
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
    draw, lines = random.Random(25), 0
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
        assert len(log) >= lines + len([act for act, _ in told if act != "role"])
        lines = len(log)
        roles = [role for act, role in told if act == "role"]
        present = next(account.role for account in accounts if account.login == "jia")
        changes = log.loc[log["act"] == "改动账号", "subject"]
        assert changes.empty or changes.iloc[0].endswith(f"改为{present}")
        # What was told last holds, unless the next change was stored and not told any more: the newest line.
        assert not roles or present == roles[-1] or log["act"].iloc[0] == "改动账号"
        assert needs_sign_in(store)
        store.engine.dispose()


@pytest.mark.parametrize("act", ["sign in", "wrong password", "role", "rights"])
def test_on_a_full_disk_nobody_comes_in_and_nothing_changes(url, act):
    store, roles = open_store(url), itertools.cycle(["分析员", "领导"])
    token = sign_in(store, "guan", SECRET).token
    acts = {
        "sign in": lambda: sign_in(store, "guan", SECRET),
        "wrong password": lambda: sign_in(store, "guan", "wrong one", f"10.0.0.{next(numbers)}"),
        "role": lambda: change_account(store, "jia", RIGHTS, "终端", role=next(roles)),
        "rights": lambda: save_rights(store, TABLE, RIGHTS, "终端"),
    }
    numbers = itertools.count(1)
    with full_disk(SimpleNamespace(store=store)):
        for _ in range(200):  # the last pages fill up
            before = state(store)
            try:
                acts[act]()
            except StoreError as error:
                sentence = str(error)
                break
        else:
            pytest.fail("the disk was never full")
        assert "磁盘满了" in sentence
        assert state(store) == before
        with reading(store) as connection:
            still = account_of_session(connection, digest_of(token))
        assert act == "rights" or still.login == "guan"


def state(store):
    with reading(store) as connection:
        assert list(broken_lines(connection)) == []
        log = read_log(connection).to_dict("records")
        return read_accounts(connection), log, rights_in_force(connection)
