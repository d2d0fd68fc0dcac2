"""Compares memctl with a plain client, side by side, on one memctl-serve on this machine.

    bench.py FOLDER [--memories N] [--runs R]

FOLDER holds the programs memctl and memctl-serve. Every figure is the median of R runs, in which
the two clients take turns. memctl is timed from the start of its process to the end, the plain
client without the start of Python. The peak of memory is that of the process, as the kernel counts
it; it counts the few megabytes of this script, too, so less than those cannot be seen.
"""

import argparse
import os
import pty
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
QUEUED = 1000
CHANGED = 10
DAY = 86_400_000_000


class Server:
    """A memctl-serve with a file of its own."""

    def __init__(self, folder, path):
        self.program = os.path.join(folder, "memctl-serve")
        self.path = path
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "--listen", "127.0.0.1:0", "--store", self.path],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            sys.exit(f"memctl-serve did not start: {line!r}")
        self.url = line.split()[-1]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def age(self):
        """Makes every memory a day older, so that none lies within the overlap of a pull."""
        self.stop()
        with sqlite3.connect(self.path) as db:
            db.execute(
                "UPDATE memories SET created_at = created_at - ?, updated_at = updated_at - ?",
                (DAY, DAY),
            )
        db.close()
        self.start()


def run(words, server, path):
    """Runs a program to its end: its output, seconds and peak of memory in MiB."""
    environment = dict(os.environ, MEMORY_API_URL=server.url, MEMORY_DB=path)
    output_end, input_end = os.pipe()
    start = time.monotonic()
    process = subprocess.Popen(
        words, env=environment, stdin=subprocess.DEVNULL, stdout=input_end, stderr=subprocess.STDOUT
    )
    os.close(input_end)
    with os.fdopen(output_end) as pipe:
        output = pipe.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(words)} ended with {process.returncode}:\n{output}")
    return output, seconds, usage.ru_maxrss / 1024


class Memctl:
    name = "memctl"

    def __init__(self, folder):
        self.program = os.path.join(folder, "memctl")

    def work(self, command, server, path):
        output, seconds, peak = run([self.program, command], server, path)
        return seconds, peak


class Plain:
    name = "plain"

    def work(self, command, server, path):
        program = os.path.join(HERE, "plain_client.py")
        output, _, peak = run(
            [sys.executable, program, path, server.url, command], server, path)
        return float(output), peak


def prepared(original, path):
    """A copy of a cache that no process has open, and that no push knows of."""
    shutil.copyfile(original, path)
    if os.path.exists(path + ".memctl-lock"):
        os.remove(path + ".memctl-lock")
    return path


def queue(path, texts):
    """Writes memories and their queue entries, as both clients find them in the shared file."""
    import json
    from memories import memories

    now = "2026-01-01T00:00:00+00:00"
    with sqlite3.connect(path) as db:
        for memory in memories(texts, seed=int(time.monotonic_ns())):
            id = db.execute(
                """INSERT INTO memories (content, category, tags, expanded_keywords, importance,
                created_at, updated_at)
                VALUES (:content, :category, :tags, :expanded_keywords, :importance, :now, :now)""",
                dict(memory, now=now),
            ).lastrowid
            payload = json.dumps(dict(memory, local_id=id, force_sensitive=False))
            db.execute(
                "INSERT INTO pending_ops (op_type, payload, created_at) VALUES ('store', ?, ?)",
                (payload, now),
            )
    db.close()


def pages_written(path, work):
    """Runs `work` and returns its result and the pages that it wrote to the write-ahead log.

    A connection is kept open meanwhile, so that the log stays as `work` leaves it.
    """
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    page = db.execute("PRAGMA page_size").fetchone()[0]
    result = work()
    size = os.path.getsize(path + "-wal")
    db.close()
    return result, max(0, size - 32) // (page + 24)


def check_equal(*paths):
    """Both clients must have done the same work, or comparing them means nothing."""
    found = []
    for path in paths:
        db = sqlite3.connect(path)
        row = db.execute(
            """SELECT count(*), sum(server_id), sum(length(content)), sum(importance),
            (SELECT count(*) FROM pending_ops),
            (SELECT count(*) FROM memories_fts WHERE memories_fts MATCH 'cor')
            FROM memories WHERE server_id IS NOT NULL"""
        ).fetchone()
        db.close()
        found.append(tuple(round(value or 0, 3) for value in row))
    if len(set(found)) != 1:
        sys.exit(f"the two caches differ: {found}")


class Table:
    def __init__(self):
        print(f"{'':26}{'plain':>12}{'memctl':>12}{'ratio':>8}  target")

    def row(self, label, plain, memctl, target=None, unit=" s", ratio_target=True):
        def text(value):
            if value is None:
                return "-"
            return f"{value:.3f}{unit}" if unit == " s" else f"{value:,.0f}{unit}"

        ratio = memctl / plain if plain else None
        verdict = ""
        if target is not None:
            measured = ratio if ratio_target else memctl
            shown = f"<= {target:.2f}" if ratio_target else f"< {target}{unit}"
            verdict = f"{shown:10} {'met' if measured <= target else 'MISSED'}"
        ratio_text = f"{ratio:.3f}" if ratio is not None else "-"
        print(f"{label:26}{text(plain):>12}{text(memctl):>12}{ratio_text:>8}  {verdict}", flush=True)


