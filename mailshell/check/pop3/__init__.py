"""The probes of POP3: tables of records and what each does."""
