"""placeholder"""

from dataclasses import dataclass
from typing import Any, Literal

Surface = Literal["message", "modal", "home"]


@dataclass(frozen=True)
class Problem:
    pointer: str
    message: str

    @property
    def sentence(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


def problems(blocks: Any, surface: Surface, pointer: str = "") -> list[Problem]:
    return []


def view_problems(view: Any, pointer: str = "/view") -> list[Problem]:
    return []
