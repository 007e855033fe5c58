"""Takes a bare checkout to what a make target names; needs nothing but a Python.

This file alone must parse on older Pythons, which it leaves for a newer one.
"""

import os
import shutil
import subprocess
import sys


def main(arguments):
    if sys.version_info < (3, 11):
        _restart_with_newer_python()
    import commands  # uses the syntax of today's Python

    return commands.main(arguments)


def _restart_with_newer_python():
    for name in ("python3.11", "python3.12", "python3.13", "python3.14"):
        path = shutil.which(name)
        # A version manager puts names on the path that only complain when started.
        if path and subprocess.call([path, "-c", "pass"], stderr=subprocess.DEVNULL) == 0:
            os.execv(path, [path, os.path.abspath(__file__)] + sys.argv[1:])
    sys.exit(
        "stillwatch: needs Python 3.11 or newer; python3 is %d.%d and no newer one is on the PATH"
        % sys.version_info[:2]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
