"""Makes all tables of a first migration at once, because Django is slow at one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.migrations.operations import CreateModel, SeparateDatabaseAndState

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState


class CreateTogether(SeparateDatabaseAndState):
    """Creates the tables of these models, which may refer to each other in any order.

    Django draws every model that is linked to a new one anew, once somebody has asked for the models of the state: with
    a hundred linked models that is five seconds of the processor. Here the state knows all of them before anybody asks.
    """

    def __init__(self, models: Sequence[CreateModel]) -> None:
        super().__init__(database_operations=models, state_operations=models)

    def deconstruct(self) -> tuple[str, Sequence[object], dict[str, object]]:
        """As a migration writes it."""
        return self.__class__.__name__, [self.state_operations], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Adds the models; those that were drawn before are drawn again when they are next asked for."""
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Creates the tables, each as it is when all are there."""
        for operation in self.database_operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drops the tables, the last first."""
        for operation in reversed(self.database_operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)
