"""How problems are followed (问题整改): records that rule sets hold, and the words of their table of moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from wenming_metrics.domain.working_hours import OfficeHours
from wenming_metrics.rules.settings_table import LIMITS_OVERDUE, RULES
from wenming_metrics.vocabulary import LOOKS, LOOP_STATES, REPLIES

MOVES = "moves.csv"
MOVE_COLUMNS = ("from", "act", "to", "by", "needs", "kind")
ANY_STATE = "*"
BY = {"office": "创建办", "unit": "责任单位", "checker": "核查人", "approver": "销号审批人"}
NEEDS = {
    **{"reason": "原因", "unit": "单位", "due": "整改时限", "approver": "批准人"},
    **{"way": "核查方式", "until": "期限", "document_no": "文号", "outcome": "结果"},
}
"""What a move may ask for, as people call it."""
KINDS_OF_MOVE = ("forward", "return", "assign", "revoke", "close")
REPLY, CALL_BACK = "答复", "回访"
"""What the office owes who reported a problem, before it is 销号."""
ON_ANSWER, ON_CHECK = "answer", "check"
"""What closes a problem: the word of the unit, or 销号 after a check."""
_default = RULES.default


@dataclass(frozen=True)
class Move:
    """One move. to - "": the state stays; by - of BY; needs - of NEEDS; kind - of KINDS_OF_MOVE."""

    act: str
    to: str
    by: str
    needs: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class LoopRules:
    """How problems are followed.

    closes       - ON_ANSWER or ON_CHECK; moves - (state, act) -> Move, the state ANY_STATE for any
    hours        - office hours; limit - the usual time to put right, in working days
    sign_days, stalled_days - working days after which 未签收 is told, and 长期无进展
    extensions   - most 延期 of one round; pause_days - longest 挂账, in days
    relapse_days - 反弹 within so many days after closure (`Deductions.relapse_days`)
    unpaused     - reasons of a check that failed for which the time of checking is the unit's
    reminders    - name of a reminder -> working days after the deadline
    same_person  - whether who checked may also approve
    call_back    - whether what the public reported is 销号 only after 答复 and 回访
    recounted    - (batch, seq) of a finding -> another deadline, to see what it would change; {} usually
    """

    moves: Mapping[tuple[str, str], Move]
    closes: str = _default("loop.closes")
    hours: OfficeHours = OfficeHours()
    limit: int = _default("loop.limit_days")
    sign_days: int = _default("loop.sign_days")
    stalled_days: int = _default("loop.stalled_days")
    extensions: int = _default("loop.extensions")
    pause_days: int = _default("loop.pause_days")
    relapse_days: int = _default("deductions.relapse_days")
    unpaused: tuple[str, ...] = tuple(_default("loop.unpaused"))
    reminders: Mapping[str, int] = field(default_factory=lambda: dict(LIMITS_OVERDUE))
    same_person: bool = _default("loop.same_person")
    call_back: bool = _default("loop.call_back")
    recounted: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def find(self, state: str, act: str) -> Move | None:
        """Find the move that an act makes from a state; None where it is not allowed."""
        return self.moves.get((state, act)) or self.moves.get((ANY_STATE, act))

    @staticmethod
    def outcomes(act: str) -> tuple[str, ...]:
        """List what an act may find."""
        return REPLIES if act == CALL_BACK else LOOKS

    @cached_property
    def acts(self) -> dict[str, Move]:
        """The acts in the order of the table, each with its first move."""
        acts: dict[str, Move] = {}
        for (_, act), move in self.moves.items():
            acts.setdefault(act, move)
        return acts

    def sources_of(self, act: str) -> tuple[str, ...]:
        """List the states from which an act is allowed; all where it is allowed from any."""
        states = tuple(state for state, name in self.moves if name == act)
        return tuple(LOOP_STATES) if ANY_STATE in states else states
