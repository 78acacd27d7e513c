"""How amounts are written: `USD 0.0042`. Two dollar signs in one output become a formula in Jupyter."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Literal

_ROUNDING = {"nearest": ROUND_HALF_EVEN, "up": ROUND_CEILING, "down": ROUND_FLOOR}


def usd(
    amount: Decimal | float | None, round_to: Literal["nearest", "up", "down"] = "nearest"
) -> str:
    """`USD 12.35`, `USD 0.50`, `USD 0.0108`, `USD 0.0000731`; `unknown` for None.

    From one dollar on, cents; below, three significant digits, of which a trailing zero is dropped.
    """
    if amount is None:
        return "unknown"
    exact = Decimal(str(amount))
    if exact == 0:
        return "USD 0"
    places = 2 if abs(exact) >= 1 else 2 - exact.adjusted()
    rounded = exact.quantize(Decimal(1).scaleb(-places), _ROUNDING[round_to])
    places = max(2, 2 - rounded.adjusted())  # 0.9996 has become 1.000
    text = f"{rounded:.{places}f}"
    if places > 2 and text.endswith("0"):
        text = text[:-1]
    return f"USD {text}"
