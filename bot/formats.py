"""Whether a file is what it was sent as, and the copy of it that is kept.

A photo counts once it is a real JPEG, PNG or WebP; it is drawn anew, which leaves behind
the place and the device that cameras write into it. Voice messages and documents are kept
as they came if they begin like one.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageOps

LONGEST_SIDE = 1600  # pixels; enough to see what is wrong
MOST_PIXELS = 60_000_000
SOUNDS = {b"OggS": ".ogg", b"ID3": ".mp3", b"RIFF": ".wav", b"#!AM": ".amr", b"\xff\xfb": ".mp3"}
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class NotWanted(Exception):
    """The file is not what it claims to be."""


def photo(data: bytes) -> tuple[bytes, str]:
    """The picture drawn anew as JPEG, upright, without metadata. Raises `NotWanted`."""
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotWanted("too many pixels")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except Exception as error:  # decoders of spoilt files stumble in every way there is
        raise NotWanted(type(error).__name__) from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = BytesIO()
    upright.save(out, "JPEG", quality=85)
    return out.getvalue(), ".jpg"


def print_of(picture: bytes) -> str:
    """What recognises a stored picture when it is sent again, also compressed anew: for each
    of 8 rows of 9 grey points, whether it grows lighter from one to the next."""
    with Image.open(BytesIO(picture)) as image:
        grey = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = [grey[9 * row + n] < grey[9 * row + n + 1] for row in range(8) for n in range(8)]
    return f"{sum(bit << n for n, bit in enumerate(bits)):016x}"


def sound(data: bytes) -> tuple[bytes, str]:
    """The voice message as it is, if it is one. Raises `NotWanted`."""
    for start, suffix in SOUNDS.items():
        if data.startswith(start):
            return data, suffix
    if data[4:8] == b"ftyp":
        return data, ".m4a"
    raise NotWanted("no known sound")


def document(data: bytes) -> tuple[bytes, str]:
    """The file as it is, if it may be a workbook, old or new; its reader judges the rest.

    Raises `NotWanted`. A new one is a ZIP, in which names stand uncompressed; an old one is
    an OLE file, and so is a new one with a password.
    """
    if data.startswith(ZIP):
        return data, ".xlsx" if b"xl/workbook.xml" in data else ".zip"
    if data.startswith(OLE):
        return data, ".xls"
    raise NotWanted("no workbook")


_OFFICE = {
    b"word/document.xml": ".docx",
    b"xl/workbook.xml": ".xlsx",
    b"ppt/presentation.xml": ".pptx",
}
_MACROS = b"vbaProject.bin"


def handout(data: bytes) -> tuple[bytes, str]:
    """The file as it is, if many people may be given it: a PDF, or a document, workbook or slides
    without macros. Raises `NotWanted`."""
    if data.startswith(b"%PDF-"):
        return data, ".pdf"
    suffix = next((s for part, s in _OFFICE.items() if part in data), "")
    if data.startswith(ZIP) and suffix and _MACROS not in data:
        return data, suffix
    raise NotWanted("no document that can be handed out")


CHECKS: dict[str, Callable[[bytes], tuple[bytes, str]]] = {
    "photo": photo,
    "voice": sound,
    "document": document,
    "handout": handout,
}
"""By the kind of a `storage.media.File`."""
