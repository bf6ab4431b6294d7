"""Files of 台账材料: kept as they came, once; what is not what its name says is not taken."""

import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office, register_units
from tests.queries.test_progress import DAY, documents_sheet
from tests.reading.hostile import png
from wenming_metrics.decisions.material_files import LARGEST, hand_in_file
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.progress.documents import documents
from wenming_metrics.queries.progress.material_files import (
    material_content,
    material_files,
    material_keys,
)

PDF = b"%PDF-1.7 a report"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    folder = tmp_path_factory.mktemp("materials")
    made = make_office(folder, [["A", "环境", 10, "*"]], [{"code": "A", "weight": 100}])
    register_units(made, [("河西街道", "主城区")])
    rows = [["说明报告", "河西街道", "2026-10-31", "", "", "未报"]]
    ingest(made, documents_sheet(*rows), "台账.xlsx")
    return made


def test_a_file_is_kept_once_and_comes_back_as_it_was(office):
    (material,) = material_keys(documents(office, DAY))
    for _ in range(2):
        assert hand_in_file(office, material, "C:\\报送\\报告.pdf", PDF, "甲") == "报告.pdf"
    kept = material_files(office)
    assert kept[["material", "name", "size", "who"]].values.tolist() == [
        [material, "报告.pdf", len(PDF), "甲"]
    ]
    assert material_content(office, kept["digest"].iloc[0]) == PDF
    # A file changes no state: who looks at it says what it is worth.
    assert documents(office, DAY)["state"].tolist() == ["未报"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("报告.exe", b"MZ", "“报告.exe”不能作材料"),
        ("报告.pdf.js", PDF, "不能作材料"),
        ("报告.pdf", b"MZ\x90\x00", "内容不是 PDF 文件"),
        ("图.jpg", png(), "内容不是 JPG 文件"),
        ("报告.docx", b"PK\3\4 any zip PK\5\6", "内容不是 DOCX 文件"),
        ("表.xlsx", b"PK\3\4[Content_Types].xml cut off", "内容不是 XLSX 文件"),
        ("空.docx", b"", "“空.docx”是空的"),
        ("大.pdf", PDF + bytes(LARGEST), "超过 20 MB"),
    ],
)
def test_what_is_no_material_is_not_taken(office, name, content, said):
    before = len(material_files(office))
    with pytest.raises(IntakeError, match=said):
        hand_in_file(office, "甲", name, content, "甲")
    assert len(material_files(office)) == before


def test_the_same_file_under_a_second_name_is_told_by_its_first(office):
    hand_in_file(office, "乙", "一.pdf", PDF + b" 2", "甲")
    with pytest.raises(IntakeError, match="这份文件已经交过，名称是“一.pdf”"):
        hand_in_file(office, "乙", "二.pdf", PDF + b" 2", "甲")
    names = material_files(office).query("material == '乙'")["name"]
    assert names.tolist() == ["一.pdf"]


def test_office_files_are_zips_that_name_their_parts(office):
    for name, content in (("表.xlsx", xlsx({"一": [["甲"]]})), ("二.XLSX", xlsx({"二": [["乙"]]}))):
        assert hand_in_file(office, "丙", name, content, "甲") == name
