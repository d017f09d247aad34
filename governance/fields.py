"""What of a case another system is told: columns by their codes, chosen and named by the district."""

from __future__ import annotations

from enum import StrEnum


class Field(StrEnum):
    NUMBER = "number"
    REPORTED = "reported"  # when
    VIA = "via"  # how it came
    COMMUNITY = "community"
    GRID = "grid"
    PLACE = "place"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    FAMILY = "family"
    KIND = "kind"
    WORDS = "words"
    REPORTER = "reporter"
    PHONE = "phone"  # masked
    HOLDER = "holder"
    STATE = "state"
    CONTACT_DUE = "contact_due"
    DUE = "due"
    ANSWERED = "answered"  # when
    RESULT = "result"
    ANSWER = "answer"
    VERDICT = "verdict"
    CLOSED = "closed"  # when
    URGED = "urged"
