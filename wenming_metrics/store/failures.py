"""Why the store cannot be used, in Chinese: what happened, what to do, what became of the work.

Only failures of the place are told (disk, rights, locks, connection, damage). A mistake of the
program, such as a statement the tables do not fit or a key stored twice, passes as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as AllTaken

NOT_SAVED = "这次的改动没有保存，数据和之前一样。"
UNSURE = "断开时正在保存，不能确定这次的改动是否已经存好，请先查看入库记录。"
"""What became of the work of a transaction that failed."""

_FULL = "磁盘满了，写不进去。请腾出磁盘空间再试。"
_LOCKED = "另一个程序正占用着数据，等了一会儿还没有轮到。请稍后再试。"
_DAMAGED = "数据已损坏。请停止使用，用备份还原。"
_GONE = "与数据库的连接断了，可能是数据库停了或网络断了。请稍后再试；还不行，请管理员检查数据库。"
_AWAY = "连接不上数据库。请检查数据库是否已启动、网络是否通、WENMING_STORE 里的地址是否正确。"
_STARTING = "数据库正在启动或停止。请稍后再试。"
_TOO_MANY = "同时使用数据的人太多。请稍后再试。"
_NO_RIGHT = "数据库的这个用户没有足够的权限。请管理员授予权限。"
_READ_ONLY = "数据只能读，不能写。"
_STRANGE = "使用数据时出错：{said}。请把这句话告诉管理员。"

_PRIMARY = 0xFF
_SQLITE = {
    3: "没有读写数据文件的权限。请检查文件和文件夹的权限。",  # PERM
    5: _LOCKED,  # BUSY
    6: _LOCKED,  # LOCKED
    7: "内存不够。请关掉一些程序再试。",  # NOMEM
    8: _READ_ONLY + "请检查数据文件和文件夹的权限，以及磁盘是否写保护。",  # READONLY
    10: "读写磁盘时出错，磁盘可能满了、断开了或坏了。请检查磁盘再试。",  # IOERR
    11: _DAMAGED,  # CORRUPT
    13: _FULL,  # FULL
    14: "没有这个文件夹，或者没有读写的权限。请检查 WENMING_STORE 和文件夹的权限。",  # CANTOPEN
    15: _LOCKED,  # PROTOCOL
    26: "它不是本软件的数据文件。请检查 WENMING_STORE。",  # NOTADB
}
"""By SQLite's primary result code, the lowest byte of what it reports."""
_SQLITE_MISTAKES = {1, 2, 17, 19, 20, 21, 25}
"""ERROR, INTERNAL, SCHEMA, CONSTRAINT, MISMATCH, MISUSE, RANGE: mistakes of the program."""

_POSTGRES = {
    "08": _GONE,
    "25006": _READ_ONLY + "请管理员检查数据库是不是备用机，或设成了只读。",
    "25P03": _GONE,
    "28": "数据库不接受用户名或密码。请检查 WENMING_STORE。",
    "3D000": "服务器上没有这个数据库。请检查 WENMING_STORE，或请管理员建立数据库。",
    "40": _LOCKED,
    "42501": _NO_RIGHT,
    "53100": _FULL,
    "53200": "数据库服务器内存不够。请稍后再试。",
    "53300": _TOO_MANY,
    "55P03": _LOCKED,
    "57P": _GONE,
    "58": "数据库服务器读写磁盘时出错。请管理员检查磁盘。",
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
"""By PostgreSQL's code of the error; shorter ones stand for all that begin so."""
_REFUSED = {
    "password authentication|认证失败|no password supplied|pg_hba.conf": _POSTGRES["28"],
    "database .* (does not exist|不存在)": _POSTGRES["3D000"],
    "role .* (does not exist|不存在)|角色.*不存在": _POSTGRES["28"],
    "starting up|shutting down|in recovery|启动中|正在关闭|恢复模式": _STARTING,
    "too many clients|remaining connection slots|太多": _TOO_MANY,
}
"""By what the driver says of a connection that was not made: it gives no code then."""


class StoreError(RuntimeError):
    """The store cannot be used; the message says why and what to do, in Chinese."""


@dataclass(frozen=True)
class Failure:
    """What went wrong, in words for the user; lost - the connection broke under the work."""

    text: str
    lost: bool = False


@contextmanager
def as_store_errors(url: str, outcome: str = "", *, opening: bool = False) -> Iterator[None]:
    """Turn failures of the place into StoreError, with the original as its cause.

    Takes: outcome - what became of the work, said after the reason
           opening - say first which place it is that cannot be opened
    """
    try:
        yield
    except (DBAPIError, AllTaken) as error:
        failure = explain(error, url)
        if failure is None:
            raise
        after = NOT_SAVED if outcome == UNSURE and not failure.lost else outcome
        before = f"打不开{spell_address(url)}：" if opening else ""
        raise StoreError(before + failure.text + after) from error


def explain(error: DBAPIError | AllTaken, url: str) -> Failure | None:
    """Say what a driver's error means to the user; None for a mistake of the program."""
    if isinstance(error, AllTaken):
        return Failure(_TOO_MANY)
    message = _without_password(str(error.orig), url)
    number = getattr(error.orig, "sqlite_errorcode", None)
    if number is not None:
        reason = _SQLITE.get(number & _PRIMARY)
        is_mistake = number & _PRIMARY in _SQLITE_MISTAKES
    else:
        reason = _of_server(error, message)
        is_mistake = reason is None and not isinstance(error, OperationalError)
    lost = error.connection_invalidated or reason == _GONE
    return None if is_mistake else Failure(reason or _STRANGE.format(said=message), lost)


def _of_server(error: DBAPIError, message: str) -> str | None:
    """Find the words for what a server said, or for its silence."""
    state = getattr(error.orig, "sqlstate", None)
    if state:
        reason = next((text for code, text in _POSTGRES.items() if state.startswith(code)), None)
        return reason or (_GONE if error.connection_invalidated else None)
    if error.connection_invalidated:
        return _GONE
    if not isinstance(error, OperationalError) or not hasattr(error.orig, "sqlstate"):
        return None
    return next((text for words, text in _REFUSED.items() if re.search(words, message)), _AWAY)


def spell_address(url: str) -> str:
    """Spell where the store is: the path of its file, or its address without the password."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return f"数据文件 {address.database}"
    address = address.set(drivername=address.get_backend_name(), query={})
    return f"数据库 {address.render_as_string(hide_password=True)}"


def _without_password(message: str, url: str) -> str:
    address = make_url(url)
    one_line = " ".join(message.split()).rstrip("。.")
    return one_line.replace(str(address.password), "***") if address.password else one_line
