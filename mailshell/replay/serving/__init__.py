"""A recording as the server that it was made of, for any client."""
