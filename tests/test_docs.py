"""Documents that fail when they lie: README, manual, requirements, settings, vocabulary."""

import re
import tomllib

import pytest
from markdown_it import MarkdownIt

from wenming_metrics import vocabulary
from wenming_metrics.commands.parser import parser
from wenming_metrics.runtime.settings import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MANUAL = ROOT / "wenming_metrics" / "manual"
THEMES = {file.name: file.read_text(encoding="utf-8") for file in sorted(MANUAL.glob("*.md"))}
TEXTS = {"README.md": README, **THEMES}
EVERYTHING = "\n".join(TEXTS.values())
NAMED_PATH = re.compile(
    r"`((?:tests|data|pages|wenming_metrics)/[^`<>*]+)`|\(((?:data|wenming_metrics)/[^)]+)\)"
)


def commands() -> dict[str, set[str]]:
    """Every command of the command line with its options."""
    (found,) = (a for a in parser()._actions if hasattr(a, "choices") and a.choices)
    return {
        name: {o for a in actions(one) for o in a.option_strings}
        for name, one in found.choices.items()
    }


def actions(parser) -> list:
    """Every argument of a command, and of the commands within it."""
    own = parser._actions
    inner = [one for a in own if isinstance(a.choices, dict) for one in a.choices.values()]
    return [*own, *(action for one in inner for action in actions(one))]


def test_the_readme_is_short_and_leads_to_every_theme():
    assert len(README.splitlines()) <= 250
    for name, text in THEMES.items():
        title = text.split("\n", 1)[0].removeprefix("# ")
        assert f"[{title}](wenming_metrics/manual/{name})" in README


def test_pictures_are_small_and_all_are_shown():
    pictures = {path.name: path for path in (ROOT / "data" / "samples").glob("*.png")}
    assert set(re.findall(r"!\[[^\]]+\]\(data/samples/([^)]+)\)", README)) == set(pictures)
    for path in pictures.values():
        assert path.stat().st_size <= 250 * 1024, path


def test_every_theme_is_numbered_and_has_one_heading_of_its_own():
    titles = [re.findall(r"^# (.+)$", text, re.MULTILINE) for text in THEMES.values()]
    assert [len(found) for found in titles] == [1] * len(THEMES)
    assert len({title for (title,) in titles}) == len(THEMES)
    assert [int(name[:2]) for name in THEMES] == list(range(1, len(THEMES) + 1))


@pytest.mark.parametrize("name", TEXTS)
def test_no_sign_of_markdown_is_left_to_be_read(name):
    """A mark of bold type beside a full-width bracket may stay as it is written."""
    parser = MarkdownIt("commonmark").enable("table")
    for block in parser.parse(TEXTS[name]):
        for piece in block.children or ():
            if piece.type == "text":
                assert "**" not in piece.content, block.content
                assert "`" not in piece.content, block.content


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_links_nowhere(name):
    """The page shows one theme at a time and has no addresses of files."""
    assert "](" not in THEMES[name]


def test_every_page_is_named_in_the_manual():
    titles = re.findall(r'st\.Page\([^)]*title="(\w+)"', (ROOT / "app.py").read_text("utf-8"))
    assert len(titles) == len(list((ROOT / "pages").glob("*.py")))
    for title in titles:
        assert f"【{title}】" in THEMES["01-start.md"], title


def test_the_manual_names_every_command_and_no_other():
    cells = re.findall(r"^\| (`[^|]*`) \|", THEMES["14-commands.md"], re.MULTILINE)
    named = {word for cell in cells for word in re.findall(r"`([a-z]+)", cell)}
    assert named == set(commands())


def test_commands_that_are_called_exist():
    called = re.findall(r"-m wenming_metrics ([a-z]+)", EVERYTHING)
    called += re.findall(r"^\| `([a-z]+)[^|]*` \|", THEMES["15-upkeep.md"], re.MULTILINE)
    assert len(called) > 10
    assert set(called) <= set(commands())


def test_options_that_are_named_exist_and_every_option_is_named():
    known = {option for options in commands().values() for option in options}
    assert set(re.findall(r"--[a-z][a-z-]+", EVERYTHING)) <= known
    named = set(re.findall(r"--[a-z][a-z-]+", THEMES["14-commands.md"]))
    assert named == {option for option in known if option.startswith("--")}


def test_every_option_has_a_chinese_explanation():
    (found,) = (a for a in parser()._actions if hasattr(a, "choices") and a.choices)
    for name, command in found.choices.items():
        for action in actions(command):
            if action.option_strings and "--help" not in action.option_strings:
                assert re.search(r"[一-鿿]|JSON", action.help or ""), (name, action.dest)


@pytest.mark.parametrize(
    "path", re.findall(r"^(\S+/|\S+\.(?:py|toml))\s{2,}", README, re.MULTILINE)
)
def test_the_map_of_the_code_is_true(path):
    assert (ROOT / path).exists()


def test_files_that_are_named_exist():
    named = {path for pair in NAMED_PATH.findall(EVERYTHING) for path in pair if path}
    assert len(named) > 20
    for path in named - {
        "data/store",
        "data/store/wenming.db",
    }:  # made when the software is first used
        assert (ROOT / path).exists(), path


def test_settings_that_are_named_are_those_of_the_code():
    code = (ROOT / "wenming_metrics" / "runtime" / "settings.py").read_text(encoding="utf-8")
    pattern = r"WENMING_[A-Z_]+[A-Z]"
    listed = re.findall(rf"^\| `({pattern})` \|", THEMES["15-upkeep.md"], re.MULTILINE)
    assert set(listed) == set(re.findall(pattern, code))
    assert set(re.findall(pattern, EVERYTHING)) == set(listed)


@pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt"])
def test_every_dependency_has_its_reason_and_a_bound(name):
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-r")):
            assert re.match(r"[^\s;]+(; [^#]+)?\s+# .{15,}", line), line
            assert "<" in line.split("#")[0], line


def test_every_line_of_the_server_settings_has_its_reason():
    text = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    settings = tomllib.loads(text)
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["browser"]["gatherUsageStats"] is False
    for line in text.splitlines():
        if "=" in line and not line.startswith("#"):
            assert re.search(r"# .{10,}", line), line


def test_one_word_for_one_thing():
    columns = [*vocabulary.INPUT.values(), *vocabulary.FIGURES.values()]
    for column in columns:
        assert column.title
        assert len(column.meaning) >= 3, column.name
    titles = [column.title for column in vocabulary.INPUT.values()]
    assert len(titles) == len(set(titles))


def test_the_product_names_no_place_of_a_machine():
    absolute = re.compile(r"[\"'`(]/(?:home|root|tmp|opt|srv|usr|work)/")
    for path in [
        *ROOT.glob("*.md"),
        *ROOT.glob("wenming_metrics/**/*.py"),
        *ROOT.glob("wenming_metrics/**/*.md"),
        *ROOT.glob("pages/*.py"),
    ]:
        assert not absolute.search(path.read_text(encoding="utf-8")), path
