"""Accounts, sessions and the log on a real store: who gets in, for how long, and what is noticed."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from tests.offices import new_store
from wenming_metrics.access.passwords import hashed, is_password, weakness
from wenming_metrics.access.viewer import AccessError
from wenming_metrics.domain import periods
from wenming_metrics.queries import viewers
from wenming_metrics.queries.viewers import look_up_account, shipped_rights, viewer_of_token
from wenming_metrics.store import accounts, guesses, schema, sessions
from wenming_metrics.store.access_log import LOG_COLUMNS, broken_lines, read_log
from wenming_metrics.store.accounts import Account, add_account, change_account, set_password
from wenming_metrics.store.database import open_store, reading, revision, writing
from wenming_metrics.store.sessions import account_of_session, digest_of, sign_in, sign_out

pytestmark = pytest.mark.store
RIGHTS = shipped_rights()
SECRET = "Wen-ming 2026"


@pytest.fixture
def store(tmp_path):
    made = open_store(new_store(tmp_path))
    add_account(made, Account(0, "guan", "管甲", "管理员"), SECRET, RIGHTS, "终端")
    return made


@pytest.fixture
def clock(monkeypatch):
    """Sets the clock of sign-ins forward or back."""
    shift, real = [timedelta()], periods.now
    for module in (sessions, accounts, guesses):
        if hasattr(module, "now"):
            monkeypatch.setattr(module, "now", lambda: real() + shift[0])
    return lambda **by: shift.__setitem__(0, timedelta(**by))


def who(store, token):
    with reading(store) as connection:
        account = account_of_session(connection, digest_of(token))
    return account and account.login


def log(store):
    with reading(store) as connection:
        return read_log(connection)


def broken(store):
    with reading(store) as connection:
        return list(broken_lines(connection))


def test_a_run_rests_on_the_look_that_let_its_message_in_and_on_none_older(store, monkeypatch):
    def let_in():
        token = sign_in(store, "guan", SECRET).token
        assert look_up_account(store, digest_of(token)).login == "guan"
        return token

    token, begun = let_in(), viewers.monotonic()
    with store.engine.begin() as connection:  # as another process ends it, after the message came
        connection.execute(delete(schema.session))
    monkeypatch.setattr(viewers, "monotonic", lambda: begun)
    assert viewer_of_token(store, token).account == "guan"
    monkeypatch.setattr(viewers, "monotonic", lambda: begun + 1.5)
    assert viewer_of_token(store, token) is None
    token = let_in()
    change_account(store, "guan", RIGHTS, "终端", name="管乙")  # by this one: at once
    assert viewer_of_token(store, token) is None
    token = let_in()
    sign_out(store, token)
    assert viewer_of_token(store, token) is None


def test_who_signs_in_is_known_by_what_the_browser_holds_until_they_sign_out(store):
    first, second = (sign_in(store, "ＧＵＡＮ", SECRET).token for _ in range(2))
    assert who(store, first) == who(store, second) == "guan"
    with reading(store) as connection:
        kept = connection.scalars(select(schema.session.c.digest)).all()
    assert first not in kept
    sign_out(store, first)
    sign_out(store, first)
    assert (who(store, first), who(store, second)) == (None, "guan")
    assert who(store, "") is None
    assert log(store)["act"].tolist() == ["退出", "登录", "登录", "建立账号"]


def test_signing_in_changes_no_figure(store):
    before = revision(store)
    sign_out(store, sign_in(store, "guan", SECRET).token)
    assert revision(store) == before


def test_a_session_ends_at_its_hour_and_does_not_begin_before_its_time(store, clock):
    token = sign_in(store, "guan", SECRET).token
    clock(hours=sessions.HOURS, seconds=-5)
    assert who(store, token) == "guan"
    clock(hours=sessions.HOURS, seconds=5)
    assert who(store, token) is None
    clock(hours=-1)
    assert who(store, token) is None, "the clock was set back"


def test_twenty_wrong_passwords_wait_longer_and_longer(store, clock):
    refusals = [sign_in(store, "guan", "wrong one").refusal for _ in range(20)]
    assert refusals[: guesses.FREE_TRIES + 1] == ["账号或密码不对。"] * (guesses.FREE_TRIES + 1)
    assert set(refusals[guesses.FREE_TRIES + 1 :]) == {
        "密码连续输错，请等 30 秒 再试，或请管理员重设密码。"
    }
    assert not sign_in(store, "guan", SECRET).token, "the right one waits as well"
    clock(hours=-3)
    assert not sign_in(store, "guan", SECRET).token, "a clock set back shortens nothing"
    clock(seconds=31)
    assert not sign_in(store, "guan", "wrong again").token
    clock(seconds=50)
    assert not sign_in(store, "guan", SECRET).token, "the sixth waits twice as long"
    clock(seconds=93)
    assert sign_in(store, "guan", SECRET).token
    refused = log(store).query("act == '登录被拒'")
    assert len(refused) == 6
    assert refused["subject"].iloc[0] == "密码不对，本机 连续第 6 次"


def test_a_new_password_ends_the_wait_and_every_session(store):
    token = sign_in(store, "guan", SECRET).token
    for _ in range(6):
        sign_in(store, "guan", "wrong one")
    set_password(store, "guan", "another Mima 7", "终端")
    assert who(store, token) is None
    assert not sign_in(store, "guan", SECRET).token
    assert sign_in(store, "guan", "another Mima 7").token


def test_names_and_passwords_without_end_are_not_looked_at(store, monkeypatch):
    monkeypatch.setattr(sessions, "is_password", lambda *_: pytest.fail("hashed all the same"))
    assert sign_in(store, "甲" * 10_000, SECRET).refusal == "账号或密码不对。"
    assert sign_in(store, "guan", "x" * 10_000).refusal == "账号或密码不对。"
    assert len(log(store)) == 1


def test_an_unknown_login_is_told_and_waits_the_same_as_a_wrong_password(store):
    tries = [[sign_in(store, login, "wrong one") for _ in range(8)] for login in ("nobody", "guan")]
    assert tries[0] == tries[1]
    assert "请等 30 秒" in tries[0][-1].refusal


def test_a_stranger_locks_out_nobody_but_themselves(store):
    for _ in range(8):
        sign_in(store, "guan", "wrong one", "10.0.0.9")
    assert not sign_in(store, "guan", SECRET, "10.0.0.9").token
    assert sign_in(store, "guan", SECRET, "10.0.0.2").token
    assert "请等" in sign_in(store, "guan", SECRET, "10.0.0.9").refusal, (
        "who comes in frees no other"
    )


def test_who_tries_one_login_after_another_waits_as_well(store):
    refusals = [
        sign_in(store, f"login{n}", "wrong one", "10.0.0.9").refusal
        for n in range(guesses.FREE_OF_ADDRESS + 3)
    ]
    assert "请等 30 秒" in refusals[-1]
    assert refusals[guesses.FREE_OF_ADDRESS] == "账号或密码不对。"


def test_wrong_passwords_are_kept_for_a_day_and_no_more_than_so_many(store, clock, monkeypatch):
    monkeypatch.setattr(guesses, "_MOST", 20)
    for n in range(60):
        sign_in(store, "nobody", "wrong one", f"10.0.1.{n}")
    with reading(store) as connection:
        count = len(connection.execute(select(schema.guess)).all())
    assert count <= 22
    clock(days=1, seconds=5)
    sign_in(store, "nobody", "wrong one", "10.0.2.1")
    with reading(store) as connection:
        kept = connection.scalars(select(schema.guess.c.address)).all()
    assert kept == ["10.0.2.1", "10.0.2.1"]


@pytest.mark.parametrize(
    ("account", "password", "message"),
    [
        (Account(0, "guan", "管乙", "管理员"), SECRET, "“guan”已有账号"),
        (Account(0, "guan2", "管甲", "管理员"), SECRET, "“管甲”已有账号"),
        (Account(0, "甲" * 10_000, "管乙", "管理员"), SECRET, "不能用"),
        (Account(0, "a b", "管乙", "管理员"), SECRET, "不能用"),
        (Account(0, "guan2", "管" * 10_000, "管理员"), SECRET, "姓名应有 1 至 20 个字"),
        (Account(0, "guan2", "管乙", "站长"), SECRET, "没有“站长”这个角色"),
        (Account(0, "jie", "街乙", "责任单位"), SECRET, "要绑定名册里的一个单位"),
        (Account(0, "guan2", "管乙", "管理员"), "short", "至少 10 个字符"),
        (Account(0, "guan2", "管乙", "管理员"), "1234567890", "太容易猜"),
        (Account(0, "guan2", "管乙", "管理员"), "my guan2 word", "不能有账号或姓名"),
        (Account(0, "guan2", "管乙", "管理员"), "x1" * 101, "最多 200 个字符"),
    ],
)
def test_what_no_account_can_be_is_said(store, account, password, message):
    with pytest.raises(AccessError, match=message):
        add_account(store, account, password, RIGHTS, "终端")
    assert len(log(store)) == 1


def test_two_administrators_cannot_remove_each_other(store):
    add_account(store, Account(0, "guan2", "管乙", "管理员"), SECRET, RIGHTS, "管甲")
    token = sign_in(store, "guan2", SECRET).token
    with pytest.raises(AccessError, match="不能改自己的角色"):
        change_account(store, "guan", RIGHTS, "管甲", disabled=True)
    change_account(store, "guan2", RIGHTS, "管甲", disabled=True)
    assert who(store, token) is None
    assert sign_in(store, "guan2", SECRET).refusal == "这个账号已停用，请找管理员。"
    with pytest.raises(AccessError, match="最后一个管理员"):
        change_account(store, "guan", RIGHTS, "管乙", role="领导")
    assert sign_in(store, "guan", SECRET).token


def test_a_role_that_people_have_stays_in_the_table(store):
    fewer = {role: rights for role, rights in RIGHTS.items() if role != "管理员"}
    with pytest.raises(AccessError, match="还有账号是“管理员”"):
        accounts.save_rights(store, "…", fewer, "管甲")


def test_a_line_that_is_changed_taken_out_or_cut_off_is_noticed(store):
    for _ in range(3):
        sign_out(store, sign_in(store, "guan", SECRET).token)
    table = schema.access_log
    assert broken(store) == []
    with reading(store) as connection:
        lines = connection.execute(select(table)).mappings().all()
    for harm, told in (
        (update(table).where(table.c.line == 3).values(who="别人"), ["第 3 行被改动过"]),
        (update(table).where(table.c.line == 3).values(at="2020"), ["第 3 行被改动过"]),
        (delete(table).where(table.c.line == 3), ["第 3 行至第 3 行不见了"]),
        (delete(table).where(table.c.line > 5), ["末尾应是第 7 行，实为第 5 行"]),
        (delete(table), ["末尾应是第 7 行，实为第 0 行"]),
    ):
        with writing(store) as connection:
            connection.execute(harm)
        assert broken(store) == told
        with writing(store) as connection:
            connection.execute(delete(table))
            connection.execute(table.insert(), [dict(line) for line in lines])
        assert broken(store) == []


def test_what_strangers_type_does_not_fill_the_log(store):
    sign_in(store, "guan", "x" * 200)
    for n in range(10):
        sign_in(store, f"no such login {n}", "x" * 200)
    assert log(store)["subject"].tolist()[:-1] == ["密码不对，本机 连续第 1 次"]
    sign_in(store, "my password", "x" * 200, "10.0.0.9")
    sign_in(store, "my other password", "x" * 200, "10.0.0.9")
    assert log(store)["subject"].tolist()[0] == "没有这个账号，来自 10.0.0.9"
    assert len(log(store)) == 3
    assert "my password" not in log(store).to_string()
    assert list(log(store).columns) == list(LOG_COLUMNS)


def test_hashes_are_of_argon2id_and_differ_each_time(monkeypatch):
    monkeypatch.undo()
    first = hashed(SECRET)
    assert first.startswith("$argon2id$")
    assert is_password(SECRET, first)
    assert not is_password(SECRET + " ", first)
    assert not is_password(SECRET, "")
    assert not is_password(SECRET, "no hash")
    assert weakness(SECRET, "guan", "管甲") == ""
