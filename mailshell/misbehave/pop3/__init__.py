"""The misbehaviours of POP3, by topic."""
