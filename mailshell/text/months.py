"""The names of months as mail has them, whatever the language of the machine (RFC 5322 3.3, RFC 9051 9)."""

from __future__ import annotations

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
