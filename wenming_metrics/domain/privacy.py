"""Personal data in running text: shown so that nobody can call or look up who it is."""

from __future__ import annotations

import re

_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")


def mask(text: str) -> str:
    """Put stars into telephone and identity numbers.

    >>> mask("来电人13800138000要求回复")
    '来电人138****8000要求回复'
    """
    if len(text) < 11:
        return text
    return _PHONE.sub(r"\1****\2", _IDENTITY.sub(r"\1********\2", text))
