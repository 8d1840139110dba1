# SPDX-License-Identifier: Apache-2.0
"""Conan 2: `conan create cmake/packaging/conan`, from a checkout."""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load


class Pleach(ConanFile):
    name = "pleach"
    description = "Sparse embedding tables: train, prune, rewind"
    license = "Apache-2.0"
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"with_eigen": [True, False], "with_io": [True, False]}
    default_options = {"with_eigen": True, "with_io": True}
    no_copy_source = True

    @property
    def _root(self):
        return os.path.join(self.recipe_folder, "..", "..", "..")

    def set_version(self):
        config = load(self, os.path.join(self._root, "include", "pleach", "config.hpp"))
        parts = [re.search(rf"#define PLEACH_VERSION_{part} (\d+)", config).group(1) for part in ("MAJOR", "MINOR", "PATCH")]
        self.version = self.version or ".".join(parts)

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*"):
            copy(self, pattern, self._root, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("xsimd/13.0.0")
        if self.options.with_eigen:
            self.requires("eigen/3.4.0")
        if self.options.with_io:
            self.requires("xxhash/0.8.3")

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for what in ("TESTS", "EXAMPLES", "BENCHMARKS"):
            toolchain.cache_variables[f"PLEACH_BUILD_{what}"] = False
        toolchain.generate()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        cmake = CMake(self)
        cmake.configure()
        cmake.install()

    def package_id(self):
        self.info.clear()

    def package_info(self):
        # The package file that pleach installs finds its own dependencies and says which are missing.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs.append(os.path.join("share", "cmake", "pleach"))
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
