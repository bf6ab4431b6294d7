"""Photos as a telephone takes them: with place, camera and moment."""

import io

from PIL import Image

MARKS = (b"HUAWEI-CAM", b"GPSPLACE", b"PLACE")
"""What the photos tell of their camera and place."""
_SIDE, _MAKER, _MOMENT, _GPS = 0x0112, 0x010F, 0x0132, 0x8825


def photo(moment: str, form: str = "JPEG", shade: int = 90, **options) -> bytes:
    """A photo that lies on its side. Takes: moment - as EXIF writes it; shade - of its pixels"""
    exif = Image.Exif()
    exif[_SIDE], exif[_MAKER], exif[_MOMENT] = 6, "HUAWEI-CAM", moment
    exif[_GPS] = {1: "N", 2: (34.0, 15.0, 20.0), 27: b"ASCII\0\0\0GPSPLACE"}
    content = io.BytesIO()
    picture = Image.effect_noise((40, 30), shade).convert("RGB")
    picture.save(content, form, exif=exif, **options)
    return content.getvalue()
