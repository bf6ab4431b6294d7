"""A picture made ready for a document: turned upright, made smaller, jpeg anew without what it tells of
place and time. Run isolated by `sandbox`; the only program that takes pictures apart, with Pillow.
"""

import io

from confined import begin, end, send
from container import Refused

MOST_PIXELS, EDGE, QUALITY = 60_000_000, 1_200, 80


def main() -> None:
    """Read the picture on standard input."""
    content, _ = begin()
    # Not above: what refuses the bytes must be in force before anything is loaded.
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None
    try:
        picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "GIF", "BMP", "WEBP"))
        if picture.width * picture.height > MOST_PIXELS:
            raise Refused("too_big")
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Refused("unreadable", reason=str(error)[:200]) from error
    upright.thumbnail((EDGE, EDGE))
    jpeg = io.BytesIO()
    upright.save(jpeg, "JPEG", quality=QUALITY)
    send({"type": "photo", "width": upright.width, "height": upright.height}, jpeg.getvalue())
    end()
