"""Micro-wishes: made, looked at, published, claimed, brought, confirmed, chased by the clock."""
