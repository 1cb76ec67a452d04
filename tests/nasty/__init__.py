"""Files made to break a linter, each with a stated outcome. Nothing big is committed: all is made
by the modules here when the tests run."""
