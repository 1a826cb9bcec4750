"""What is wrong with blocks, in Slack's words and with a JSON pointer."""

from dataclasses import dataclass, field

from bot.sandbox.json_types import JsonObject


@dataclass(frozen=True)
class Problem:
    """One thing that Slack would refuse; `constraint` is what blocks.validate adds."""

    pointer: str
    message: str
    constraint: JsonObject = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """As it stands in response_metadata.messages and in `errors` of invalid_blocks."""
        return f"{self.message} [json-pointer:{self.pointer}]"

    @property
    def document(self) -> JsonObject:
        """As blocks.validate answers."""
        document: JsonObject = {"code": "failed_constraint", "message": self.message, "pointer": self.pointer}
        return {**document, "constraint": self.constraint} if self.constraint else document
