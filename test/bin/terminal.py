"""Runs a command on its own terminal and types into it. The steps are JSON: [[text to wait for, keys to send], ...].

Prints what the command printed, then its exit code and whether the terminal echoes and reads lines again.
"""

import json
import os
import pty
import sys
import termios


def main():
    steps = json.loads(sys.argv[1])
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    seen, since = "", 0
    while data := read(terminal):
        seen += data.decode(errors="replace")
        if steps and steps[0][0] in seen[since:]:
            since = len(seen)
            os.write(terminal, steps.pop(0)[1].encode())
    flags = termios.tcgetattr(terminal)[3]
    _, status = os.waitpid(child, 0)
    restored = bool(flags & termios.ECHO) and bool(flags & termios.ICANON)
    print(json.dumps({"out": seen, "code": os.waitstatus_to_exitcode(status), "restored": restored, "left": len(steps)}))


def read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:
        # Linux raises this when the last process on a terminal has ended.
        return b""


main()
