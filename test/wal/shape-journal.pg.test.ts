import { expect, test } from 'vitest';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { makeReverseTables, tellOldRows } from '../../src/wal/publication.ts';
import { acceptedShapes, acceptShape, nameKey, noteRefused, refusedShape } from '../../src/wal/shape-journal.ts';

const NAME = { schema: 'public', table: 't' };

test('a shape that was accepted waits no more, though a reader refused it once more; another one goes on to wait', async () => {
  const database = await freshDatabase(await startServer('postgres'), 'shape');
  const session = await connectPostgres({ url: database.url, pipeline: 'shop' });
  try {
    await makeReverseTables(session);
    await session.query('CREATE TABLE t (id int PRIMARY KEY)');
    await tellOldRows(session, 'shop', NAME);
    await noteRefused(session, 'shop', NAME, 'wide');
    await acceptShape(session, 'shop', NAME, 'wide');
    await noteRefused(session, 'shop', NAME, 'wide');
    await acceptShape(session, 'shop', NAME, 'wide');
    expect(await refusedShape(session, 'shop', NAME)).toBeNull();
    expect((await acceptedShapes(session, 'shop')).get(nameKey(NAME))).toEqual(['wide']);
    await noteRefused(session, 'shop', NAME, 'wider');
    await acceptShape(session, 'shop', NAME, 'wide');
    expect(await refusedShape(session, 'shop', NAME)).toBe('wider');
  } finally {
    await session.close();
    await database.drop();
  }
});
