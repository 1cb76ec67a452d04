"""The route tables of running apps, to compare the static ones with."""
