import { expect, test } from 'vitest';
import { sourceGrants } from '../../src/check/grant.ts';
import { makeCopyTables } from '../../src/cutover/copy/copy-table.ts';
import { connectMysql } from '../../src/mysql/connection.ts';
import { removalSite } from '../../src/pipeline/remains/remains.ts';
import { SOURCE_REMAINS } from '../../src/pipeline/remains/source.ts';
import { startServer } from '../../src/servers/server.ts';
import { configOf, type SourceKind } from '../e2e/line.ts';
import { settingsOf } from '../mysql/source.ts';

export function remainsSourceContract(kind: SourceKind): void {
  test('the account that init prints may take our own database away again, and what another pipeline has in it stays', async () => {
    const server = await startServer(kind, { fresh: true, durable: false });
    const root = await connectMysql(settingsOf(server.url));
    try {
      await root.run("CREATE USER mover@'%' IDENTIFIED BY 'word'");
      await root.run('CREATE DATABASE shop');
      for (const grant of sourceGrants(kind, "'mover'@'%'", ['shop'])) await root.run(grant);
      const mover = await connectMysql({ ...settingsOf(server.url), user: 'mover', password: 'word' });
      await makeCopyTables(mover, 'sluice');
      await mover.run('CREATE TABLE sluice.heartbeat (pipeline varchar(64) PRIMARY KEY, beat_us bigint NOT NULL)');
      await mover.run("INSERT INTO sluice.heartbeat VALUES ('shop', 1), ('other', 1)");
      await mover.close();
      const url = `mysql://mover:word@127.0.0.1:${server.port}/shop`;
      for (const [pipeline, left] of [
        ['shop', ['other']],
        ['other', null],
      ] as const) {
        const text = `pipeline: ${pipeline}\nsource: { url: "${url}", databases: [shop] }\ntarget: { url: "postgresql://x@127.0.0.1:1/x" }\n`;
        const site = removalSite(configOf('/srv/sluice.yaml', text));
        await SOURCE_REMAINS.find(({ name }) => name === 'own-database')?.remove(site);
        const stands = await root.rows("SHOW DATABASES LIKE 'sluice'");
        const rows = stands.length === 0 ? null : await root.rows('SELECT pipeline FROM sluice.heartbeat');
        expect(rows?.map((row) => row['pipeline']) ?? null).toEqual(left);
      }
    } finally {
      await root.close();
      await server.stop();
    }
  });
}
