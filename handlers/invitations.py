"""Invitations to posts, and several accounts of one person."""

from __future__ import annotations
