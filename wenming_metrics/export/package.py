"""The file of an Office document: the same bytes for the same content, with properties of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
"""What a browser must be told about these files."""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_CUSTOM = f"{_OFFICE}/custom-properties"
_VALUE = f"{_OFFICE}/docPropsVTypes"
_RELATION = f"{_OFFICE}/relationships/custom-properties"
_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_RELATIONS, _TYPES, _PART = "_rels/.rels", "[Content_Types].xml", "docProps/custom.xml"
_CORE = "docProps/core.xml"
_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_AXIS = re.compile(rb'(<c:(?:axId|crossAx) val=")-')
"""Axes of charts are numbered below zero by the library, which the schema does not allow."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def settle(content: bytes, properties: Mapping[str, str] | None = None) -> bytes:
    """Pack a document again, so that neither the clock nor the system shows in its bytes.

    Takes: properties - of the document's own (自定义属性), by name; others that it has stay
    """
    with ZipFile(BytesIO(content)) as source:
        entries = {entry.filename: source.read(entry) for entry in source.infolist()}
    for name, content in entries.items():
        if name == _CORE:
            entries[name] = _MOMENT.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", content)
        elif name.startswith("ppt/charts/chart"):
            entries[name] = _AXIS.sub(rb"\g<1>", content)
        elif name.endswith(".xlsx"):
            # The figures of a chart stand in a workbook of their own.
            entries[name] = settle(content)
    if properties:
        _set_properties(entries, properties)
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            settled = ZipInfo(name, _LONG_AGO)
            settled.compress_type, settled.create_system = ZIP_DEFLATED, 0
            archive.writestr(settled, content, compresslevel=6)
    return buffer.getvalue()


def _set_properties(entries: dict[str, bytes], properties: Mapping[str, str]) -> None:
    relations = _parse(entries[_RELATIONS])
    targets = [entry.get("Target") for entry in relations if entry.get("Type") == _RELATION]
    custom = targets[0].lstrip("/") if targets else _PART
    root = etree.Element(f"{{{_CUSTOM}}}Properties", nsmap={None: _CUSTOM, "vt": _VALUE})
    if targets:
        root = _parse(entries[custom])
    else:
        number = len(relations) + 1
        entry = etree.SubElement(relations, f"{{{relations.nsmap[None]}}}Relationship")
        entry.attrib.update({"Id": f"rIdOwn{number}", "Type": _RELATION, "Target": _PART})
        types = _parse(entries[_TYPES])
        entry = etree.SubElement(types, f"{{{types.nsmap[None]}}}Override")
        entry.attrib.update({"PartName": f"/{_PART}", "ContentType": _TYPE})
        entries[_RELATIONS], entries[_TYPES] = _spell(relations), _spell(types)
    for entry in list(root):
        if entry.get("name") in properties:
            root.remove(entry)
    for name, text in properties.items():
        entry = etree.SubElement(root, f"{{{_CUSTOM}}}property", fmtid=_FORMAT, name=name)
        etree.SubElement(entry, f"{{{_VALUE}}}lpwstr").text = text
    for number, entry in enumerate(root, 2):
        entry.set("pid", str(number))
    entries[custom] = _spell(root)


def _parse(content: bytes) -> etree._Element:
    # A shell comes from people: nothing is fetched and no entity grows.
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def _spell(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
