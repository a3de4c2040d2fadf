"""The lowest set bit of a word: one instruction where compiled, plain Python where not."""

# mypy: disable-error-code="no-untyped-def,call-arg,typeddict-unknown-key"
from __future__ import annotations

from numba.core import types
from numba.extending import intrinsic, overload


def lowest_bit(word):
    """Position of the lowest set bit of a word that is not zero."""
    return (int(word) & -int(word)).bit_length() - 1


@intrinsic
def _trailing_zeros(context, word):
    def code(context, builder, signature, arguments):
        return builder.cttz(arguments[0], context.get_constant(types.boolean, True))  # True: zero does not occur

    return types.int64(types.uint64), code


@overload(lowest_bit, jit_options={"nogil": True, "forceinline": True, "_nrt": False})
def _lowest_bit(word):
    return lambda word: _trailing_zeros(word)
