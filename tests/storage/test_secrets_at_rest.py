"""Whatever could be a secret in a column is hashed, encrypted, or none, and it is said which."""

from __future__ import annotations

import re

from storage.schema import metadata
from storage.secrets import Secret
from tests.storage.modules import MODULES

assert MODULES

HASHED = {"tokens.digest", "orders.digest", "people.phone_print"}
"""What was given out is found again by these, and cannot be had from them."""
ENCRYPTED = {"access_tokens.token", "edit_codes.code"}
OPEN = {
    "areas.code": "the roster's name for it",
    "units.code": "the roster's name for it",
    "people.code": "the roster's name for them",
    "guide_entries.code": "the sheet's name for it",
    "certificates.code": "stands on the certificate, for anybody to check it by",
    "shifts.code": "hangs out on the spot, and lets in whoever has claimed that shift",
    "group_words.token": "opens a person's own words for that person only",
    "numbers.token": "what a button says when it is pressed; a post is what lets somebody press it",
    "outbox.token": "which process is sending it just now",
    "outbox.dedupe_key": "what a message is about",
    "lanes.key": "which chat it is; of a WeCom group its robot's key, with which it is written to",
    "senders.key": "which account of ours it is",
    "withheld.digest": "which choices they are",
    "media.print": "how a picture looks",
    "photo_prints.print": "how a picture looks",
    "awards.key": "what was rewarded",
    "point_alerts.key": "what was noticed",
    "service_hours.key": "what was counted",
}
"""Not secret, and why."""
SOUNDS_SECRET = re.compile(r"token|secret|digest|key|code|password|print|session|cookie")


def test_every_column_that_sounds_secret_is_hashed_encrypted_or_explained() -> None:
    found = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if SOUNDS_SECRET.search(column.name)
    }
    assert found == HASHED | ENCRYPTED | OPEN.keys()
    columns = {f"{c.table.name}.{c.name}": c for t in metadata.sorted_tables for c in t.columns}
    assert isinstance(columns["access_tokens.token"].type, Secret)
