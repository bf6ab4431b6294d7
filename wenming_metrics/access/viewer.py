"""Who asks, and the acts that are allowed to them.

An act asks for its right where it is carried out: `permitted` stands at the function that changes the store.
A store that is bound to a viewer (`store.database.bound`) refuses to be written outside of an act, and
refuses a viewer who may see only some units to be read outside of a question that knows of scopes: what
nobody thought of is refused, not shown.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import wraps

ACTS = (
    *("入库", "撤回", "处理待核", "更正数据", "确认更正", "认定问题"),
    *("交办", "整改反馈", "核查", "销号"),
    *("拟稿", "复核意见", "签发", "作废", "起草办法", "发布办法", "导出", "管理账号"),
)
EXPORT, MANAGE = "导出", "管理账号"
PARTY_ACTS = {"office": "交办", "unit": "整改反馈", "checker": "核查", "approver": "销号"}
"""Who makes a move of a problem (`data/loop/moves.csv`) -> the act that it is."""
APART = (("入库", "签发"), ("拟稿", "签发"), ("更正数据", "确认更正"), ("核查", "销号"))
"""Who does the one does not do the other: who enters does not sign, who checks does not close."""
SECRETS = ("上级测评", "督查计划")
WHOLE, UNIT, PERSON, NOTHING = "全市", "本单位", "本人", "无"
SCOPES = (WHOLE, UNIT, PERSON, NOTHING)
"""Whose rows a role sees: of all; of a unit and what is below it; of the files that it entered itself; of none."""


class AccessError(RuntimeError):
    """Somebody asks for what is not theirs; the message says what, in Chinese."""


class SignedOutError(AccessError):
    """Nobody is signed in, and somebody has to be."""


@dataclass(frozen=True)
class Viewer:
    """Who asks. Without anything said it is the program itself, or a server without accounts: all is allowed.

    account, name, role - who signed in; pages, acts, secrets - what is allowed, None: all;
    units - numbers of the units whose rows are shown, None: of all; own - only rows of files that this
    person entered
    """

    account: str = ""
    name: str = ""
    role: str = ""
    pages: frozenset[str] | None = None
    acts: frozenset[str] | None = None
    secrets: frozenset[str] | None = None
    units: frozenset[int] | None = None
    own: str = ""

    @property
    def is_scoped(self) -> bool:
        """Whether only some rows are shown."""
        return self.units is not None or bool(self.own)

    def sees(self, title: str) -> bool:
        """Say whether a page exists for them."""
        return self.pages is None or title in self.pages

    def require_page(self, title: str) -> None:
        """Raise AccessError where a page does not exist for them, by whatever way it was reached."""
        if not self.sees(title):
            raise AccessError(f"账号“{self.account}”（{self.role}）没有这一页。")

    def may(self, act: str) -> bool:
        """Say whether they may carry out an act."""
        return self.acts is None or act in self.acts

    def require(self, act: str) -> None:
        """Raise AccessError where an act is not theirs."""
        if not self.may(act):
            raise AccessError(f"账号“{self.account}”（{self.role}）没有“{act}”的权限，没有改动。")

    def reader(self) -> Viewer:
        """Give them as one who only asks: who sees the same is answered the same, from one memory."""
        if not self.is_scoped:
            return EVERYBODY
        return Viewer(acts=frozenset(), units=self.units, own=self.own)

    def unnamed(self) -> Viewer:
        """Give them without who they are: to whom the same is allowed, the same is shown."""
        return replace(self, account="", name="", role="")


EVERYBODY = Viewer()


@dataclass(frozen=True)
class Deed:
    """An act that is being carried out: by whom, and of what ("" = nothing that has a name).

    subject - None: whoever carries it out writes its line of the log
    """

    act: str
    viewer: Viewer
    who: str
    subject: str | None


_deed: ContextVar[Deed | None] = ContextVar("deed", default=None)
_scoped: ContextVar[bool] = ContextVar("scoped", default=False)


def present_deed() -> Deed | None:
    """Give the act that is being carried out, None: nothing is."""
    return _deed.get()


def permitted(name: str, subject: str | None = "") -> Callable[[Callable], Callable]:
    """Let a function of an office or a store carry out an act: asks for the right, and names who did it.

    Where somebody signed in, the function's `who` is their name, whatever it was given.

    Takes: name - of ACTS; subject - what is done with what, a format of the function's arguments; None: see `Deed`
    """
    assert name in ACTS

    def decorate(function: Callable) -> Callable:
        signature = inspect.signature(function)

        @wraps(function)
        def carry_out(*arguments: object, **settings: object) -> object:
            call = signature.bind(*arguments, **settings)
            call.apply_defaults()
            viewer = call.arguments.get("office", call.arguments.get("store")).viewer
            viewer.require(name)
            if viewer.account and "who" in call.arguments:
                call.arguments["who"] = viewer.name
            who = str(call.arguments.get("who") or viewer.name)
            subject_text = subject and subject.format(**call.arguments)
            with doing(Deed(name, viewer, who, subject_text)):
                return function(*call.args, **call.kwargs)

        return carry_out

    return decorate


@contextmanager
def doing(deed: Deed) -> Iterator[None]:
    """Carry out an act meanwhile; one within another is part of the outer one."""
    token = _deed.set(_deed.get() or deed)
    try:
        yield
    finally:
        _deed.reset(token)


def knows_scope(question: Callable) -> Callable:
    """Mark a question that gives a viewer of some units no row of another."""

    @wraps(question)
    def ask_in_scope(*arguments: object, **settings: object) -> object:
        token = _scoped.set(True)
        try:
            return question(*arguments, **settings)
        finally:
            _scoped.reset(token)

    return ask_in_scope


def check_reading(viewer: Viewer) -> None:
    """Refuse a viewer of some units what does not know of scopes. Raises AccessError."""
    if viewer.is_scoped and not (_scoped.get() or _deed.get()):
        raise AccessError(f"“{viewer.role or '本'}”账号只能查看权限范围内的数据，这一项没有开放。")


def check_writing(viewer: Viewer) -> None:
    """Refuse whoever signed in to change a store outside of an act. Raises AccessError."""
    if viewer.acts is not None and _deed.get() is None:
        raise AccessError(f"账号“{viewer.account}”没有这项操作的权限，没有改动。")


def bind(office: object, viewer: Viewer) -> object:
    """Give an office as it is asked by somebody, with its store bound to them."""
    if office.viewer is viewer and office.store.viewer is viewer:
        return office  # a page asks twenty times in a run
    return replace(office, viewer=viewer, store=replace(office.store, viewer=viewer))
