import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { collectEvidence } from '../../src/pipeline/evidence/collect.ts';
import { configOf } from '../e2e/line.ts';

const servers: Server[] = [];
const seen: string[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** Takes connections and never says a word, as one that hangs. */
async function silent(name: string): Promise<number> {
  const server = createServer((socket) => {
    seen.push(`${name} asked`);
    socket.on('error', () => {}).on('close', () => seen.push(`${name} given up`));
    socket.resume();
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('servers that hang are asked at once, given up together, and what hangs on them is not asked at all', async () => {
  const [source, target] = [await silent('source'), await silent('target')];
  const text = `pipeline: shop
source: { url: "mysql://a:b@127.0.0.1:${source}/shop" }
target: { url: "postgresql://a:b@127.0.0.1:${target}/shop" }
`;
  const facts = await collectEvidence(configOf('/nowhere/sluice.yaml', text), {
    ...{ by: 'ada', configuration: [], backups: '/nowhere', signal: new AbortController().signal, onStep: () => {} },
    ...{ showsValues: false, compares: true, checksums: true },
  });
  expect(seen.slice(0, 2).sort()).toEqual(['source asked', 'target asked']);
  expect(seen.filter((word) => word.endsWith('asked'))).toHaveLength(2);
  expect(facts.notRead.map(({ what, why }) => [what, /\([A-Z_]+\)|did not answer/.exec(why)?.[0]])).toEqual([
    ['the running pipeline', '(CONTROL_UNREACHABLE)'],
    ['the journals on the target', '(REPORT_NO_ANSWER)'],
    ['the source', '(REPORT_NO_ANSWER)'],
    ['what both sides have beside rows', 'did not answer'],
    ['checksums', 'did not answer'],
  ]);
});
