"""Menkou: the software inside a community hall's self-service terminal."""
