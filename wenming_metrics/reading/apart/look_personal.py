"""Whether a workbook may hold personal data beside its cells: comments, properties, formulas; sandbox only.

Quick, and true too often: what is there and what goes is settled by `blank_child`.
"""

import re

NO_TEXT = {"xl/styles.xml", "xl/theme/theme1.xml", "[content_types].xml"}
"""Parts without anything that a person wrote."""
_HINT = re.compile(
    rb"1[3-9]\d[- .]?\d{3,4}[- .]?\d{4}|\d{14}[\dXx]|\(?0\d{2,3}[-) ]{1,2}\d{7}|@[\w-]{1,60}\.|wxid_"
)
_TEXT_HINT = re.compile(
    r"1[3-9]\d[- .·]?\d{3,4}[- .·]?\d{3}|\d{14}|0\d{2,3}[-) ]{0,2}\d{7}|@[\w-]{1,60}\.|[电微威薇Vv][话信]|wxid|[qQ]{2}"
    r"|[0-9０-９][０-９]{4}|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z]|[\u200b-\u200f]\d|[一幺][三四五六七八九]"
)
_SHORT = 1 << 20
_AROUND = 40
_TAG = re.compile(r"<[^>]*>")
_FORMULA = re.compile(rb"<f[^>]*>([^<]*)")
_TEXT_END = "</si>"
"""Texts that cells share are looked at one by one: thousands stand together, few are like a number."""
_DATA, _DATA_END = b"<sheetData", b"</sheetData>"


class Looks:
    """Looks at the parts of one workbook; hides - something was found."""

    def __init__(self) -> None:
        self.hides = False

    def at_part(self, content: bytes) -> None:
        """Look at a piece of a part that is no sheet: at all of a short one, else around what is like a number."""
        if self.hides:
            return
        if len(content) <= _SHORT:
            encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
            xml = content.decode(encoding, "replace")
            # As text without tags, for a number may be in several styles; and with them, for attributes.
            both = (form for text in xml.split(_TEXT_END) for form in (_TAG.sub("", text), text))
            self.hides = any(map(is_found, both))
        else:
            self._at_long(content)

    def at_sheet(self, content: bytes) -> None:
        """Look at formulas, and at what stands before and after the rows; the cells are looked at elsewhere."""
        if self.hides:
            return
        if _DATA in content:
            self.at_part(content[: content.find(_DATA)])
        if _DATA_END in content or b"row>" not in content:
            self.at_part(content[max(content.rfind(_DATA_END), content.find(_DATA), 0) :])
        if b"<f" in content and _HINT.search(content):
            formulas = b"\n".join(_FORMULA.findall(content))
            if formulas:
                self._at_long(formulas)

    def _at_long(self, content: bytes) -> None:
        for match in _HINT.finditer(content):
            around = content[max(0, match.start() - _AROUND) : match.end() + _AROUND]
            if is_found(_TAG.sub(" ", around.decode("utf-8", "replace"))):
                self.hides = True
                return


def is_found(text: str) -> bool:
    """Say whether there is personal data in a text."""
    if not _TEXT_HINT.search(text):
        return False
    # Here and not above: most workbooks wait for nothing.
    from privacy import mask

    return mask(text) != text
