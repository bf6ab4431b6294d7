"""What a photo tells of its place and camera goes; its pixels, its day and how it is held stay."""

import io
import random

import pytest
from PIL import Image, PngImagePlugin

from tests.photos import MARKS, photo
from wenming_metrics.domain.photo_facts import taken_on, without_facts


def saved(form, **options):
    picture, content = Image.effect_noise((40, 30), 60).convert("RGB"), io.BytesIO()
    picture.save(content, form, **options)
    return content.getvalue()


def remarked():
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "PLACE")
    return told


@pytest.mark.parametrize(
    "content",
    [
        photo("2026:11:08 09:30:00"),
        photo("2026:11:08 09:30:00", progressive=True, dpi=(72, 72), comment=b"PLACE"),
        photo("2026:11:08 09:30:00") + photo("2026:11:09 09:30:00"),
        saved("PNG", pnginfo=remarked()),
        photo("2026:11:08 09:30:00", "PNG"),
        photo("2026:11:08 09:30:00", "WEBP", xmp=b"<x>PLACE</x>"),
        saved("GIF", comment=b"PLACE"),
    ],
)
def test_only_day_and_way_stay(content):
    bare = without_facts(content)
    assert [mark for mark in MARKS if mark in content]
    assert [mark for mark in MARKS if mark in bare] == []
    was, now = Image.open(io.BytesIO(content)), Image.open(io.BytesIO(bare))
    assert now.convert("RGB").tobytes() == was.convert("RGB").tobytes()
    assert now.getexif().get(0x0112) == was.getexif().get(0x0112)
    assert taken_on(bare) == taken_on(content)
    assert without_facts(bare) == bare


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_a_picture_that_tells_nothing_keeps_its_bytes(form):
    content = saved(form)
    assert without_facts(content) == content
    assert without_facts(content[:12]) == content[:12]


def test_the_first_of_several_days_stays():
    content = photo("2026:11:08 09:30:00")
    assert taken_on(without_facts(content.replace(b"2026:11:08 09", b"2024:02:29 09"))) == 738945
    assert taken_on(without_facts(photo("2026:13:40 09:30:00"))) == 0


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_broken_pictures_are_walked_through_once(form):
    """Any bytes come back as bytes, and are not changed again."""
    whole, dice = photo("2026:11:08 09:30:00", form), random.Random(7)
    for _ in range(200):
        broken = bytearray(whole[: dice.randrange(12, len(whole) + 1)])
        for _ in range(dice.randrange(5)):
            broken[dice.randrange(4, len(broken))] = dice.randrange(256)
        bare = without_facts(bytes(broken))
        assert without_facts(bare) == bare


@pytest.mark.parametrize("begin", [b"\xff\xd8", b"\xff\xd8\xff\xda\0\2", b"\xff\xd8\xff\xda\0\2ab"])
@pytest.mark.parametrize("end", [b"", b"\0", b"\xff\xd9"])
def test_a_long_run_of_one_byte_is_walked_through_once(begin, end):
    # from each of its bytes anew, these would take days
    bare = without_facts(begin + b"\xff" * 3_000_000 + end)
    assert len(bare) <= 3_000_000 + len(begin + end)


def test_what_stands_outside_of_all_segments_goes():
    broken = bytearray(photo("2026:11:08 09:30:00"))
    start = broken.index(b"\xff\xe1") + 2
    broken[start : start + 2] = b"\0\0"
    bare = without_facts(bytes(broken))
    assert [mark for mark in MARKS if mark in bare] == []
    ours, theirs = (Image.open(io.BytesIO(content)) for content in (bare, bytes(broken)))
    assert ours.tobytes() == theirs.tobytes()
