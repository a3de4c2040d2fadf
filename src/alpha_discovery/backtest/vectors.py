"""Pieces of arrays as vectors of 64 elements, for functions that the compiler does not make of a loop."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

BARS = 64


def loaded(context: Any, builder: Any, array_type: Any, value: Any, start: Any) -> Any:
    """The elements of an array from ``start`` on, as one vector."""
    element = context.get_data_type(array_type.dtype)
    first = builder.gep(context.make_array(array_type)(context, builder, value).data, [start])
    vector = builder.bitcast(first, ir.VectorType(element, BARS).as_pointer())
    return builder.load(vector, align=context.get_abi_sizeof(element))


def spread(builder: Any, value: Any) -> Any:
    """A vector whose elements all are ``value``."""
    index = ir.IntType(32)
    nothing = ir.Constant(ir.VectorType(value.type, BARS), ir.Undefined)
    one = builder.insert_element(nothing, value, ir.Constant(index, 0))
    return builder.shuffle_vector(one, nothing, ir.Constant(ir.VectorType(index, BARS), [0] * BARS))


def bits(builder: Any, truths: Any) -> Any:
    """The truths of a vector as one word, the first in its lowest bit."""
    return builder.bitcast(truths, ir.IntType(BARS))
