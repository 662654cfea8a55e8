import { expect, test } from 'vitest';
import type { PipelineProcess } from '../../src/demo/pipeline-process.ts';
import { caughtUpSince, openLine } from './line.ts';
import { startProcess, untilProcess } from './line-process.ts';
import { onSource, onTarget } from './statement.ts';

test.each(['mysql', 'mariadb'] as const)(
  'after kill -9 a run that was started again has next numbers past all that %s gave, without an orderly end',
  async (source) => {
    const yaml = 'tables: { rules: { counted: { cast: { id: "numeric(20,0)" } } } }';
    const line = await openLine({ source, log: 'embedded', yaml });
    const tables = ['plain', 'counted'];
    const processes: PipelineProcess[] = [];
    const start = () => {
      const process = startProcess(line);
      processes.push(process);
      return process;
    };
    try {
      for (const table of tables)
        await onSource(
          line,
          `CREATE TABLE ${table} (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, n INT)`,
          `INSERT INTO ${table} (n) VALUES (1), (2)`,
        );
      const killed = start();
      await untilProcess(line, ({ state }) => state === 'streaming', { processes: [killed] });
      for (const table of tables) await onSource(line, `INSERT INTO ${table} (n) VALUES (3), (4), (5)`);
      await untilProcess(line, caughtUpSince(Date.now()), { processes: [killed] });
      await killed.kill();
      // A number that was given and whose row is gone is not given again either.
      for (const table of tables)
        await onSource(line, `INSERT INTO ${table} (n) VALUES (6), (7)`, `DELETE FROM ${table} WHERE n = 7`);
      const again = start();
      await untilProcess(line, caughtUpSince(Date.now()), { processes: [again] });
      await again.kill();
      for (const table of tables) {
        const rows = await onTarget(line, `INSERT INTO ${table} (n) VALUES (8) RETURNING id::text`);
        expect({ table, rows }).toEqual({ table, rows: [{ id: '8' }] });
      }
    } finally {
      for (const process of processes) await process.kill();
      await line.close();
    }
  },
);
