import type { Program } from '../program.ts';
import { lastName } from '../program-name.ts';
import type { AppFile } from './app-file.ts';
import { docText, pythonString } from './python-type.ts';

/** An event as a management command, for cron or any other scheduler. */
export function commandFile(program: Program, names: ReadonlyMap<Program, string>): readonly AppFile[] {
  const { definition, lexed } = program;
  if (definition.tag !== 'event') return [];
  const name = lastName(definition.name.parts);
  const python = names.get(program) ?? name;
  const schedule = lexed.text.slice(definition.schedule.start, definition.schedule.end).replaceAll(/\s+/g, ' ');
  const text = `"""The event ${docText(name)}: ${docText(schedule)}."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ... import services


class Command(BaseCommand):
    help = ${pythonString(`Does what the event ${name} did.`)}

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--database", default="default")

    def handle(self, *args: Any, **options: Any) -> None:
        services.${python}(using=options["database"])
`;
  return [
    { path: 'management/__init__.py', text: '' },
    { path: 'management/commands/__init__.py', text: '' },
    { path: `management/commands/${python}.py`, text },
  ];
}
