"""Rule sets: what is published loads and stays as it is; what is wrong is named by file and line."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from wenming_metrics.rules.catalogue import load_catalogue
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.rules.load import choose, digest, load_all, load_rules
from wenming_metrics.runtime.settings import ROOT

DATA = ROOT / "data"
PUBLISHED = {
    "demo-2026": "c08f6c86e5e630dd73d1fe8475316a610bbc71d687a1778487252a1773b9dfde",
    "demo-2026-steady": "43f9446d1458b3364b6a572a3486910af87d8df45fa3faf5e833a756c01ebe73",
}
"""Digests of published rule sets: a published folder is never edited, a change is a new folder."""


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(DATA / "catalogue")


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(DATA / "rules" / "demo-2026", tmp_path / "demo-2026"))


def faults(folder, catalogue) -> list[str]:
    with pytest.raises(RuleSetError) as caught:
        load_rules(folder, catalogue)
    return [str(fault) for fault in caught.value.faults]


def test_published_rules_are_unchanged():
    found = {
        path.parent.name: digest(path.parent) for path in (DATA / "rules").glob("*/rules.toml")
    }
    assert found == PUBLISHED
    for name in found:
        assert (DATA / "rules" / name / "README.md").is_file()


def test_the_demo_rules_have_the_promised_shape(catalogue):
    rules = load_rules(DATA / "rules" / "demo-2026", catalogue)
    assert 130 <= len(rules.leaves) <= 150
    assert rules.nodes["level"].max() == 4
    assert (rules.leaf_of < 0).all(axis=1).sum() == 2
    for _, group in rules.nodes[rules.nodes["parent"] >= 0].groupby("parent"):
        assert group["weight"].sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("line", "old", "new", "said"),
    [
        (
            2,
            "A,,公共环境,20",
            "A,,公共环境,25",
            "第 2 行 weight 列：最上一级权重之和是 105，应为 100。",
        ),
        (3, "A1,A,", "A1,Q,", "第 3 行 parent 列：上级指标“Q”不存在。"),
        (3, "A1,A,", "A1,A1,", "第 3 行 parent 列：指标“A1”的上级绕回了它自己。"),
        (
            5,
            "rate,pooled",
            "best,pooled",
            "第 5 行 mode 列：计分方式“best”不认识，应为 rate、deduct、grade、all_or_nothing、mean、threshold、value 或留空。",
        ),
        (
            5,
            "rate,pooled",
            "deduct,pooled",
            "第 5 行 settlement 列：deduct 要写结算周期（visit、day、week、month、window）。",
        ),
        (5, "A1.1.1,A1.1", "A1.1.2,A1.1", "第 6 行 code 列：code“A1.1.2”重复。"),
    ],
)
def test_faults_of_the_tree_are_located(folder, catalogue, line, old, new, said):
    path = folder / "indicators.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert f"indicators.csv {said}" in faults(folder, catalogue)


def test_all_faults_come_at_once(folder, catalogue):
    (folder / "items.csv").write_text(
        "item,point_types,indicator\nQQ-1,,A1\nGH-001,PT99,A1.1.1\n", encoding="utf-8"
    )
    said = faults(folder, catalogue)
    assert said == [
        "items.csv 第 2 行 item 列：测评项目录里没有“QQ-1”。",
        "items.csv 第 2 行 indicator 列：“A1”不是末级指标。",
        "items.csv 第 3 行 point_types 列：点位类型编号“PT99”不存在。",
    ]


def test_settings_faults_are_named(folder, catalogue):
    path = folder / "rules.toml"
    text = path.read_text(encoding="utf-8").replace('ties="competition"', 'ties="first"')
    path.write_text(text.replace('ties = "competition"', 'ties = "first"'), encoding="utf-8")
    assert any("ranking.ties" in line for line in faults(folder, catalogue))


def test_settings_of_another_kind_are_located_and_nothing_breaks(folder, catalogue):
    path = folder / "rules.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("week = 0.30", 'week = "一半"'),
        ("full_mark = 100", "full_mark = true"),
        ("counted = [", "counted = [1, "),
        ('title = "部门"', "title = 5"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text.replace("[missing]", "missing = 3\n[unknown]"), encoding="utf-8")
    numbers = {line: n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)}
    week = next(n for line, n in numbers.items() if line.startswith("week = "))
    said = "\n".join(faults(folder, catalogue))
    assert f"rules.toml 第 {week} 行：coverage.week 应为数。" in said
    for word in ("full_mark 应为数。", "board[2].title 应为文字。", "missing 应为一节", "unknown"):
        assert word in said


def test_a_tree_without_indicators_is_a_fault(folder, catalogue):
    path = folder / "indicators.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    assert faults(folder, catalogue) == ["indicators.csv：一个指标也没有。"]


def test_missing_files_are_named(tmp_path, catalogue):
    assert faults(tmp_path, catalogue) == [
        f"{name}：缺少这个文件。" for name in ("rules.toml", "indicators.csv", "items.csv")
    ]


def test_the_version_in_force_is_chosen_by_date(tmp_path, catalogue):
    old = Path(shutil.copytree(DATA / "rules" / "demo-2026", tmp_path / "old"))
    text = (old / "rules.toml").read_text(encoding="utf-8")
    text = text.replace("demo-2026", "demo-2025").replace(
        "2026-01-01", "2025-01-01\neffective_to=2025-12-31"
    )
    (old / "rules.toml").write_text(text, encoding="utf-8")
    shutil.copytree(DATA / "rules" / "demo-2026", tmp_path / "new")
    found = load_all(tmp_path, catalogue)
    assert choose(found, date(2025, 6, 1)).id == "demo-2025"
    assert choose(found, date(2026, 6, 1)).id == "demo-2026"
    assert choose(found, date(2026, 6, 1), "demo-2025").id == "demo-2025"
    with pytest.raises(RuleSetError, match="没有编号为"):
        choose(found, date(2026, 6, 1), "nowhere")
