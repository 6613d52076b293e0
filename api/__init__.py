"""The FastAPI application, open-data formats and the web map."""
