"""The built-in rules: one rule is two files with one name, a function and its page."""
