"""Sources and decoders: bytes in, columns and rejects out."""
