"""What earlier runs have found out, kept in the user's cache folder.

A cache never makes an error: what is missing, damaged, foreign or not to be written is a miss.
Nothing in it can execute: entries are JSON, checked by sums. It is never read from inside the tree
that is scanned, and only from a folder that belongs to the user alone.
"""

from faceoff_lint.cache.entries import Entries
from faceoff_lint.cache.folder import Folder, cache_folder, clear
from faceoff_lint.cache.identity import identity

__all__ = ["Entries", "Folder", "cache_folder", "clear", "identity"]
