"""Pure numpy: cleaning, coordinates, matching, treatment, flow. No clock, no I/O, no environment."""
