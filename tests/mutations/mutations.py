#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes one thing of a header at a time, and says whether the tests notice.

    tests/mutations/mutations.py [--folder FOLDER] [--only TEXT] [--sample N] [--seed S] [--seconds T] [--list]

Each mutant is a copy of one header of include/pleach with one operator, constant or guard changed; nothing in the tree is
touched. The nearest test program (tests/unit/<layer>/<header>.test.cpp) is compiled against it, and then, until one fails, the
other tests that include the header. A mutant that does not compile does not count. Results are appended to
FOLDER/results.tsv (build/mutations by default), so that a run can be stopped and continued; a mutant whose header has changed
is tried again. Mutants that mean the same as the original are listed in equivalent.txt, each with a reason.

Ends with a table by layer, and with 1 if a removed guard of io or frozen survived.
"""

import argparse
import hashlib
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

root = pathlib.Path(__file__).resolve().parents[2]
here = pathlib.Path(__file__).resolve().parent

# What is replaced, in code only; operators have blanks around them, so that template brackets are none.
replacements = [
    ("bound", r" <= ", " < "),
    ("bound", r" < ", " <= "),
    ("bound", r" >= ", " > "),
    ("bound", r" > ", " >= "),
    ("equality", r" == ", " != "),
    ("equality", r" != ", " == "),
    ("logic", r" && ", " || "),
    ("logic", r" \|\| ", " && "),
    ("arithmetic", r" \+ ", " - "),
    ("arithmetic", r" - ", " + "),
    ("arithmetic", r" \* ", " + "),
    ("arithmetic", r" / ", " * "),
    ("arithmetic", r" % ", " / "),
    ("bits", r" & ", " | "),
    ("bits", r" \| ", " & "),
    ("update", r" \+= ", " -= "),
    ("update", r" -= ", " += "),
    ("constant", r"\btrue\b", "false"),
    ("constant", r"\bfalse\b", "true"),
    ("constant", r"(?<![\w.'])0(?![\w.'])", "1"),
    ("constant", r"(?<![\w.'])1(?![\w.'])", "2"),
]
# Lines that are no code that runs: declarations of templates and concepts, assertions, the preprocessor, includes.
no_code = re.compile(r"^\s*(#|//|\*|template\b|requires\b|static_assert|concept\b|using\b|namespace\b|friend bool operator==)|"
                     r"\bconcept\b|static_assert|= default|inline namespace")
guard = re.compile(r"^\s*(\} else )?if (constexpr )?\(.*\) ?(return\b.*|throw\b.*|(\w+[.>-]+)?(refuse|fail|raise)\(.*);\s*$")
guard_begin = re.compile(r"^\s*if \(.*\)( \{)?\s*$")
leaves = re.compile(r"^\s*(return\b|throw\b|(\w+[.>-]+)?(refuse|fail|raise)\()")


class mutant:
    def __init__(self, path, line, column, kind, before, after, text):
        self.path, self.line, self.column, self.kind = path, line, column, kind
        self.before, self.after, self.text = before, after, text

    def name(self):
        return f"{self.path.relative_to(root / 'include')}:{self.line}:{self.column} {self.kind} " \
               f"'{self.before.strip()}' -> '{self.after.strip()}'"

    def key(self):
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()[:12]
        return f"{digest} {self.name()}"


def blanked(line):
    """The line with the contents of strings and comments as blanks, so that positions stay."""
    line = re.sub(r'"(\\.|[^"\\])*"', lambda m: '"' + " " * (len(m.group()) - 2) + '"', line)
    line = re.sub(r"'(\\.|[^'\\])'", lambda m: " " * len(m.group()), line)
    return re.sub(r"//.*", lambda m: " " * len(m.group()), line)


def mutants_of(path):
    lines = path.read_text().splitlines()
    found = []
    for i, line in enumerate(lines):
        code = blanked(line)
        if not code.strip() or no_code.search(code):
            continue
        if guard.match(code):
            kept = re.sub(r"(if (?:constexpr )?\().*", "", code)
            after = kept + ("if (false) {}" if "else" in kept else ";")
            found.append(mutant(path, i + 1, 1, "guard", line, after, lines[:i] + [after] + lines[i + 1:]))
        elif guard_begin.match(code) and i + 1 < len(lines) and leaves.match(blanked(lines[i + 1])):
            after = re.sub(r"if \(.*\)", "if (false)", line)
            found.append(mutant(path, i + 1, 1, "guard", line, after, lines[:i] + [after] + lines[i + 1:]))
        for kind, pattern, new in replacements:
            for at in re.finditer(pattern, code):
                after = line[:at.start()] + new + line[at.end():]
                found.append(mutant(path, i + 1, at.start() + 1, kind, line[max(0, at.start() - 12):at.end() + 12],
                                    after[max(0, at.start() - 12):at.start() + len(new) + 12],
                                    lines[:i] + [after] + lines[i + 1:]))
    return found


def tests_of(path):
    """The nearest test first, then the others that include the header, small ones first."""
    name = path.relative_to(root / "include" / "pleach")
    nearest = root / "tests" / "unit" / name.with_suffix(".test.cpp")
    included = f"<pleach/{name}>"
    others = [t for t in (root / "tests").glob("unit/**/*.test.cpp") if t != nearest and included in t.read_text()]
    others += [t for t in (root / "tests").glob("files/**/*.test.cpp")
               if name.parts[0] in ("io", "frozen", "compose") and "programs" not in t.name]
    # Those of other layers too, if no test includes the header: it is part of something larger.
    if not nearest.exists() and not others:
        others = list((root / "tests" / "unit" / name.parts[0]).glob("*.test.cpp"))
    # Those of the same name first: safetensors.test.cpp for safetensors_layout.hpp.
    others.sort(key=lambda t: (re.split(r"[._]", t.name)[0] not in str(name), name.parts[0] not in t.parts, t.stat().st_size))
    return ([nearest] if nearest.exists() else []) + others[:5]


class judge:
    def __init__(self, folder, compiler):
        self.folder, self.compiler = folder, compiler
        self.main = folder / "main.o"
        if not self.main.exists():
            self.run([*self.flags(), "-c", root / "tests/support/main.cpp", "-o", self.main], 300, True)

    def flags(self, overlay=None):
        first = ["-I", overlay] if overlay else []
        return [self.compiler, "-std=c++20", "-O0", "-w", "-D_GLIBCXX_ASSERTIONS", "-fopenmp", "-march=native", *first,
                "-I", root / "include", "-I", root / "tests", "-I", root / "examples", "-isystem", "/usr/include/eigen3",
                f'-DPLEACH_TESTS_DIR="{root / "tests"}"']

    def run(self, command, seconds, must=False):
        try:
            # A mutant may ask for any memory.
            limited = ["sh", "-c", 'ulimit -v 8000000; exec "$@"', "sh", *map(str, command)]
            done = subprocess.run(limited, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE if must else subprocess.DEVNULL, timeout=seconds, cwd=self.folder)
        except subprocess.TimeoutExpired:
            return None
        if must and done.returncode != 0:
            sys.exit(f"{' '.join(limited[4:])}\n{done.stderr.decode(errors='replace')[:2000]}")
        return done.returncode

    def fails(self, test, overlay):
        """Whether the test notices; None if it does not compile or link."""
        program = self.folder / "mutant"
        program.unlink(missing_ok=True)
        if self.run([*self.flags(overlay), test, self.main, "-o", program], 600) != 0:
            return None
        return self.run([program], 60) != 0

    def of(self, one):
        overlay = self.folder / "overlay"
        shutil.rmtree(overlay, ignore_errors=True)
        header = overlay / one.path.relative_to(root / "include")
        header.parent.mkdir(parents=True)
        header.write_text("\n".join(one.text) + "\n")
        result = "does not compile"
        for test in tests_of(one.path):
            noticed = self.fails(test, overlay)
            if noticed is None:
                # If the nearest test does not compile, the mutant does not; others may need a library.
                if result == "does not compile":
                    return result
                continue
            if noticed:
                return "killed"
            result = "survived"
        return result


def equivalent():
    """Names of mutants without their line and column, which change more often."""
    lines = [line.split(" | ")[0] for line in (here / "equivalent.txt").read_text().splitlines()
             if line and not line.startswith("#")]
    return set(lines)


def short(name):
    return re.sub(r":\d+:\d+ ", " ", name)


def report(results, tried):
    layers = {}
    for one in tried:
        counts = layers.setdefault(one.path.relative_to(root / "include" / "pleach").parts[0], [0, 0, 0, 0, 0])
        result = results.get(one.key())
        if result is None or result == "does not compile":
            continue
        counts[0] += 1
        counts[1] += result == "killed"
        if one.kind == "guard":
            counts[2] += 1
            counts[3] += result == "killed"
        counts[4] += result == "equivalent"
    print("| layer | mutants | killed | same meaning | score | removed guards | killed |\n|---|---:|---:|---:|---:|---:|---:|")
    total = [sum(c[i] for c in layers.values()) for i in range(5)]
    for layer, c in [*sorted(layers.items()), ("all", total)]:
        if c[0]:
            score = f"{100 * c[1] / (c[0] - c[4]):.0f} %" if c[0] > c[4] else ""
            print(f"| {layer} | {c[0]} | {c[1]} | {c[4]} | {score} | {c[2]} | {c[3]} |")
    return total


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--folder", type=pathlib.Path, default=root / "build" / "mutations")
    options.add_argument("--only", default="", help="mutants whose name contains this, such as io/ or guard")
    options.add_argument("--sample", type=int, default=0, help="so many of them, besides the guards of io and frozen")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--seconds", type=float, default=0, help="stop after this time")
    options.add_argument("--compiler", default="g++")
    options.add_argument("--list", action="store_true", help="only print the names")
    asked = options.parse_args()
    everything = [one for path in sorted((root / "include" / "pleach").glob("**/*.hpp"))
                  if path.name != "all.hpp" for one in mutants_of(path)]
    chosen = [one for one in everything if asked.only in one.name()]
    if asked.sample:
        must = [one for one in chosen if one.kind == "guard" and {"io", "frozen"} & set(one.path.parts)]
        rest = [one for one in chosen if one not in must]
        random.Random(asked.seed).shuffle(rest)
        chosen = must + rest[:asked.sample]
    if asked.list:
        print(*(one.name() for one in chosen), sep="\n")
        return 0
    asked.folder = asked.folder.resolve()
    asked.folder.mkdir(parents=True, exist_ok=True)
    log = asked.folder / "results.tsv"
    results = dict(line.rsplit("\t", 1) for line in log.read_text().splitlines()) if log.exists() else {}
    same, program, end = equivalent(), judge(asked.folder, asked.compiler), time.time() + asked.seconds
    random.Random(asked.seed).shuffle(chosen)
    for number, one in enumerate(chosen):
        if one.key() in results:
            continue
        if asked.seconds and time.time() > end:
            print(f"stopped after {number} of {len(chosen)}")
            break
        result = "equivalent" if short(one.name()) in same else program.of(one)
        results[one.key()] = result
        with log.open("a") as out:
            out.write(f"{one.key()}\t{result}\n")
        if result == "survived":
            print("survived:", one.name(), flush=True)
    total = report(results, chosen)
    lost = [one.name() for one in chosen if one.kind == "guard" and results.get(one.key()) == "survived"
            and {"io", "frozen"} & set(one.path.relative_to(root).parts)]
    print(f"seed {asked.seed}: {total[1]} of {total[0] - total[4]} mutants killed, {len(lost)} removed guards of io and frozen "
          "survived")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
