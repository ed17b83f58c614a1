"""Reads the sessions that other programs have written down: one module for each form, and how a form is recognised."""
