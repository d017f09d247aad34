"""A certificate as a picture, in whatever Chinese font this machine has; else as text."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.workbooks.roster_leaves import pen_for
from governance.papers import Paper, PaperState
from governance.policy import Policy
from handlers.message import Card
from handlers.points import mine
from handlers.turn import Turn
from handlers.words import _, lines
from storage import certificates, org, service
from storage.certificates import Certificate

FONTS = (
    *(("NotoSansCJK-Regular.ttc", 2), ("NotoSerifCJK-Regular.ttc", 2)),
    *(
        ("NotoSansCJKsc-Regular.otf", 0),
        ("NotoSansSC-Regular.ttf", 0),
        ("NotoSansSC-Regular.otf", 0),
    ),
    *(("SourceHanSansSC-Regular.otf", 0), ("SourceHanSansCN-Regular.otf", 0)),
    *(("wqy-microhei.ttc", 0), ("wqy-zenhei.ttc", 0), ("DroidSansFallbackFull.ttf", 0)),
    *(("PingFang.ttc", 0), ("Hiragino Sans GB.ttc", 0), ("STHeiti Light.ttc", 0)),
    *(("msyh.ttc", 0), ("simsun.ttc", 0), ("simhei.ttf", 0)),
)
"""Files that hold the characters a name may have, and which face of a collection is ours."""
WIDTH, HEIGHT, EDGE = 1240, 880, 40
PAPER, INK, GREEN, GREY = "#fffdf6", "#1f2a24", "#2f7d57", "#66716b"


@cache
def _found(fonts: tuple[tuple[str, int], ...]) -> tuple[str, int] | None:
    for name, face in fonts:
        try:
            return str(ImageFont.truetype(name, 20, index=face).path), face
        except OSError:
            continue
    return None


def draw(path: Path, rows: Sequence[str], foot: str) -> bool:
    """The picture is there: a heading, the rows below it, and the foot. False without a font."""
    font = _found(FONTS)
    if font is None:
        return False
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    box = (EDGE, EDGE, WIDTH - EDGE, HEIGHT - EDGE)
    pen.rectangle(box, outline=GREEN, width=6)
    pen.rectangle((EDGE + 14, EDGE + 14, WIDTH - EDGE - 14, HEIGHT - EDGE - 14), outline=GREEN)
    heading, *below = rows
    _centred(pen, 150, heading, _size(font, 64), GREEN)
    for number, row in enumerate(below):
        _centred(pen, 310 + number * 90, row, _size(font, 44), INK)
    _centred(pen, HEIGHT - 150, foot, _size(font, 30), GREY)
    picture.save(path, "PNG", optimize=True)
    return True


def _size(font: tuple[str, int], size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font[0], size, index=font[1])


def _centred(
    pen: ImageDraw.ImageDraw, top: int, words: str, font: ImageFont.FreeTypeFont, colour: str
) -> None:
    """A row in the middle; one too long for the paper is drawn smaller."""
    room = WIDTH - 4 * EDGE
    wide = pen.textlength(words, font=font)
    if wide > room:
        font = font.font_variant(size=max(12, int(font.size * room / wide)))
    pen.text((WIDTH // 2, top), words, font=font, fill=colour, anchor="ma")


# ── from the question to the picture ─────────────────────────────────────────


def make(
    conn: Connection, folder: Path, paper: Paper, policy: Policy, language: str, now: datetime
) -> Callable[[Turn, Paper], None]:
    """What its owner has earned up to now is drawn; returns what hands it over."""
    one = _of(conn, paper.person_id, now)
    pen, code = pen_for(language), mine.code_of(one)
    rows = pen(mine.certified(one, policy.zone)).splitlines()
    foot = _("To check it, send this to the bot: {code}", code=code)
    name = secrets.token_hex(16) + ".png"
    drawn = draw(folder / name, rows, pen(foot))

    def hand_over(turn: Turn, paper: Paper) -> None:
        turn.db.add(one)
        paper.state, paper.file = PaperState.DONE, name if drawn else ""
        if drawn:
            card = Card(
                _("Your certificate. To check it, anybody sends me: {code}", code=code), photo=name
            )
        else:
            card = Card(
                lines(
                    _(
                        "It cannot be drawn here: this computer has no Chinese font. The same as text:"
                    ),
                    mine.certified(one, policy.zone),
                    foot,
                )
            )
        turn.post.to(paper.person_id, card, kind="reply")

    return hand_over


def _of(conn: Connection, person_id: int, now: datetime) -> Certificate:
    with Session(conn, join_transaction_mode="rollback_only") as db:
        return Certificate(
            certificates.fresh_code(),
            person_id,
            org.person_name(db, person_id),
            service.minutes(db, person_id),
            certificates.earned(db, person_id),
            now,
        )
