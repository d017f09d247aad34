"""Conversations as functions of the answers so far."""
