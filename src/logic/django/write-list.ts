import type { BodyStatement } from '../body.ts';
import { isCaughtBehind } from '../emit/savepoint.ts';
import type { ServiceEmitter } from './service-emitter.ts';

type Write = (service: ServiceEmitter, statement: BodyStatement) => void;

/** Statements one after the other. What stands behind a ROLLBACK that is raised runs where that is caught. */
export function writeList(service: ServiceEmitter, statements: readonly BodyStatement[], write: Write): void {
  for (const [at, statement] of statements.entries()) {
    write(service, statement);
    if (isCaughtBehind(service.emitter, statements, at)) return;
  }
}
