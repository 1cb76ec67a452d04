"""What the rules claim, shown on the real frameworks."""
