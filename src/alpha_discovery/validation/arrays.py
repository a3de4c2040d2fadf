"""Array types that the engine's signatures share."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

F32: TypeAlias = npt.NDArray[np.float32]
F64: TypeAlias = npt.NDArray[np.float64]
I64: TypeAlias = npt.NDArray[np.int64]
Bool: TypeAlias = npt.NDArray[np.bool_]
Returns: TypeAlias = npt.NDArray[np.floating]  # float32 or float64, days along the first axis
Seed: TypeAlias = np.random.Generator | int
