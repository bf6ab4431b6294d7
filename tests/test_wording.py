"""The texts that people see are written as a mainland office writes them.

Literals of the product are looked at in the source, so that also texts count which no test brings up:
full-width punctuation beside Chinese signs, “ ” and not 「」, none of the turns that were replaced.
"""

import ast
import io
import re
import tokenize
import tomllib
from functools import lru_cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
HAN = r"[\u3400-\u4dbf\u4e00-\u9fff]"
HALF = re.compile(
    rf"{HAN}[,;!?)](?!\w*=)|{HAN}:(?!\w)|{HAN}\((?!\?)|(?<![\w\]])[,;!?:)]{HAN}|[「」]|{HAN}\)"
)
REGULAR = re.compile(r"\(\?|^\^|\\d|\\s|\$$|\)\?|\.\*|\.\{\d")
"""What only a regular expression holds."""
FOREIGN = {  # written as senders write them, or compared with what they wrote
    *(
        "街道(镇)",
        "镇(街道)",
        "乡镇(街道)",
        "社区(村)",
        "村(社区)",
        "县(区)",
        "县(市、区)",
        "市(县、区)",
    ),
    "区 县 区县 县区 县(市、区) 市辖区 开发区",
    "街道 镇 乡 街道(镇) 镇街 乡镇 街镇 街道办 街道办事处 镇(街道) 乡镇街道",
    "社区 村 村居 社区(村) 村(社区) 居委会 村委会",
    *("(空)", "(跳过)", "(未作答-跳过)", "(第列)", " \t\n;；。,，"),
    "y n yes no 是 否 √ × ✓ 0 1 true false n/a 选中 未选中 (跳过) (空)",
}
BANNED = re.compile(
    "时达时不达|平常的起伏|平常的范围|跌出平常|当周到这一天|本周至今|看每一分失在哪里|去看看|为什么变了|先改什么"
    "|见系统[。，]|未建$|它怎样算的|95% ?的?把握|疑似不等于|没有这样的点位|记下意见|一个地方一个时候"
    "|得回|没有图可画|才到八成|手里的问题|先改“|有名次的单位里|覆盖与构成|表现里拉低|行暂不计|名次不变，|停滞|按期率|办事情|看结果|查原因|以上未签发"
)
OTHER_COUNTERS = re.compile("[ }]个问题|[ }][项件]问题|[ }]件(?! 次)|[一几]件(?!事)|^件数?$")
"""Problems are counted in 条, their places in 处, checks in 项: 件 and 个 are neither."""
SHOWN = (
    r"\b(?:text|remedy|meaning|title|place|source|note|about|help|metavar|sentence) = \"([^\"]*)\""
)
"""Values of TOML files that are only read by people."""


