"""The probes of IMAP: tables of records and what each does."""
