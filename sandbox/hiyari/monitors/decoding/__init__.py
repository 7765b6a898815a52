"""Finding known secrets in bytes, whatever they were written in: characters, character sets, encodings, splits."""
