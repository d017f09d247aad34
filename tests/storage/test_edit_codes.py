"""Codes with which a message can be changed once, on both databases."""

from __future__ import annotations

from cryptography.fernet import Fernet
from sqlalchemy import Engine, func, select, update

from storage import edit_codes
from storage.secrets import new_key

LI = "wecom/ww1"
NOW = 1_800_000_000.0


def test_the_newest_code_is_taken_once_by_its_own_account(engine: Engine) -> None:
    with engine.begin() as conn:
        edit_codes.keep(conn, LI, "m-1", "old", NOW + 100, NOW)
        edit_codes.keep(conn, LI, "m-1", "new", NOW + 100, NOW)
        assert conn.scalar(select(edit_codes.edit_codes.c.code)) not in {"old", "new"}
        assert edit_codes.take(conn, "wecom/ww2", "m-1", NOW) == ""
        assert edit_codes.take(conn, LI, "m-1", NOW) == "new"
        assert edit_codes.take(conn, LI, "m-1", NOW) == ""


def test_a_code_that_is_over_is_none_and_does_not_stay(engine: Engine) -> None:
    with engine.begin() as conn:
        edit_codes.keep(conn, LI, "m-1", "a", NOW + 100, NOW)
        edit_codes.keep(conn, LI, "m-2", "b", NOW + 100, NOW)
        assert edit_codes.take(conn, LI, "m-1", NOW + 100) == ""
        edit_codes.keep(conn, LI, "m-3", "c", NOW + 300, NOW + 101)
        assert conn.scalar(select(func.count()).select_from(edit_codes.edit_codes)) == 1


def test_a_code_that_another_key_has_encrypted_is_none(engine: Engine) -> None:
    with engine.begin() as conn:
        edit_codes.keep(conn, LI, "m-1", "a", NOW + 100, NOW)
        conn.execute(
            update(edit_codes.edit_codes).values(code=Fernet(new_key()).encrypt(b"a").decode())
        )
        assert edit_codes.take(conn, LI, "m-1", NOW) == ""
