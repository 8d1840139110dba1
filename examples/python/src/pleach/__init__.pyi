# SPDX-License-Identifier: Apache-2.0
import os
from typing import Any, Iterable, Literal, Optional, Sequence, Tuple, TypedDict, Union, overload

import numpy
import numpy.typing

_Path = Union[str, "os.PathLike[str]"]
_Floats = numpy.typing.NDArray[numpy.float32]
_Invalid = Literal["refuse", "zero", "clamp"]

__version__: str

class Trial(TypedDict):
    kind: str
    bytes: int
    overlap: float

class Report(TypedDict, total=False):
    kind: str
    bytes: int
    density: float
    overlap: float
    trials: "list[Trial]"

class Table:
    @property
    def shape(self) -> Tuple[int, int]: ...
    @property
    def dtype(self) -> "numpy.dtype[numpy.float32]": ...
    @property
    def kind(self) -> str: ...
    @property
    def nbytes(self) -> int: ...
    @property
    def report(self) -> Report: ...
    def __len__(self) -> int: ...
    def __getitem__(self, ids: Union[int, slice, numpy.typing.ArrayLike]) -> _Floats: ...
    def gather(
        self, ids: numpy.typing.ArrayLike, *, out: Optional[_Floats] = None, invalid: _Invalid = "refuse"
    ) -> _Floats: ...
    def bag(
        self,
        ids: Any,
        offsets: Optional[numpy.typing.ArrayLike] = None,
        weights: Optional[numpy.typing.ArrayLike] = None,
        *,
        mode: Literal["sum", "mean"] = "sum",
        out: Optional[_Floats] = None,
        invalid: _Invalid = "refuse",
    ) -> _Floats: ...
    def score(self, queries: numpy.typing.ArrayLike, *, out: Optional[_Floats] = None) -> _Floats: ...
    def top_k(
        self, queries: numpy.typing.ArrayLike, k: int, *, exclude: Any = None
    ) -> Tuple[numpy.typing.NDArray[numpy.int64], _Floats]: ...
    @property
    def groups(self) -> "dict[str, int]": ...
    @overload
    def id_of(self, rows: int) -> str: ...
    @overload
    def id_of(self, rows: Union[Sequence[int], "numpy.typing.NDArray[numpy.integer[Any]]"]) -> "list[str]": ...
    @overload
    def row_of(self, ids: Union[str, bytes, int], *, group: str = "") -> int: ...
    @overload
    def row_of(self, ids: Iterable[Any], *, group: str = "") -> "numpy.typing.NDArray[numpy.int64]": ...
    def save(self, path: _Path) -> None: ...

def open(path: _Path, *, check: bool = True) -> Table: ...
def freeze(
    array: numpy.typing.ArrayLike,
    *,
    bytes: Optional[int] = None,
    density: Optional[float] = None,
    format: str = "",
    tolerance: Optional[float] = None,
    queries: Optional[numpy.typing.ArrayLike] = None,
    k: int = 20,
    sample: int = 500,
    seed: int = 2024,
    ids: Optional[Iterable[Any]] = None,
    group: str = "items",
) -> Table: ...
def shrink(
    factors: _Path,
    out: _Path,
    *,
    bytes: Optional[int] = None,
    density: Optional[float] = None,
    format: str = "",
    tolerance: Optional[float] = None,
    queries: Optional[_Path] = None,
    array: str = "",
    queries_array: str = "",
    k: int = 20,
    sample: int = 500,
    seed: int = 2024,
) -> Report: ...
