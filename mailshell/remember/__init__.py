"""What earlier sessions were told, kept in a file: fingerprints, numbers and dates. No names, no contents."""
