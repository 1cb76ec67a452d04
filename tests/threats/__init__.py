"""What a hostile source tree may try, each with a test that it fails: ``SECURITY.md``."""
