"""Probes that find out how a server behaves, and the report on them. Whoever connects is given from above."""
