"""What is said of a file that has been read and not stored: its line, its kind, what it changes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.domain.problems import REJECT, messages
from wenming_metrics.intake import stored_already
from wenming_metrics.intake.commit import Preview
from wenming_metrics.queries.files.batches import KINDS
from wenming_metrics.reading.model.reading import Reading, Recognised
from wenming_metrics.reading.records.kinds import SHEET_TITLES
from wenming_metrics.ui.frame import page, tables, words


def line(preview: Preview) -> dict[str, object]:
    """Give a file's line of the table of several files, as `tables.FILES` names it."""
    reading, counts = preview.reading, preview.reading.counts
    codes = {problem.code for problem in preview.problems}
    seen = "同一文件" if preview.is_known else ""
    seen = seen or ("撤回过" if stored_already.WITHDRAWN in codes else "")
    seen = seen or (
        "有相同的行" if codes & {stored_already.REPEATED, stored_already.COUNTED_AGAIN} else ""
    )
    return {
        **{"name": reading.filename, "kind": _kind(reading)},
        **{"sender": reading.sender, "seen": seen, "said": _conclusion(preview)},
        **{"good": counts.good, "held": counts.held, "skipped": counts.skipped},
    }


def _kind(reading: Reading) -> str:
    """Name the kind of a file; of one that is returned, that of its first table."""
    names = (_title(table) for table in reading.recognised if table.kind or table.is_open)
    return KINDS.get(reading.kind) or next(names, "没有认出")


def _title(table: Recognised) -> str:
    if table.is_open:
        return f"{SHEET_TITLES[table.proposed]}（待确认）"
    return SHEET_TITLES[table.kind]


def _conclusion(preview: Preview) -> str:
    if preview.can_commit:
        return "可以入库" if not preview.reading.counts.held else "可以先入合格的行"
    grave = [problem for problem in preview.problems if problem.severity == REJECT]
    if grave:
        return messages()[grave[0].code].text.format_map(
            {"found": grave[0].found, "header": grave[0].header, **grave[0].details}
        )
    return "已经入库过" if preview.is_known else "没有可入库的行"


def what(preview: Preview) -> str:
    """Say what a file is: kind, sheets, days."""
    reading = preview.reading
    named_tables = [table for table in reading.recognised if table.kind or table.is_open]
    if not reading.kind and named_tables:  # it is returned for something else
        names = (f"“{words.plain(table.sheet)}”是{_title(table)}" for table in named_tables)
        return "、".join(names)
    phrases = [KINDS.get(reading.kind, "没有认出是哪种表")]
    read_sheets = [sheet for sheet in reading.sheets if sheet.kind]
    if read_sheets:
        names = "、".join(
            f"“{words.plain(sheet.name)}”{SHEET_TITLES[sheet.kind]} {sheet.n_rows:,} 行"
            for sheet in read_sheets
        )
        phrases.append(f"{len(read_sheets)} 张工作表：{names}")
    if preview.days:
        first, last = preview.days[0], preview.days[-1]
        phrases.append(f"{first:%Y-%m-%d}" + (f" 至 {last:%Y-%m-%d}" if last != first else ""))
    return " · ".join(phrases)


def draw_effect(preview: Preview, effect: pd.DataFrame | None) -> None:
    """Draw whose score or place would change, or how many questionnaires a wave would gain."""
    questionnaires = preview.reading.answers
    if questionnaires is not None and preview.can_commit:
        page.note(
            f"入库后，{questionnaires.wave}的调查有这 {len(questionnaires.frame):,} 份问卷；督查得分和名次不变。"
        )
    if effect is None or preview.reading.checks.empty:
        return
    unscored = effect.attrs.get("unscored", [])
    if unscored:
        page.note(f"{words.joined(unscored)}：这一周检查项不足，入库后仍暂不评分，不排名。")
    if effect.empty:
        page.note("入库后，这一周已有的得分和名次不变。")
        return
    st.markdown(f"入库后，{effect.attrs['window']} 有 {len(effect)} 个单位的得分或名次变化：")
    tables.show(words.effect_lines(effect), tables.EFFECT, 8)
