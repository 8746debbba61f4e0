"""Runs a command on a terminal of its own, as somebody who says yes to every question."""

import os
import pty
import sys


def read(terminal):
    data = os.read(terminal, 1024)
    if b"(y/n)" in data:
        os.write(terminal, b"y\n")
    return data


sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], read)))
