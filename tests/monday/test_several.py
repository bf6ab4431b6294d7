"""Monday's list of problems, row 4: two problems in one cell, offered to be taken apart."""

from tests.monday import city, files
from wenming_metrics.reading.model.reading import BASIS_FINDING
from wenming_metrics.reading.read import read


def test_two_problems_in_one_cell_become_five_and_two_places():
    context = city.context(confirm_visits=True, split=True)
    found = read(files.findings_book(), files.FINDINGS_NAME, context)
    assert found.outcome == "共 3 行，3 行可入库，跳过 1 行。"
    own = found.checks[found.checks["basis"] == BASIS_FINDING]
    assert own["source_row"].tolist() == [4, 4, 5, 6]
    assert own["places"].tolist() == [5, 2, 2, 0]
    assert own["lost"].tolist() == [5_000, 2_000, 5_000, 0]
    numbers = found.findings.set_index("seq")["number"].reindex(own["seq"])
    assert numbers.tolist()[:2] == ["DC1115-001-1", "DC1115-001-2"]
    assert numbers.tolist()[3] == "DC1115-003"
    units = city.register().units["name"]
    named = found.roles.assign(name=[units[unit] for unit in found.roles["unit"]])
    first, second = (
        named[named["seq"] == seq][["role", "name"]].to_numpy().tolist() for seq in own["seq"][:2]
    )
    assert first == second
    assert [3, "交警二大队"] in first
