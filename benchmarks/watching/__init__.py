"""What watching costs: viewers with real sockets in one process, the server in another.

Needs two cores: the server is kept on the first, the generator on the second.

    make bench ARGS=watching                    # everything of the README, with its peers
    python -m benchmarks.watching --viewers 100 --seconds 10
    python -m benchmarks.watching --viewers 100 --seconds 10 --profile
    python -m benchmarks.watching --viewers 100 --idle hidden --profile

The last three measure this server alone: processor time for each viewer and refresh, ticks lost,
reads, bytes, and how late what was committed arrived. `--profile` samples the server's event loop
meanwhile and prints where its time went: first by the function that was at work, then by all that
were on the stack. `--profile calls` counts every call instead (cProfile), which is exact in its
counts and makes small functions look dearer than they are.
"""
