"""Street networks of others and our own: GeoJSON, GeoPackage and OpenStreetMap PBF to segments."""
