"""Rules for Flask apps."""
