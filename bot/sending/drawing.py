"""A claimed row as the message its reader will see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bot.dispatch import Dispatch, Scope
from bot.sending import rendering
from bot.sending.posting import payload
from governance.people import Speaker
from handlers.message import Capabilities, Chat, Message
from handlers.registry import VIEWS
from handlers.turn import Post, Turn
from handlers.words import DEFAULT_LANGUAGE, Reader
from storage import cards, people
from storage.sendings import Claim


@dataclass(frozen=True, slots=True)
class Sending:
    """A claimed row, drawn for its channel, to go out `at`; `edit` is the message it changes,
    or takes away with `delete`."""

    claim: Claim
    chat: Chat
    message: Message
    edit: str
    revision: int
    at: float
    delete: bool = False


class Drawing:
    """Draws the rows of one channel."""

    def __init__(self, capabilities: Capabilities, dispatch: Dispatch, media: Path) -> None:
        self._capabilities = capabilities
        self._dispatch = dispatch
        self._media = media

    def draw(self, conn: Connection, claim: Claim, at: float) -> Sending | None:
        """The row as a message; a live card is drawn as things stand now, or not at all."""
        body, edit, revision = claim.payload, "", 0
        chat = Chat("group" if claim.chat_kind == "group" else "private", claim.chat)
        if "delete" in body:
            return Sending(claim, chat, Message(""), body["delete"], revision, at, delete=True)
        language = body.get("language", DEFAULT_LANGUAGE)
        if "card" in body:
            card = cards.card(conn, body["card"])
            to = None
            if card.person_id is not None:
                to = people.account_at(conn, card.person_id, claim.lane)
                if to is None:
                    return None
            language = to.language if to else card.language
            edit, revision = body.get("strip") or card.message_id, card.wanted
            shown = self._view(conn, card, to, language, again=bool(edit))
            if shown is None:
                return None
            body = {**shown, "buttons": []} if "strip" in body else shown
        drawn = rendering.message(
            conn,
            claim.lane,
            body,
            self._capabilities,
            self._reader(language),
            self._media,
            group=chat.kind == "group",
            elder=chat.kind == "private" and bool(claim.elder),
            repeated=claim.repeated and claim.kind in {"alarm", "alert"},
        )
        return Sending(claim, chat, drawn, edit, revision, at)

    def _view(
        self, conn: Connection, card: Any, to: Speaker | None, language: str, *, again: bool
    ) -> dict[str, Any] | None:
        """The card as its reader sees it; a group (`to` is None) is nobody in particular."""
        reader, scope = self._reader(language), Scope(conn)
        turn = Turn(to, reader.now, self._dispatch.policy, scope.open, Post())
        try:
            shown = VIEWS[card.view](turn, card.subject, again)
            return payload(shown, reader) if shown is not None else None
        finally:
            scope.drop()

    def _reader(self, language: str) -> Reader:
        now, zone = self._dispatch.clock.now(), self._dispatch.policy.zone
        return Reader(language, now, zone, self._capabilities.start_link, in_chat=True)
