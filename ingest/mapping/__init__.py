"""Supplier mappings: a TOML file says how one supplier's JSON becomes positions (docs/mappings.md), without code."""
