# SPDX-License-Identifier: Apache-2.0
"""Builds the extension with the project's own CMakeLists.txt, from the tree that this file is in."""

import os
import pathlib
import re
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def version():
    text = (ROOT / "include/pleach/config.hpp").read_text()
    return ".".join(re.search(rf"#define PLEACH_VERSION_{part} (\d+)", text)[1] for part in ("MAJOR", "MINOR", "PATCH"))


class build_with_cmake(build_ext):
    def build_extension(self, extension):
        build = pathlib.Path(self.build_temp).resolve()
        target = pathlib.Path(self.get_ext_fullpath(extension.name)).resolve()
        options = [f"-DCMAKE_BUILD_TYPE={os.environ.get('CMAKE_BUILD_TYPE', 'Release')}", f"-DPython3_EXECUTABLE={sys.executable}"]
        # A wheel must run on machines other than the one that builds it; CXXFLAGS=-march=native says otherwise.
        options += [f"-DPLEACH_{what}=OFF" for what in ("NATIVE", "BUILD_TESTS", "BUILD_BENCHMARKS", "INSTALL")]
        subprocess.run(["cmake", "-S", ROOT, "-B", build, *options], check=True)
        subprocess.run(["cmake", "--build", build, "--target", "pleach_python", "--parallel", "2"], check=True)
        built = next((build / "examples/python/pleach").glob("_pleach*"))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(built.read_bytes())


# In the tree's own build folder, where nobody looks for sources.
folder = ROOT / "build/wheel"
folder.mkdir(parents=True, exist_ok=True)
setup(
    version=version(),
    ext_modules=[Extension("pleach._pleach", [])],
    cmdclass={"build_ext": build_with_cmake},
    options={"build": {"build_base": str(folder)}, "egg_info": {"egg_base": str(folder)}},
)