def progress(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def alternate(runs, clients, measure):
    """Calls `measure(client, run)` by turns; the medians of its results, by client."""
    results = {client.name: [] for client in clients}
    for index in range(runs):
        order = clients if index % 2 == 0 else clients[::-1]
        for client in order:
            results[client.name].append(measure(client, index))
    return {
        name: [statistics.median(column) for column in zip(*rows)] for name, rows in results.items()
    }


def throughput(server):
    """Stores a second over 8 connections, or nil without wrk."""
    if not shutil.which("wrk"):
        return None
    output = subprocess.run(
        ["wrk", "-t2", "-c8", "-d5s", "-s", os.path.join(HERE, "store.lua"),
         server.url + "/api/memories"],
        capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(f"the server refused stores:\n{output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))


def prompt(program, path):
    """Seconds from the start of the prompt until it can be typed at, and those that Tab takes to
    show memories."""
    def read_until(descriptor, end):
        text = b""
        while end not in text:
            text += os.read(descriptor, 1 << 16)

    begin = time.monotonic()
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(MEMORY_SYNC_DISABLE="1", MEMORY_DB=path, TERM="xterm", NO_COLOR="1")
        os.execv(program, [program, "repl", "--no-rc"])
    ready = b"(sync off)> "
    read_until(terminal, ready)
    start = time.monotonic() - begin
    os.write(terminal, b"show ")
    read_until(terminal, b"show ")
    begin = time.monotonic()
    os.write(terminal, b"\t\t")
    read_until(terminal, ready + b"show ")
    tab = time.monotonic() - begin
    os.write(terminal, b"\x15.quit\r")
    os.waitpid(process, 0)
    os.close(terminal)
    return start, tab


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder")
    arguments.add_argument("--memories", type=int, default=100_000)
    arguments.add_argument("--runs", type=int, default=3)
    options = arguments.parse_args()
    os.environ["MEMORY_API_KEY"] = "benchmark"
    for name in ("MEMORY_SYNC_DISABLE", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        os.environ.pop(name, None)

    with tempfile.TemporaryDirectory(prefix="memctl-bench.") as folder:
        os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = folder
        server = Server(options.folder, os.path.join(folder, "server.db"))
        try:
            compare(options, folder, server)
        finally:
            server.stop()


def compare(options, folder, server):
    progress(f"storing {options.memories:,} memories on the server")
    subprocess.run(
        [sys.executable, os.path.join(HERE, "memories.py"), server.url, str(options.memories)],
        check=True)
    server.age()

    clients = [Plain(), Memctl(options.folder)]
    runs = options.runs
    caches = {client.name: os.path.join(folder, client.name + ".db") for client in clients}

    progress(f"{runs} runs of each, {options.memories:,} memories")
    table = Table()

    def first_pull(client, index):
        path = caches[client.name]
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(path + suffix):
                os.remove(path + suffix)
        return client.work("pull", server, path)

    pull = alternate(runs, clients, first_pull)
    check_equal(*caches.values())
    table.row("first pull", pull["plain"][0], pull["memctl"][0], 1 / 3)

    def unchanged(client, index):
        (seconds, peak), pages = pages_written(
            caches[client.name], lambda: client.work("resync", server, caches[client.name]))
        return seconds, peak, pages

    resync = alternate(runs, clients, unchanged)
    check_equal(*caches.values())
    table.row("unchanged resync", resync["plain"][0], resync["memctl"][0], 1 / 10)
    table.row("  pages written", resync["plain"][2], resync["memctl"][2], unit="")

    from memories import call

    def incremental(client, index):
        # The first of a pair changes memories, so that both pull the same changes.
        if client is (clients if index % 2 == 0 else clients[::-1])[0]:
            for id in range(1, CHANGED + 1):
                call("PUT", f"{server.url}/api/memories/{id}",
                     {"content": f"changed memory {id}, time {index}"})
        return client.work("pull", server, caches[client.name])

    changes = alternate(runs, clients, incremental)
    check_equal(*caches.values())
    table.row(f"pull of {CHANGED} changes", changes["plain"][0], changes["memctl"][0])

    originals = {}
    for client in clients:
        originals[client.name] = prepared(caches[client.name], caches[client.name] + ".full")

    def push(client, index):
        path = prepared(originals[client.name], caches[client.name])
        queue(path, QUEUED)
        return client.work("push", server, path)

    pushes = alternate(runs, clients, push)
    table.row(f"push of {QUEUED:,}", pushes["plain"][0], pushes["memctl"][0], 1 / 5)

    peaks = [max(result[name][1] for result in (pull, resync, changes, pushes))
             for name in ("plain", "memctl")]
    table.row("peak of memory", *peaks, 64, unit=" MiB", ratio_target=False)

    empty = os.path.join(folder, "empty.db")
    memctl = clients[1]
    memctl.work("push", server, empty)
    for command in ("version", "counts"):
        seconds = statistics.median(memctl.work(command, server, empty)[0] for _ in range(50))
        print(f"{'start: ' + command:26}{'-':>12}{seconds * 1000:>9.1f} ms", flush=True)

    program = os.path.join(os.path.abspath(options.folder), "memctl")
    # The first prompt of a home greets, and makes the history.
    times = [prompt(program, caches["memctl"]) for _ in range(21)][1:]
    for name, values in zip(("start: prompt", "prompt: Tab for memories"), zip(*times)):
        print(f"{name:26}{'-':>12}{statistics.median(values) * 1000:>9.1f} ms", flush=True)

    stores = throughput(server)
    if stores is None:
        print("server: wrk is not installed, so its stores a second were not measured")
    else:
        print(f"server: {stores:,.0f} stores a second over 8 connections, each on disk when answered")


if __name__ == "__main__":
    sys.path.insert(0, HERE)
    main()
