"""Rules for Express apps."""
