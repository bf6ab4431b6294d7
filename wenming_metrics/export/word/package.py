"""The file of a Word document: the same bytes for the same content, with properties of its own."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.opc.package import OpcPackage
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
"""What a browser must be told about these files."""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_CUSTOM = f"{_OFFICE}/custom-properties"
_VALUE = f"{_OFFICE}/docPropsVTypes"
_RELATION = f"{_OFFICE}/relationships/custom-properties"
_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def settle(content: bytes) -> bytes:
    """Pack a document again, so that neither the clock nor the system shows in its bytes."""
    buffer = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(buffer, "w") as archive:
        for entry in source.infolist():
            settled = ZipInfo(entry.filename, _LONG_AGO)
            settled.compress_type, settled.create_system = ZIP_DEFLATED, 0
            archive.writestr(settled, source.read(entry), compresslevel=6)
    return buffer.getvalue()


def set_properties(package: OpcPackage, properties: Mapping[str, str]) -> None:
    """Write properties of the document's own (自定义属性); others that it has stay."""
    relations = [rel for rel in package.rels.values() if rel.reltype == _RELATION]
    root = etree.Element(f"{{{_CUSTOM}}}Properties", nsmap={None: _CUSTOM, "vt": _VALUE})
    if relations:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(relations[0].target_part.blob, parser)
    for entry in list(root):
        if entry.get("name") in properties:
            root.remove(entry)
    for name, text in properties.items():
        entry = etree.SubElement(root, f"{{{_CUSTOM}}}property", fmtid=_FORMAT, name=name)
        etree.SubElement(entry, f"{{{_VALUE}}}lpwstr").text = text
    for number, entry in enumerate(root, 2):
        entry.set("pid", str(number))
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    if relations:
        relations[0].target_part._blob = content
    else:
        part = Part(PackURI("/docProps/custom.xml"), _TYPE, content, package)
        package.relate_to(part, _RELATION)
