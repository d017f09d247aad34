"""Where somebody lives, and who answers for them there."""

from __future__ import annotations
