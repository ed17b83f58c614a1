"""Findings for a person or a program: text, JSON, SARIF; and the page of a rule."""
