#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs missing packages (after asking), configures, builds, and then runs a first example or the tests.

set -eu

usage() {
    cat <<'END'
usage: sh cmake/quickstart.sh [options] [test]

  (nothing)       install what is missing, build the examples, train and prune on a generated data set
  test            install what is missing, build everything, run the tests

  --yes           install without asking (a root user in a container is not asked either)
  --no-install    say what is missing, install nothing
  --dry-run       print the commands, run none
  --clean         delete the build folder first
  --cxx NAME      use this compiler, e.g. clang++ or "ccache g++"; the variable CXX does the same
  --preset NAME   configure with this preset of CMakePresets.json (needs CMake 3.25)
END
}

say() { printf '%s\n' "quickstart: $*"; }
fail() { say "$*" >&2; exit 1; }

mode=run preset='' yes=no install=yes dry=no clean=no
while [ $# -gt 0 ]; do
    case $1 in
        test) mode='test' ;;
        --yes) yes=yes ;;
        --no-install) install=no ;;
        --dry-run) dry=yes ;;
        --clean) clean=yes ;;
        --cxx | --preset)
            [ $# -ge 2 ] || fail "$1 needs a name after it."
            if [ "$1" = --cxx ]; then CXX=$2; export CXX; else preset=$2; fi
            shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; fail "'$1' is not an option." ;;
    esac
    shift
done
if [ -z "$preset" ]; then
    if [ "$mode" = test ]; then preset='test'; else preset='quickstart'; fi
fi

cd "$(dirname "$0")/.."
cxx=${CXX:-c++}
folder=build/$preset${CXX:+-$(basename -- "${CXX##* }")}
log=$folder.log

# --- what is missing: ask the tools themselves, not a package database, so that packages installed by hand count --------

# CXX may have several words, as in CXX="ccache g++", or name a program with a blank in its path.
compile() { if command -v "$cxx" >/dev/null 2>&1; then "$cxx" "$@"; else $cxx "$@"; fi; }

missing_things() {
    command -v cmake >/dev/null 2>&1 || echo cmake
    command -v ninja >/dev/null 2>&1 || command -v make >/dev/null 2>&1 || echo ninja
    command -v gnuplot >/dev/null 2>&1 || echo gnuplot
    [ $mode = run ] || { command -v mpicxx >/dev/null 2>&1 && command -v mpirun >/dev/null 2>&1; } || echo mpi
    echo 'template <class T> concept any = true; int main() {}' >"$probe"
    if ! compile -std=c++20 -fopenmp "$probe" -o "$probe.out" >/dev/null 2>&1; then
        echo compiler
    fi
    for pair in eigen:Eigen/Core eigen:eigen3/Eigen/Core xsimd:xsimd/xsimd.hpp catch2:catch2/catch.hpp \
        catch2:catch2/catch_all.hpp benchmark:benchmark/benchmark.h cli11:CLI/CLI.hpp json:nlohmann/json.hpp xxhash:xxhash.h \
        metis:metis.h; do
        printf '#if __has_include(<%s>)\nfound:%s\n#endif\n' "${pair#*:}" "${pair%%:*}"
    done >"$probe"
    found=$(compile -std=c++20 -E -P "$probe" 2>/dev/null || true)
    for thing in eigen xsimd catch2 benchmark cli11 json xxhash metis; do
        case $found in *"found:$thing"*) ;; *) echo "$thing" ;; esac
    done
}

# package_of THING: prints the name of its package on this system, or nothing if there is none.
package_of() {
    case $manager:$1 in
        apt:compiler) case $cxx in *clang*) echo clang libomp-dev ;; *) echo g++ ;; esac ;;
        apt:eigen) echo libeigen3-dev ;;
        apt:xsimd) echo libxsimd-dev ;;
        apt:benchmark) echo libbenchmark-dev ;;
        apt:cli11) echo libcli11-dev ;;
        apt:json) echo nlohmann-json3-dev ;;
        apt:xxhash) echo libxxhash-dev ;;
        apt:metis) echo libmetis-dev ;;
        apt:gnuplot) echo gnuplot-nox ;;
        apt:mpi) echo libopenmpi-dev openmpi-bin ;;
        apt:ninja | dnf:ninja) echo ninja-build ;;
        dnf:compiler) echo gcc-c++ ;;
        dnf:eigen) echo eigen3-devel ;;
        dnf:xsimd | dnf:cli11 | dnf:json | dnf:xxhash | dnf:metis | dnf:catch2) echo "$1-devel" ;;
        dnf:benchmark) echo google-benchmark-devel ;;
        dnf:mpi) echo openmpi-devel ;;
        pacman:mpi | brew:mpi) echo openmpi ;;
        pacman:compiler) echo gcc ;;
        pacman:json | brew:json) echo nlohmann-json ;;
        brew:compiler) echo llvm libomp ;;
        brew:benchmark) echo google-benchmark ;;
        *) echo "$1" ;;
    esac
}

