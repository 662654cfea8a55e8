import { readQueryAt } from '../../sql/parse.ts';
import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { BodyReader } from '../body-reader.ts';
import type { View } from '../program.ts';
import { type Head, readProgramName } from './head.ts';

/** Reads a view behind its kind. Throws SyntaxFailure where its head does not parse. */
export function readView(reader: BodyReader, head: Head): View {
  const { cursor } = reader;
  const named = readProgramName(cursor);
  const columns = cursor.isOperator('(') ? cursor.inParentheses(() => cursor.list(() => cursor.name())) : [];
  cursor.expectWord('AS');
  const query = reader.tolerant([], () => readQueryAt(cursor));
  const check = readCheck(cursor);
  const { isReplace, definer, algorithm, isInvoker } = head;
  const own = { columns, query, algorithm, isInvoker, check };
  return { tag: 'view', ...named, isReplace, definer, ...own, ...cursor.since(head.start) };
}

function readCheck(cursor: TokenCursor): View['check'] {
  if (!cursor.takeWords('WITH')) return undefined;
  const word = cursor.takeOneOf(['CASCADED', 'LOCAL']);
  for (const expected of ['CHECK', 'OPTION']) cursor.expectWord(expected);
  return word === 'LOCAL' ? 'local' : 'cascaded';
}
