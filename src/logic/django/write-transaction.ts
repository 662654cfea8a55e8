import type { Transaction } from '../body.ts';
import { undoState } from '../emit/guard.ts';
import { NotConverted } from '../emitter.ts';
import { key } from '../table-access.ts';
import { pythonName } from './python-type.ts';
import type { ServiceEmitter } from './service-emitter.ts';
import { writeUndone } from './write-guard.ts';

/** The service is one transaction: what begins and ends others inside it has nothing to do; savepoints are Django's. */
export function writeTransaction(service: ServiceEmitter, node: Transaction): void {
  const { emitter, out } = service;
  if (node.savepoint !== undefined) {
    writeSavepoint(service, node, key(node.savepoint.text));
    return;
  }
  const state = emitter.isInTransactionBlock ? undoState(emitter, node) : undefined;
  if (state !== undefined) {
    writeUndone(service, state);
    return;
  }
  const isPlain = node.act === 'start' || node.act === 'commit';
  const isUndone = node.act === 'rollback' && emitter.isInTransactionBlock;
  if (!isPlain && !isUndone)
    throw new NotConverted(
      'TRANSACTION',
      `${node.act} inside a service`,
      'Raise an error, or use transaction.atomic().',
    );
  if (!emitter.isInTransactionBlock)
    emitter.note('review', node, [
      'TRANSACTION',
      'the service is one transaction',
      'Its caller decides when it commits.',
    ]);
  out.comment(
    `${emitter.sourceText(node)}: ${service.isOpen ? 'atomic() stands for it' : 'the transaction round the service'}`,
  );
}

/** Going back past a transaction of Django would take its own savepoint away from it. */
function writeSavepoint(service: ServiceEmitter, { act }: Transaction, name: string): void {
  const { out, savepoints, depth } = service;
  const known = savepoints.get(name);
  if (act === 'savepoint') {
    const python = known?.python ?? service.fresh(`${pythonName(name)}_savepoint`);
    savepoints.set(name, { python, depth });
    out.line(`${python} = db.savepoint()`);
    return;
  }
  if (known === undefined || known.depth !== depth)
    throw new NotConverted('SAVEPOINT', 'a savepoint outside the transaction at hand', 'Use transaction.atomic().');
  out.comment(`${act === 'release' ? 'RELEASE SAVEPOINT' : 'ROLLBACK TO SAVEPOINT'} ${name}`);
  if (act === 'rollback-to') out.line(`db.back_to(${known.python})`);
}
