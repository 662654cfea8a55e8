import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it('npm pack gives a package that installs elsewhere and runs with npx', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-package-'));
  try {
    await run('npm', ['pack', '--pack-destination', folder], { cwd: ROOT });
    const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    await run('npm', ['init', '--yes'], { cwd: folder });
    await run('npm', ['install', '--no-audit', '--no-fund', join(folder, archive)], { cwd: folder });
    const help = await run('npx', ['sluice', '--help'], { cwd: folder });
    for (const verb of ['init', 'check', 'run', 'status', 'demo']) expect(help.stdout).toContain(`\n  ${verb}`);
    const schema = await run('npx', ['sluice', 'config', 'schema'], { cwd: folder });
    expect(JSON.parse(schema.stdout)).toMatchObject({ title: 'sluice.yaml' });
    const refused = await run('npx', ['sluice', 'check'], { cwd: folder }).catch((error) => error);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('CONFIG_FILE') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
