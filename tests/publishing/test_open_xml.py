"""The files of Office are valid by a checker that knows the schemas of Open XML and what Office refuses."""

import pytest
from openxml_audit import FileFormat, OpenXmlValidator

from tests.publishing.bulletin_city import signed_city
from wenming_metrics.publishing.bulletin.document import make_bulletin, make_slides
from wenming_metrics.publishing.bulletin.layout import Layout, save_layout
from wenming_metrics.publishing.issues import issues


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = signed_city(tmp_path_factory.mktemp("valid"))
    save_layout(office.store, Layout(copies="市委办", secrecy="内部", addressee="各街道"))
    return office


@pytest.mark.parametrize("make", [make_bulletin, make_slides])
def test_no_fault_is_found(office, make, tmp_path):
    bulletin = make(office, issues(office)[0])
    path = tmp_path / bulletin.name
    path.write_bytes(bulletin.content)
    result = OpenXmlValidator(file_format=FileFormat.OFFICE_2019).validate(path)
    assert [f"{fault.part_uri} {fault.description}" for fault in result.errors] == []
