"""Runs one command and writes how it went: wall and CPU seconds, peak memory of its largest process, and the share of
the machine that others used meanwhile. The same ruler for every program that is compared.

usage: timed.py REPORT.json COMMAND ...      exits with the command's exit code
COMPARE_START is set for the command: the clock (Unix time) just before it starts."""
import json
import os
import sys
import time


def machine_busy_seconds():
    """CPU seconds spent by everyone on all cores, the host's steal included."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, irq, softirq, steal = (int(n) for n in stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def main():
    busy, start = machine_busy_seconds(), time.time()
    pid = os.fork()
    if pid == 0:
        try:
            os.execvpe(sys.argv[2], sys.argv[2:], {**os.environ, "COMPARE_START": repr(start)})
        except OSError as error:
            print(f"{sys.argv[2]}: {error.strerror}", file=sys.stderr)
            os._exit(127)
    _, status, usage = os.wait4(pid, 0)
    wall = time.time() - start
    own = usage.ru_utime + usage.ru_stime
    others = min(1.0, max(0.0, machine_busy_seconds() - busy - own) / (wall * os.cpu_count()))
    with open(sys.argv[1], "w") as report:
        json.dump(dict(wall_seconds=round(wall, 3), cpu_seconds=round(own, 2), others_share=round(others, 3),
                       max_rss_gib=round(usage.ru_maxrss / 2**20, 3)), report)
    sys.exit(os.waitstatus_to_exitcode(status) % 256)


main()
