"""Vehicles, traffic counters and snow sensors over a winter morning, with known ground truth."""
