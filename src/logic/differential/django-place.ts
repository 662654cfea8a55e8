import type { Connection } from 'mysql2/promise';
import type { Client } from 'pg';
import type { Catalogue } from '../catalogue.ts';
import { type DjangoApp, djangoApp } from '../django/django-app.ts';
import type { Program } from '../program.ts';
import type { Case, Outcome } from './case.ts';
import { sourceCells, targetCells } from './cell-query.ts';
import { mysqlDatabase, postgresqlDatabase } from './django-database.ts';
import { writeFolder } from './django-folder.ts';
import { type DjangoSide, openDjangoSide, type Reached } from './django-side.ts';
import { forgetting } from './forgotten-variable.ts';
import { sourceReset, targetReset } from './reset-number.ts';

export interface DjangoPlaceOptions {
  readonly python: string;
  readonly programs: readonly Program[];
  readonly catalogue: Catalogue;
  /** The name of the scratch database and of the scratch schema, in both of which the originals and the conversions stand. */
  readonly name: string;
  readonly scratchSource: string;
  readonly scratchTarget: string;
  /** Sessions on both scratch places. */
  readonly source: Connection;
  readonly target: Client;
  /** The second at which the clocks stand. */
  readonly clockSeconds: number;
}

/** The services of Django that were made of the programs, on both scratch places. */
export interface DjangoPlace extends AsyncDisposable {
  readonly version: string;
  /** Why the services have nothing for a program; undefined where they have. */
  refusal(program: Program): string | undefined;
  run(on: 'source' | 'target', one: Case, program: Program, reach: Reached): Promise<Outcome>;
}

/** Writes the services, and begins a Python for each server. */
export async function openDjangoPlace(options: DjangoPlaceOptions): Promise<DjangoPlace> {
  const { programs, catalogue } = options;
  const app = djangoApp(programs, { catalogue });
  const opened: AsyncDisposable[] = [];
  const close = async (): Promise<void> => {
    for (const one of opened.toReversed()) await one[Symbol.asyncDispose]();
  };
  try {
    const folder = await writeFolder(app);
    opened.push(folder);
    const source = await sourceSideOf(options, app, folder.path);
    opened.push(source);
    const target = await targetSideOf(options, app, folder.path);
    opened.push(target);
    const sides = { source, target };
    return {
      version: source.version,
      refusal: (program) => refusalOf(app, program),
      run: (on, one, program, reach) => sides[on].run(one, program, reach),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function sourceSideOf(options: DjangoPlaceOptions, { services }: DjangoApp, folder: string): Promise<DjangoSide> {
  const { python, source, scratchSource, name, clockSeconds } = options;
  const database = mysqlDatabase(scratchSource, name, `SET timestamp = ${clockSeconds}`);
  return await openDjangoSide({
    ...{ python, folder, services, database, isFrozen: false, first: forgetting(options.programs).source },
    ...{ queryOf: await sourceCells(source), reset: await sourceReset(source) },
  });
}

async function targetSideOf(options: DjangoPlaceOptions, { services }: DjangoApp, folder: string): Promise<DjangoSide> {
  const { python, target, scratchTarget, name } = options;
  const database = postgresqlDatabase(scratchTarget, name);
  return await openDjangoSide({
    ...{ python, folder, services, database, isFrozen: true, first: forgetting(options.programs).target },
    ...{ queryOf: await targetCells(target), reset: await targetReset(target) },
  });
}

function refusalOf({ services, views }: DjangoApp, program: Program): string | undefined {
  const { tag } = program.definition;
  if (tag === 'trigger') return 'the trigger stays in the database';
  if (tag === 'view') return views.includes(program) ? undefined : 'the types of its columns are not known';
  const service = services.find((one) => one.program === program);
  const stands = service?.items.find(({ severity }) => severity === 'stands');
  return stands === undefined ? undefined : `not converted whole: ${stands.reason}`;
}
