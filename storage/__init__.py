"""The database: migrations, bulk writer, queries."""
