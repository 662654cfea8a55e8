import type { Catalogue } from '../catalogue.ts';
import type { Trigger } from '../program.ts';
import { lastName } from '../program-name.ts';
import { key } from '../table-access.ts';
import type { AppFile } from './app-file.ts';
import { moduleText } from './module-text.ts';
import { docText, pythonString, pythonType } from './python-type.ts';
import { PythonWriter } from './python-writer.ts';
import { ROWS } from './rows-module.ts';
import { METHODS, SIGNALS } from './signals-module.ts';
import type { MovedTable, TriggerHome } from './trigger-home.ts';
import { rowColumns } from './trigger-row.ts';
import { camel, type Service } from './write-service.ts';

/** The modules of triggers that run in Python: what they do, and what calls it. */
export function movedTriggerFiles(tables: readonly MovedTable[], home: TriggerHome, known: Known): readonly AppFile[] {
  if (tables.length === 0 || home === 'database') return [];
  return [
    { path: 'rows.py', text: ROWS },
    { path: 'triggers.py', text: triggersText(tables, known) },
    home === 'signals' ? { path: 'signals.py', text: SIGNALS } : { path: 'methods.py', text: methodsText(tables) },
    { path: 'apps.py', text: home === 'signals' ? APPS_OF_SIGNALS : APPS_OF_METHODS },
  ];
}

interface Known {
  readonly catalogue: Catalogue;
  /** Triggers may call them. */
  readonly services: readonly Service[];
}

function triggersText(tables: readonly MovedTable[], { catalogue, services: called }: Known): string {
  const services = tables.flatMap(({ triggers }) => triggers);
  const out = new PythonWriter();
  out.line('TABLES: dict[str, Table] = {');
  out.deeper(() => {
    for (const table of tables) writeTable(out, table, catalogue);
  });
  out.line('}');
  return moduleText(
    '"""What triggers did; `TABLES` says when it runs, in which order, and what it needs of a row."""',
    [...services.map(({ lines }) => lines.join('\n')), out.lines.join('\n')].join('\n\n\n'),
    called.map(({ python }) => python),
  );
}

function writeTable(out: PythonWriter, { table, triggers }: MovedTable, catalogue: Catalogue): void {
  const types = catalogue.table(nameOfTable(triggers))?.sourceTypes;
  const columns = new Set(
    triggers.flatMap(({ program }) => rowColumns(program.definition as Trigger).map(([, column]) => column)),
  );
  out.line(`${pythonString(key(table))}: Table(`);
  out.deeper(() => {
    out.line(`${pythonString(table)},`);
    out.line('[');
    out.deeper(() => {
      for (const column of columns) {
        const type = types?.get(column);
        const { by = 'as_text', limits = [] } = (type === undefined ? undefined : pythonType(type)) ?? {};
        out.call('Column', [pythonString(column), by, ...limits], ',');
      }
    });
    out.line('],');
    out.line('[');
    out.deeper(() => {
      for (const { program, python } of triggers) {
        const { time, events } = program.definition as Trigger;
        out.call('Trigger', [pythonString(time), pythonString(events[0] ?? ''), python], ',');
      }
    });
    out.line('],');
  });
  out.line('),');
}

function nameOfTable([first]: readonly Service[]): Trigger['table']['parts'] {
  return first === undefined ? [] : (first.program.definition as Trigger).table.parts;
}

/** The class from which the model of a table inherits. */
export function mixinName(table: string): string {
  return `${camel(key(table).replaceAll(/\W/g, '_'))}Triggers`;
}

function methodsText(tables: readonly MovedTable[]): string {
  const entries = tables.map(({ table }) => `    ${pythonString(key(table))}: ${mixinName(table)},`);
  const models = ['MODELS: dict[str, type[models.Model]] = {', ...entries, '}'].join('\n');
  return [METHODS.trimEnd(), ...tables.map(mixin), models].join('\n\n\n').concat('\n');
}

function mixin({ table, triggers }: MovedTable): string {
  const names = triggers.map(({ program }) => lastName(program.definition.name?.parts ?? []));
  const of = `TABLES[${pythonString(key(table))}]`;
  const out = new PythonWriter();
  out.line(`class ${mixinName(table)}(models.Model):`);
  out.deeper(() => {
    out.line(`"""What triggers of ${docText(table)} did:`);
    out.line('');
    for (const name of names) out.line(docText(name));
    out.line('"""');
    out.line('');
    out.line('class Meta:');
    out.deeper(() => out.line('abstract = True'));
    out.line('');
    out.line('def save(self, *args: Any, **options: Any) -> None:');
    out.deeper(() => {
      out.line('"""Saves the row with what its triggers did."""');
      out.line(`with saved(${of}, self, args, options):`);
      out.deeper(() => out.line('super().save(**options)'));
    });
    out.line('');
    out.line('def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:');
    out.deeper(() => {
      out.line('"""Deletes the row with what its triggers did."""');
      out.line(`with deleted(${of}, self, args, options):`);
      out.deeper(() => out.line('return super().delete(**options)'));
    });
  });
  return out.lines.join('\n');
}

const APPS_OF_SIGNALS = `"""Connects the triggers when Django starts, and says which would run nowhere."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, register


class TriggersConfig(AppConfig):
    name = __name__.rpartition(".")[0]

    def ready(self) -> None:
        from .signals import connect

        connect()
        register(wired)


def wired(**_: Any) -> list[CheckMessage]:
    """Every table with triggers has a model that has the columns they need."""
    from .rows import problems
    from .triggers import TABLES

    return problems(list(TABLES.values()))
`;

const APPS_OF_METHODS = `"""Says which models lack the methods of their triggers when Django starts."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register


class TriggersConfig(AppConfig):
    name = __name__.rpartition(".")[0]

    def ready(self) -> None:
        register(wired)


def wired(**_: Any) -> list[CheckMessage]:
    """Every model of a table with triggers inherits from the class of that table."""
    from .methods import MODELS
    from .rows import holder_of, problems
    from .triggers import TABLES

    found = problems(list(TABLES.values()))
    for name, base in MODELS.items():
        for model in apps.get_models():
            if holder_of(model, TABLES[name]) and not issubclass(model, base):
                text = f"{model.__name__} has to inherit from {base.__name__}"
                found.append(Error(text, obj=model, id="sluice.E003"))
    return found
`;
