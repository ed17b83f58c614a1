"""What a server does that the protocol does not allow: rules as data, checkers that watch the wire. No I/O."""
