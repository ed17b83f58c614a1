"""Misbehaviour on purpose: a good server's answers made wrong in the way of a rule. No I/O."""
