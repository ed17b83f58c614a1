"""SASL (RFC 4422), the client's side: mechanisms as data and as dialogues, without I/O."""
