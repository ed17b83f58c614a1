"""The misbehaviours of IMAP, by topic."""
