"""The XML of a callback, read without trusting it.

No document type is accepted, so there are no entities to expand and none to load from elsewhere.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from handlers.message import MOST_REF

MOST_BYTES = 64 * 1024
"""A text message has at most 2,048 bytes, and nothing else is longer than a few thousand."""


class Malformed(ValueError):
    """This is not what the platform sends."""


def read(data: bytes) -> Element:
    """The root of a document in UTF-8. Raises `Malformed`, and nothing else."""
    if len(data) > MOST_BYTES:
        raise Malformed("too long")
    try:
        root: Element = fromstring(data.decode(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Malformed(type(error).__name__) from None
    if root.tag != "xml":
        raise Malformed("another root")
    return root


def text(parent: Element, path: str) -> str:
    """The words at this path ("SendLocationInfo/Label"); empty where there are none."""
    return parent.findtext(path, "")


def media_id(root: Element) -> str:
    """The file a message carries, as the platform names it. Raises `Malformed`."""
    found = text(root, "MediaId")
    if not 1 <= len(found) <= MOST_REF:
        raise Malformed("no media")
    return found


def degrees(root: Element, path: str, limit: int) -> float:
    """A latitude or longitude of at most so many degrees either way. Raises `Malformed`."""
    try:
        value = float(text(root, path))
    except ValueError:
        raise Malformed("no degrees") from None
    if not -limit <= value <= limit:
        raise Malformed("no degrees")
    return value


def cdata(words: str) -> str:
    """The words as a section that holds them literally."""
    return f"<![CDATA[{words.replace(']]>', ']]]]><![CDATA[>')}]]>"
