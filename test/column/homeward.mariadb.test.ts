import { expect, test } from 'vitest';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { homewardSuite } from './homeward-suite.ts';
import { specimens } from './law.ts';
import { mariadbSamples, OLD_TEMPORAL } from './mariadb-sample.ts';
import { COMMON } from './sample.ts';

test('columns in the temporal format of before 5.6 have the same bytes from the binlog and by SELECT', async () => {
  await using server = await startServer('mariadb', { arguments: ['--mysql56-temporal-format=OFF'] });
  const old = await freshDatabase(server, 'column_old');
  for (const { sample, fromBinlog, fromQuery } of await specimens(old.url, OLD_TEMPORAL))
    expect(fromBinlog.map(String), sample.column).toEqual(fromQuery.map(String));
});

homewardSuite('mariadb', (version) => [...COMMON, ...mariadbSamples(version)]);
