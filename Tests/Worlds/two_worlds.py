"""Lets several memctl processes and the Python side work on one file, then looks for what is lost,
doubled, back again or refused.

    two_worlds.py FOLDER --rounds N | --seconds S

FOLDER holds the programs memctl and memctl-serve. Everybody does N rounds, or goes on for S seconds.
"""

import argparse
import collections
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from python_side import PythonSide

KEY = "the-key-that-nobody-may-see"


class Worlds:
    def __init__(self, programs, folder, goes_on):
        self.program = str(programs / "memctl")
        self.goes_on = goes_on
        self.path = str(folder / "memory.db")
        self.complaints = []
        self.tally = collections.Counter()
        # What must be there in the end, and what must not.
        self.written = set()
        self.deleted = set()
        self.server = subprocess.Popen(
            [programs / "memctl-serve", "--listen", "127.0.0.1:0", "--store", folder / "server.db"],
            env={"MEMORY_API_KEY": KEY, "HOME": str(folder)}, stdout=subprocess.PIPE, text=True)
        self.url = self.server.stdout.readline().split()[-1]
        self.environment = {
            "HOME": str(folder), "PATH": os.environ["PATH"], "MEMORY_DB": self.path,
            "MEMORY_API_URL": self.url, "MEMORY_API_KEY": KEY,
        }

    # The world of memctl

    def start(self, *arguments):
        return subprocess.Popen(
            [self.program, *arguments], env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, process):
        output, errors = process.communicate()
        words = " ".join(process.args[1:])
        self.tally[f"memctl.{process.args[1]}"] += 1
        if process.returncode != 0 or "locked" in errors or KEY in output + errors:
            self.complaints.append(f"memctl {words} ended with {process.returncode}: {errors}")
        return output

    def memctl(self, *arguments):
        return self.finish(self.start(*arguments))

    def store_and_delete(self):
        own = {}
        for number in self.rounds():
            content = f"from memctl {number}"
            answer = self.memctl("store", content, "--json")
            self.written.add(content)
            own[content] = json.loads(answer)["id"] if answer else None
            if number % 3 == 0:
                self.delete_one(own, lambda id: self.memctl("delete", str(id), "--no-input"))

    def sync(self):
        for number in self.rounds():
            self.memctl("resync" if number % 10 == 9 else "sync")

    def look(self):
        for number in self.rounds():
            self.memctl(["list", "counts", "queue"][number % 3], "--json")

    # The world of Python

    def write_and_delete(self):
        own = {}
        for number in self.rounds(times=6):
            content = f"from python {number}"
            write = self.python.write_and_send if number % 3 == 0 else self.python.write
            own[content] = write(content)
            self.written.add(content)
            self.tally["python.write"] += 1
            if number % 3 == 0:
                self.tally["python.delete"] += self.delete_one(own, self.python.delete)
            self.python.read("python")
            self.tally["python.read"] += 1

    def push_and_pull(self):
        for _ in self.rounds(times=6):
            self.tally["python.sent"] += self.python.push()
            self.tally["python.push"] += 1
            self.python.pull()
            self.tally["python.pull"] += 1

    # Both

    def delete_one(self, own, delete):
        """Deletes the oldest memory of a thread's own that has come to rest on the server, if any."""
        for content, local_id in own.items():
            if self.python.is_settled(local_id):
                del own[content]
                delete(local_id)
                self.deleted.add(content)
                return True
        return False

    def rounds(self, times=1):
        number = 0
        while self.goes_on(number, times):
            yield number
            number += 1

    def watched(self, work):
        try:
            work()
        except Exception as error:
            self.complaints.append(f"{work.__name__}: {type(error).__name__}: {error}")

    def run(self):
        # memctl makes the file.
        self.memctl("sync")
        self.python = PythonSide(self.path, self.url, KEY)
        watch = self.start("watch", "--interval", "0.1", "--quiet")
        threads = [
            threading.Thread(target=self.watched, args=[work])
            for work in [
                self.store_and_delete, self.sync, self.look, self.write_and_delete,
                self.push_and_pull]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        watch.send_signal(signal.SIGTERM)
        self.finish(watch)
        for command in ["sync", "resync", "sync"]:
            self.memctl(command)

    # The end

    def judge(self):
        expected = collections.Counter(self.written - self.deleted)
        answer = self.python.request("GET", "/api/memories/sync")
        self.compare("server", expected, [memory["content"] for memory in answer["memories"]])
        db = sqlite3.connect(self.path)
        rows = db.execute("SELECT content FROM memories").fetchall()
        self.compare("cache", expected, [row[0] for row in rows])
        for name, query, good in [
            ("queue", "SELECT count(*) FROM pending_ops", 0),
            ("held entries", "SELECT count(*) FROM memctl_entries", 0),
            ("links", "SELECT count(*) FROM memories WHERE server_id IS NULL", 0),
            ("integrity", "PRAGMA integrity_check", "ok"),
        ]:
            found = db.execute(query).fetchone()[0]
            if found != good:
                self.complaints.append(f"{name}: {found}")
        try:
            db.execute("INSERT INTO memories_fts(memories_fts, rank) VALUES ('integrity-check', 1)")
        except sqlite3.Error as error:
            self.complaints.append(f"full-text index: {error}")

    def compare(self, place, expected, contents):
        found = collections.Counter(contents)
        for what, difference in [("lost", expected - found), ("too many", found - expected)]:
            for content in sorted(difference)[:10]:
                self.complaints.append(f"{place}: {what}: {content}")

    def report(self, seconds):
        for world in ["memctl", "python"]:
            parts = sorted(item for item in self.tally.items() if item[0].startswith(world))
            counts = ", ".join(f"{name.split('.')[1]} {count}" for name, count in parts)
            print(f"{world}: {sum(count for _, count in parts)}  {counts}")
        print(
            f"memories: {len(self.written)} written, {len(self.deleted)} deleted, in {seconds:.1f} s")
        for complaint in self.complaints:
            print(complaint)
        if not self.complaints:
            print("nothing lost, doubled, back again or refused")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=pathlib.Path)
    amount = parser.add_mutually_exclusive_group(required=True)
    amount.add_argument("--rounds", type=int)
    amount.add_argument("--seconds", type=float)
    options = parser.parse_args()
    start = time.monotonic()

    def goes_on(number, times):
        if options.rounds:
            return number < options.rounds * times
        return time.monotonic() - start < options.seconds

    with tempfile.TemporaryDirectory(prefix="memctl-worlds-") as folder:
        worlds = Worlds(options.programs.resolve(), pathlib.Path(folder), goes_on)
        try:
            worlds.run()
            worlds.judge()
        finally:
            worlds.server.terminate()
            worlds.server.wait()
        worlds.report(time.monotonic() - start)
    return 1 if worlds.complaints else 0


sys.exit(main())
