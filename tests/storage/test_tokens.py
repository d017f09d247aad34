"""One-time secrets: kept as digests, used by one, and not to be guessed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from governance.refused import Refused
from storage import people, tokens
from storage.lanes import lanes
from storage.people import accounts
from storage.tokens import Purpose, Token

NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
LATER = NOW + timedelta(days=7)


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    with Session(engine, autoflush=False) as session, session.begin():
        yield session


def account(db: Session, name: str) -> int:
    """Somebody new with one account; the account's id."""
    conn = db.connection()
    key = ("local", "demo", name)
    return people.register(conn, key, name, "zh_CN", f"local/demo/{name}").account_id


def made(db: Session, purpose: Purpose = Purpose.POST) -> tuple[Token, str]:
    return tokens.make(db, purpose, now=NOW, expires_at=LATER, maker_id=None, subject_id=None)


def test_a_secret_is_long_random_and_kept_nowhere(db: Session) -> None:
    drawn = {made(db)[1] for _ in range(20)}
    assert len(drawn) == 20
    assert all(len(secret) == 26 and set(secret) <= set(tokens.ALPHABET) for secret in drawn)
    kept = str(db.execute(text("SELECT * FROM tokens")).all())
    assert not any(secret in kept for secret in drawn)


def test_a_secret_is_found_however_it_was_typed_and_for_its_purpose_only(db: Session) -> None:
    token, secret = made(db)
    assert tokens.find(db, Purpose.POST, secret.upper()) is token
    for purpose, said in ((Purpose.ROSTER, secret), (Purpose.POST, secret[:-1])):
        with pytest.raises(Refused, match="link_unknown"):
            tokens.find(db, purpose, said)


def test_it_is_used_once(db: Session) -> None:
    token, _secret = made(db)
    mine = account(db, "xu")
    tokens.use(db, token, NOW, mine)
    assert (token.used_at, token.used_by) == (NOW, mine)
    with pytest.raises(Refused, match="link_used"):
        tokens.use(db, token, NOW, mine)
    assert not tokens.revoke(db, token, NOW)


def test_it_ends_at_its_hour(db: Session) -> None:
    token, _secret = made(db)
    token.require_open(LATER - timedelta(seconds=1))
    with pytest.raises(Refused, match="link_expired"):
        tokens.use(db, token, LATER)


def test_what_was_revoked_leads_nowhere(db: Session) -> None:
    token, _secret = made(db)
    assert tokens.revoke(db, token, NOW)
    assert not tokens.revoke(db, token, NOW)
    with pytest.raises(Refused, match="link_revoked"):
        tokens.use(db, token, NOW)


def test_ones_open_ones_are_listed_and_revoked_together(db: Session) -> None:
    maker = people.new_person(db.connection(), "钱勇")
    given = [
        tokens.make(db, Purpose.POST, now=NOW, expires_at=LATER, maker_id=maker)[0]
        for _ in range(3)
    ]
    tokens.use(db, given[0], NOW)
    assert tokens.open_of(db, maker, Purpose.POST, NOW) == given[1:]
    assert tokens.open_of(db, maker, Purpose.POST, LATER) == []
    tokens.revoke_all_of(db, maker, NOW)
    assert tokens.open_of(db, maker, Purpose.POST, NOW) == []


def test_a_short_code_means_one_thing_at_a_time(db: Session) -> None:
    codes = {made(db, Purpose.ACCOUNT)[1] for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code) == 8 and code.isdecimal() for code in codes)
    made_later = LATER + timedelta(days=2)
    tokens.make(db, Purpose.ACCOUNT, now=made_later, expires_at=made_later, maker_id=None)
    assert db.scalar(select(tokens.tokens.c.id).limit(1).offset(1)) is None


def test_five_wrong_guesses_bar_an_account_for_an_hour(db: Session) -> None:
    one, other = account(db, "xu"), account(db, "ding")
    for _ in range(4):
        tokens.guessed_wrong(db, one, NOW)
    assert tokens.barred_until(db, one, NOW) is None
    tokens.guessed_wrong(db, one, NOW)
    assert tokens.barred_until(db, one, NOW) == NOW + timedelta(hours=1)
    assert tokens.barred_until(db, other, NOW) is None
    assert tokens.barred_until(db, one, NOW + timedelta(hours=1)) is None
    tokens.guessed_wrong(db, one, NOW + timedelta(hours=1))
    assert tokens.barred_until(db, one, NOW + timedelta(hours=1)) is None


def test_of_two_who_race_one_wins(engine: Engine) -> None:
    with Session(engine) as db, db.begin():
        token_id = made(db)[0].id
        mine = [account(db, name) for name in ("xu", "ding", "fang", "shi")]
    together = threading.Barrier(len(mine))
    ended: list[tuple[int, str]] = []

    def race(account_id: int) -> None:
        together.wait(10)
        with Session(engine, autoflush=False) as db, db.begin():
            token = db.get_one(Token, token_id)
            try:
                tokens.use(db, token, NOW, account_id)
                ended.append((account_id, "won"))
            except Refused as refused:
                ended.append((account_id, refused.code))

    racers = [threading.Thread(target=race, args=(account_id,)) for account_id in mine]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(20)
    assert sorted(how for _who, how in ended) == ["link_used"] * 3 + ["won"]
    with Session(engine) as db:
        winner = next(who for who, how in ended if how == "won")
        assert db.get_one(Token, token_id).used_by == winner


# ── which account is written to ──────────────────────────────────────────────


def test_messages_go_to_the_account_used_last_unless_it_is_closed(db: Session) -> None:
    conn = db.connection()
    person = people.new_person(conn, "周兰")
    keys = [("local", "demo", "zhou"), ("other", "demo", "zhou")]
    for key in keys:
        lane = "/".join(key)
        people.bind_account(conn, key, person, "zh_CN", lane)
        row = {"key": lane, "sender": "x", "kind": "private", "chat": "zhou"}
        conn.execute(insert(lanes), row)

    def written_to() -> str:
        return people.accounts_of(conn, [person])[person].lane

    assert written_to() == "other/demo/zhou"
    people.load_speakers(conn, keys[:1])
    assert written_to() == "local/demo/zhou"
    people.load_speakers(conn, keys[1:])
    assert written_to() == "other/demo/zhou"
    conn.execute(text("UPDATE lanes SET disabled = 'gone' WHERE key = 'other/demo/zhou'"))
    assert written_to() == "local/demo/zhou"
    conn.execute(text("UPDATE lanes SET disabled = 'gone'"))
    assert written_to() == "other/demo/zhou"
    assert db.scalar(select(accounts.c.used).where(accounts.c.channel == "other")) == 2
