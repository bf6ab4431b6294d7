"""A drawing (SVG) as a picture inside HTML: Streamlit takes drawings out of HTML, but leaves pictures."""

from __future__ import annotations

from base64 import b64encode


def picture(inside: str, wide: int, tall: int) -> str:
    """Give HTML of a picture as wide as its place. Takes: inside - SVG; wide, tall - its own units"""
    drawing = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {wide} {tall}'>{inside}</svg>"
    return f"<img alt='' src='data:image/svg+xml;base64,{b64encode(drawing.encode()).decode()}'>"
