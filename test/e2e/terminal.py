"""Runs a command on its own terminal, answers yes to every question, and ends when the command ends."""

import os
import pty
import sys


def main():
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    while data := read(terminal):
        if b"(y/n)" in data:
            os.write(terminal, b"y\n")
        # Fails when the reader is gone. The terminal is closed then, which sends the command a hang-up.
        os.write(1, data)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def read(terminal):
    try:
        return os.read(terminal, 1024)
    except OSError:
        # Linux raises this when the last process on a terminal has ended.
        return b""


sys.exit(main())
