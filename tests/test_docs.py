"""Documents that fail when they lie: README, requirements, settings, vocabulary."""

import re
import tomllib

import pytest

from wenming_metrics import vocabulary
from wenming_metrics.__main__ import _parser
from wenming_metrics.runtime.settings import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> dict[str, set[str]]:
    """Every command of the command line with its options."""
    (found,) = (a for a in _parser()._actions if hasattr(a, "choices") and a.choices)
    return {
        name: {o for a in actions(one) for o in a.option_strings}
        for name, one in found.choices.items()
    }


def actions(parser) -> list:
    """Every argument of a command, and of the commands within it."""
    own = parser._actions
    inner = [one for a in own if isinstance(a.choices, dict) for one in a.choices.values()]
    return [*own, *(action for one in inner for action in actions(one))]


def test_the_readme_names_every_command_and_no_other():
    cells = re.findall(r"^\| (`.*?`) \|", README, re.MULTILINE)
    named = {word for cell in cells for word in re.findall(r"`([a-z]+)", cell)}
    assert named == set(commands())


def test_options_in_the_readme_exist():
    known = {option for options in commands().values() for option in options}
    assert set(re.findall(r"--[a-z][a-z-]+", README)) <= known


def test_every_option_has_a_chinese_explanation():
    (found,) = (a for a in _parser()._actions if hasattr(a, "choices") and a.choices)
    for name, command in found.choices.items():
        for action in actions(command):
            if action.option_strings and "--help" not in action.option_strings:
                assert re.search(r"[一-鿿]|JSON", action.help or ""), (name, action.dest)


@pytest.mark.parametrize(
    "path", re.findall(r"^(\S+/|\S+\.(?:py|toml))\s{2,}", README, re.MULTILINE)
)
def test_the_map_of_the_code_is_true(path):
    assert (ROOT / path).exists()


def test_files_named_in_the_readme_exist():
    named = re.findall(r"`((?:tests|data|wenming_metrics)/[^`<>*]+)`|\(((?:data)/[^)]+)\)", README)
    for path in (one or other for one, other in named):
        if "<" not in path:
            assert (ROOT / path).exists(), path


def test_settings_in_the_readme_are_those_of_the_code():
    code = (ROOT / "wenming_metrics" / "runtime" / "settings.py").read_text(encoding="utf-8")
    pattern = r"WENMING_[A-Z_]+[A-Z]"
    assert set(re.findall(pattern, README)) == set(re.findall(pattern, code))


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
        *ROOT.glob("pages/*.py"),
    ]:
        assert not absolute.search(path.read_text(encoding="utf-8")), path
