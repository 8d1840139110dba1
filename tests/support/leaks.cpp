// SPDX-License-Identifier: Apache-2.0

// LLVM's OpenMP keeps what it made for its threads until the process ends.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libomp.so"; }