probe=$(mktemp -d)/probe.cpp
trap 'rm -rf "$(dirname "$probe")"' EXIT
missing=$(missing_things)

manager=''
for candidate in apt-get:apt dnf:dnf pacman:pacman brew:brew; do
    if command -v "${candidate%%:*}" >/dev/null 2>&1; then manager=${candidate#*:}; break; fi
done

if [ -n "$missing" ]; then
    packages=$(for thing in $missing; do package_of "$thing"; done | tr '\n' ' ')
    sudo=''
    if [ "$(id -u)" != 0 ] && [ "$manager" != brew ]; then sudo='sudo '; fi
    case $manager in
        apt) command="${sudo}apt-get update && ${sudo}env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages" ;;
        dnf) command="${sudo}dnf install -y $packages" ;;
        pacman) command="${sudo}pacman -S --needed --noconfirm $packages" ;;
        brew) command="brew install $packages" ;;
        *) command='' ;;
    esac
    say "missing: $(printf '%s' "$missing" | tr '\n' ' ')"
    if [ -n "$command" ]; then say "to install: $command"; else say "this system's package manager is not known here; please install these by hand."; fi
    if [ -n "$command" ] && [ $install = yes ] && [ $dry = no ]; then
        if [ "$(id -u)" = 0 ] && { [ -f /.dockerenv ] || [ -f /run/.containerenv ] || [ -n "${container:-}" ]; }; then yes=yes; fi
        if [ $yes = no ] && [ -t 0 ]; then
            printf 'quickstart: run this now? [y/N] '
            read -r answer
            case $answer in y | Y | yes) yes=yes ;; esac
        fi
        if [ $yes = yes ]; then
            sh -c "$command" || fail "the installation failed; see its last lines above."
            missing=$(missing_things)
        fi
    fi
    # gnuplot, METIS, MPI and xsimd are optional; the first run needs neither Catch2 nor Google Benchmark.
    for thing in $missing; do
        case $mode:$thing in
            *:gnuplot | *:metis | *:mpi | *:xsimd | run:catch2 | run:benchmark) ;;
            *) [ $dry = yes ] || fail "$thing is still missing; install it (see above) and run this again." ;;
        esac
    done
fi

# --- build ------------------------------------------------------------------------------------------------------------

cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
kilobytes=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null || true)
if limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null) && [ "$limit" != max ]; then
    if [ $((limit / 1024)) -lt "${kilobytes:-0}" ]; then kilobytes=$((limit / 1024)); fi
fi
jobs=$((${kilobytes:-4000000} / 1500000))
if [ "$jobs" -gt "$cores" ]; then jobs=$cores; fi
if [ "$jobs" -lt 1 ]; then jobs=1; fi

if command -v ninja >/dev/null 2>&1; then CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}; export CMAKE_GENERATOR; fi

# step SENTENCE COMMAND...: runs the command with its output in the log; a failure shows the first errors and names the log.
step() {
    say "$1"
    shift
    if [ $dry = yes ]; then printf '  %s\n' "$*"; return; fi
    "$@" >>"$log" 2>&1 && return
    grep -E -A 3 'error:|CMake Error|FAILED:|undefined reference' "$log" | head -n 40 >&2 || true
    fail "this step failed: $* (everything it printed is in $(pwd)/$log)"
}

if [ $clean = yes ]; then step "deleting $folder" rm -rf "$folder"; fi
if [ $dry = no ]; then mkdir -p build; : >"$log"; fi

version=$(cmake --version 2>/dev/null | awk 'NR == 1 { print $3 }')
minor=${version#*.}
if [ "${version%%.*}" -gt 3 ] 2>/dev/null || [ "${minor%%.*}" -ge 25 ] 2>/dev/null || [ $dry = yes ]; then
    step "configuring $folder" cmake --preset "$preset" -B "$folder"
else
    # This CMake cannot read the presets: pass the same options by hand.
    [ $mode = test ] && programs=ON || programs=OFF
    step "configuring $folder" cmake -S . -B "$folder" -DCMAKE_BUILD_TYPE=Release -DPLEACH_REQUIRE_ALL=ON \
        -DPLEACH_BUILD_EXAMPLES=ON -DPLEACH_BUILD_TESTS="$programs" -DPLEACH_BUILD_BENCHMARKS="$programs"
fi
step "building, $jobs at a time (minutes the first time; $log fills meanwhile)" cmake --build "$folder" -j "$jobs"

if [ $mode = test ]; then
    set -- ctest --test-dir "$folder" -j "$jobs" --output-on-failure --no-tests=error --timeout 300
else
    set -- "$folder/examples/quickstart"
fi
say "running $*"
if [ $dry = no ]; then "$@"; fi
