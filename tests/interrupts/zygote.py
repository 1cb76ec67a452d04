"""Runs the command many times, each in a process of its own with one fault put in.

Started as a script. It imports the command once; every line of standard input asks for a run, which
is a fork of it and so costs no import. All that a run does to files is counted: what is asked for
happens at the n-th step, so that no test depends on time.
"""

from __future__ import annotations

import errno
import importlib
import json
import os
import pkgutil
import signal
import sys
import time
from typing import Any

WRITING = ("open", "write", "fsync", "fchmod", "fchown", "replace", "link", "unlink", "truncate")


class Steps:
    """Counts what a run does, and does something else at one step.

    ``at``: the number of the step, from 1; 0: never. ``action``: a signal's name, or an error's.
    ``after``: the step is done first. ``lasting``: errors go on from there.
    """

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.at: int = wanted["at"]
        self.action: str = wanted["action"]
        self.after: bool = wanted.get("after", False)
        self.lasting: bool = wanted.get("lasting", False)
        self.only: list[str] = wanted["steps"]
        self.log: int = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.count = 0
        self.write = os.write

    def wrap(self, owner: Any, name: str, label: str) -> None:
        """Make each call of a function a step."""
        real = getattr(owner, name)

        def step(*args: Any, **kwargs: Any) -> Any:
            if label == "open" and not args[1] & (os.O_WRONLY | os.O_RDWR):
                return real(*args, **kwargs)
            self.count += 1
            self.write(self.log, f"{label}\n".encode())
            if self.count == self.at or (self.lasting and 0 < self.at < self.count):
                if self.after:
                    try:
                        return real(*args, **kwargs)
                    finally:
                        self._act()
                self._act()
            return real(*args, **kwargs)

        setattr(owner, name, step)

    def _act(self) -> None:
        if not self.action.startswith("SIG"):
            number = getattr(errno, self.action)
            raise OSError(number, os.strerror(number))
        os.kill(os.getpid(), getattr(signal, self.action))
        # In the main thread the handler has raised by now. Another stays where it is.
        time.sleep(60)


def main() -> None:
    """Answer requests until standard input ends."""
    import faceoff_lint.cli
    import faceoff_rules

    for package in (faceoff_lint, faceoff_rules):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "__main__" not in found.name:
                importlib.import_module(found.name)
    requests = os.fdopen(os.dup(0), "r")
    answers = os.fdopen(os.dup(1), "w")
    while line := requests.readline():
        wanted = json.loads(line)
        child = os.fork()
        if child == 0:
            requests.close()
            answers.close()
            _run(wanted)
        status = os.waitpid(child, 0)[1]
        print(json.dumps([child, os.waitstatus_to_exitcode(status)]), file=answers, flush=True)


def _run(wanted: dict[str, Any]) -> None:
    from faceoff_lint import isolation
    from faceoff_lint.cli import main, process

    os.setsid()
    os.chdir(wanted["folder"])
    os.environ.update(wanted["environment"])
    for number, name in ((1, "out"), (2, "err")):
        if wanted[name]:
            opened = os.open(wanted[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        else:
            nobody, opened = os.pipe()
            os.close(nobody)
        os.dup2(opened, number)
        os.close(opened)
    steps = Steps(wanted)
    for name in WRITING:
        if name in steps.only:
            steps.wrap(os, name, name)
    for owner, name, label in (
        (process._Out, "write", "print"),
        (isolation._Process, "lower", "read"),
    ):
        if label in steps.only:
            steps.wrap(owner, name, label)
    if wanted["audit"]:
        _audit(wanted["audit"])
    sys.argv = ["faceoff-lint", *wanted["arguments"]]
    main()


def _audit(place: str) -> None:
    """Note what the interpreter says of itself: each file opened, program started, code run."""
    log = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    events = {
        "open", "os.listdir", "os.scandir", "exec", "import", "subprocess.Popen", "os.system",
        "os.exec", "os.posix_spawn", "os.symlink", "os.mkdir", "os.rename", "os.link", "os.remove",
        "os.truncate", "os.rmdir", "pickle.find_class",
        "socket.connect", "socket.getaddrinfo", "urllib.Request", "ctypes.dlopen",
    }  # fmt: skip
    write = os.write

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event in events:
            first: Any = arguments[0] if arguments else None
            if event == "exec":
                first = first.co_filename
            if event != "import" and isinstance(first, str | bytes | os.PathLike):
                first = os.path.join(os.getcwd(), os.fsdecode(first))
            write(log, f"{json.dumps([event, str(first)])}\n".encode())

    sys.addaudithook(note)


if __name__ == "__main__":
    main()
