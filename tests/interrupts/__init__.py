"""Runs that are interrupted, killed, or find the disk full or the reader gone, at every step."""
