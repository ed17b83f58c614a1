"""What may be typed at the cursor: by the grammar, the state, and what this server has said of itself. No I/O."""