def literals(path):
    """Give line and words of each literal that is no docstring; replacement fields are left out."""
    source = path.read_text(encoding="utf-8")
    docs = {
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.STRING or token.start[0] in docs:
            continue
        prefix = re.match(r"[a-zA-Z]*", token.string)[0].lower()
        body = token.string[len(prefix) + 1 : -1].strip('"')
        if "r" in prefix or "b" in prefix or REGULAR.search(body):
            continue
        if "f" in prefix:
            body = re.sub(
                r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", "", body.replace("{{", "").replace("}}", "")
            )
        yield token.start[0], body


@lru_cache
def said():
    """Give all texts of the product, with where they stand."""
    found = []
    for path in [*ROOT.glob("pages/*.py"), *ROOT.glob("wenming_metrics/**/*.py")]:
        where = path.relative_to(ROOT)
        if where.parts[1] == "demo" or "migrations" in where.parts:
            continue  # made-up senders write as senders do
        found += [(f"{where}:{line}", words) for line, words in literals(path)]
    for path in [*ROOT.glob("data/profiles/*.toml"), *ROOT.glob("data/surveys/*.toml")]:
        found += [(path.name, words) for words in re.findall(SHOWN, path.read_text("utf-8"))]
    with (ROOT / "data/messages.toml").open("rb") as file:
        entries = tomllib.load(file)
    found += [(code, e["text"] + e["remedy"]) for code, e in entries.items()]
    for name in (
        *("vocabulary/columns.toml", "commands/commands.toml"),
        *("rules/rules_settings.toml", "rules/composite_settings.toml"),
        "rules/survey/settings.toml",
    ):
        declared = (ROOT / "wenming_metrics" / name).read_text("utf-8")
        found += [(name, words) for words in re.findall(SHOWN, declared)]
    for path in ROOT.glob("wenming_metrics/manual/*.md"):
        for line in path.read_text("utf-8").splitlines():
            found.append((path.name, re.sub(r"`[^`]*`|\]\([^)]*\)", "", line)))
    for path in ROOT.glob("data/**/README.md"):
        for line in path.read_text("utf-8").splitlines():
            found.append((str(path.relative_to(ROOT)), re.sub(r"`[^`]*`|\]\([^)]*\)", "", line)))
    for path in [ROOT / "data/loop/moves.csv", ROOT / "data/access/rights.csv"]:
        for line in path.read_text("utf-8").splitlines():
            found += [(path.name, cell) for cell in line.split(",")]
    script = (ROOT / "wenming_metrics/ui/frame/chinese.js").read_text("utf-8")
    found += [("chinese.js", words) for words in re.findall(r'"([^"\n]*)"', script)]
    return [(where, words) for where, words in found if words not in FOREIGN]


def test_punctuation_beside_chinese_signs_is_full_width():
    wrong = [f"{where}: {words}" for where, words in said() if HALF.search(words)]
    assert not wrong, "\n".join(wrong)


def test_no_text_has_a_turn_that_was_replaced():
    wrong = [f"{where}: {words}" for where, words in said() if BANNED.search(words)]
    assert not wrong, "\n".join(wrong)


def test_problems_are_counted_in_one_word():
    wrong = [f"{where}: {words}" for where, words in said() if OTHER_COUNTERS.search(words)]
    assert not wrong, "\n".join(wrong)
    assert all(map(OTHER_COUNTERS.search, ["共 件", "{count} 个问题", "一件问题", "件", " 项问题"]))


MARKED = re.compile(r"\*\*|~~|\]\(|:(?:gray|blue|red)\[")
"""What only Markdown turns into something else."""
MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


def test_only_pages_write_markdown():
    """What is printed, laid out or told of a file is shown as it is written, with its asterisks."""
    pages = ("wenming_metrics/ui/", "wenming_metrics/store/failures.py")  # there: a password
    wrong = [
        f"{where}: {words}"
        for where, words in said()
        if not (where.startswith(pages) or where.rpartition(".")[2] == "md")
        and MARKED.search(words)
    ]
    assert not wrong, "\n".join(wrong)


def marked_texts(source):
    """Give line and text of each string with asterisks, its fields filled with a letter."""
    tree = ast.parse(source)
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    within = {id(part) for node in joined for part in node.values}
    for node in ast.walk(tree):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        if id(node) not in within and isinstance(parts[0] if parts else None, ast.expr):
            words = [
                getattr(part, "value", "字") if isinstance(part, ast.Constant) else "字"
                for part in parts
            ]
            text = "".join(word for word in words if isinstance(word, str))
            if text.strip("*") and "**" in text:
                yield node.lineno, text


def raw_asterisks(text):
    """Say whether a page would show asterisks of a text: those that make nothing bold."""
    pieces = [piece for block in MARKDOWN.parse(text) for piece in block.children or ()]
    return any("*" in piece.content for piece in pieces if piece.type == "text")


def test_what_is_meant_to_be_bold_is_bold():
    """Markdown closes nothing between a full stop and a letter: the asterisks would be read."""
    assert raw_asterisks("**没有写错的地方。**要添加")
    assert not raw_asterisks("**没有写错的地方**。要添加")
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in ROOT.glob("wenming_metrics/ui/**/*.py")
        for line, text in marked_texts(path.read_text("utf-8"))
        if raw_asterisks(text)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "words",
    ["表格,入库", "全市(按人口)", "时间: 8点", "「排名」", "完成;没有", "是否？好!", "(本单位)"],
)
def test_half_width_signs_are_found(words):
    assert HALF.search(words)


@pytest.mark.parametrize(
    "words", ["得分 87.92，第 3 名", "08:30 前", "external:市测", "1,701 项次", "a.xlsx(2)"]
)
def test_numbers_codes_and_times_keep_theirs(words):
    assert not HALF.search(words)
