"""The floor: json.loads and sqlite3, and nothing else. Nobody can pay less than this.

Every event costs the same four statements as with the others (inbox, conversation read,
conversation written, outbox), with as many events in a commit as were waiting. It leaves
out everything that makes a bot one can live with: no objects for updates, people or
policies, no languages, no validation beyond the kind of answer, no errors that spare the
rest of the batch, no thread, no event loop.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy import make_url

from benchmarks.figures import Figures, Stopwatch, waves
from benchmarks.form import CATEGORIES, DONE, QUESTIONS, SKIP, question, receipt, token

__all__ = ["run", "token"]

_TABLES = """
CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS conversations (
    person INTEGER PRIMARY KEY, state TEXT NOT NULL, answers TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY, chat INTEGER NOT NULL, text TEXT NOT NULL, buttons TEXT);
CREATE TABLE IF NOT EXISTS cases (
    id INTEGER PRIMARY KEY, reporter INTEGER NOT NULL, what TEXT NOT NULL,
    place TEXT NOT NULL, category TEXT NOT NULL, photo TEXT NOT NULL);
"""
_MARK = "INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING"
_OPEN = "SELECT state, answers FROM conversations WHERE person = ?"
_SAVE = """INSERT INTO conversations VALUES (?, ?, ?) ON CONFLICT (person)
           DO UPDATE SET state = excluded.state, answers = excluded.answers"""
_POST = "INSERT INTO outbox (chat, text, buttons) VALUES (?, ?, ?)"
_FILE = """INSERT INTO cases (reporter, what, place, category, photo)
           VALUES (:reporter, :what, :place, :category, :photo)"""

_KEYS = tuple(QUESTIONS)


def run(events: Sequence[bytes], waiting: int, url: str) -> Figures:
    """Handles the events in waves of `waiting`, a commit each."""
    connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(_TABLES)
    watch = Stopwatch()
    for wave in waves(events, waiting):
        watch.arrived()
        connection.execute("BEGIN IMMEDIATE")
        for body in wave:
            _handle(connection, json.loads(body))
        connection.execute("COMMIT")
        watch.handled(len(wave))
    connection.close()
    return watch.figures()


def _handle(connection: sqlite3.Connection, update: dict[str, Any]) -> None:
    if not connection.execute(_MARK, (update["update_id"],)).rowcount:
        return
    pressed = "callback_query" in update
    body = update["callback_query" if pressed else "message"]
    person = body["from"]["id"]
    row = connection.execute(_OPEN, (person,)).fetchone()
    state, answers = (row[0], json.loads(row[1])) if row else (DONE, {})
    state = _answered(state, body["data"] if pressed else body["text"], pressed, answers)
    text, buttons = question(state, answers) if state else receipt(answers)
    if state == DONE:
        connection.execute(_FILE, {"reporter": person, **answers})
        answers = {}
    connection.execute(_SAVE, (person, state, json.dumps(answers, ensure_ascii=False)))
    connection.execute(_POST, (person, text, json.dumps(buttons) if buttons else None))


def _answered(state: str, said: str, pressed: bool, answers: dict[str, str]) -> str:
    """Keeps a fitting answer; the key of the question to ask now."""
    if state == DONE:
        return _KEYS[0]
    if state in {"category", "confirm"}:
        key, _, value = said.partition(":")
        if not pressed or key != state:
            return state
        if state == "confirm":
            return DONE if value == "yes" else _KEYS[0]
        if value not in CATEGORIES:
            return state
        answers[state] = value
    elif pressed:
        return state
    else:
        answers[state] = "" if said == SKIP else said
    return _KEYS[_KEYS.index(state) + 1]
