import { chmod, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PipelineActions } from '../../src/contract/action.ts';
import type { AttemptStatus } from '../../src/contract/cutover.ts';
import { endingRefused } from '../../src/contract/ending.ts';
import { SluiceError } from '../../src/contract/error.ts';
import { FREE_PACE } from '../../src/contract/pace.ts';
import { statusSample } from '../control/status-sample.ts';
import { type OpenHttp, openHttp } from './open-http.ts';

let http: OpenHttp;
let asked: unknown[] = [];

const ATTEMPT: AttemptStatus = {
  id: '1',
  direction: 'forward',
  outcome: 'running',
  isOver: false,
  isRehearsal: false,
  startedBy: 'ada',
  startedAtMs: 1,
  endedAtMs: null,
  writeBlockMs: null,
  flipMs: null,
  awayMs: 0,
  writeBlockLimitMs: 60_000,
  steps: [],
  waivers: [],
  reason: null,
};

const NO_ENDING = { kind: 'complete', refusals: [], removals: [], kept: [], evidence: null } as const;

const FREE = { ...FREE_PACE, isChanged: true };

const ACTIONS: PipelineActions = {
  cutover: {
    plan: async () => ({ gates: [], steps: [], writeBlockLimitMs: 60_000, prediction: null }),
    begin: async (request) => {
      asked.push(['begin', request]);
      return ATTEMPT;
    },
    confirm: async (by) => {
      asked.push(['confirm', by]);
      return ATTEMPT;
    },
    abort: async (by) => {
      asked.push(['abort', by]);
      return ATTEMPT;
    },
  },
  shapes: {
    accept: async (tables) => {
      asked.push(['accept', tables]);
      return tables === 'all' ? ['public.tbl_order'] : tables;
    },
  },
  ending: {
    plan: async (request) => {
      asked.push(['complete.plan', request]);
      return NO_ENDING;
    },
    run: async (request) => {
      asked.push(['complete', request]);
      if (!request.leavesBehind) throw endingRefused([{ reason: 'the source is 9 ms behind', cure: '--leave-behind' }]);
      return { plan: NO_ENDING, sealed: 'shop-report.html, root hash 0' };
    },
  },
  quarantine: {
    retry: async (id) => {
      asked.push(['retry', id]);
      return { applied: 1, remaining: 0 };
    },
    drop: async (id) => {
      asked.push(['drop', id]);
      return { dropped: 1 };
    },
  },
  wayBack: {
    retry: async (id) => {
      asked.push(['way-back.retry', id]);
      return { applied: 0, remaining: 2 };
    },
    drop: async (id) => {
      asked.push(['way-back.drop', id]);
      return { dropped: 2 };
    },
  },
  pace: {
    pause: async (by) => {
      asked.push(['pause', by]);
      return FREE;
    },
    resume: async (by) => {
      asked.push(['resume', by]);
      return FREE;
    },
    throttle: async (rowsPerSecond, by) => {
      asked.push(['throttle', rowsPerSecond, by]);
      return FREE;
    },
  },
  tables: {
    repair: async () => ({ epoch: 1, unnamed: [] }),
    reload: async (tables) => {
      asked.push(['reload', tables]);
      if (tables.includes('nowhere')) {
        const detail = { code: 'TABLES_UNKNOWN', message: 'no such table', remedy: 'See: sluice status' } as const;
        throw new SluiceError({ ...detail, disposition: 'stop' });
      }
      return { tables: [] };
    },
  },
};

beforeAll(async () => {
  http = await openHttp(['sluice.example.org']);
  http.server.publish(now());
  http.server.serve(ACTIONS);
});
afterAll(async () => await http[Symbol.asyncDispose]());
beforeEach(() => {
  asked = [];
});

describe('what reads', () => {
  it('answers with the one status, its tables and its errors', async () => {
    expect(await (await http.get('/api/v1/status')).json()).toMatchObject({ pipeline: 'shop', lagMs: 1200 });
    const tables = await (await http.get('/api/v1/tables')).json();
    expect(tables).toMatchObject({ tables: [{ table: 'tbl_order', changesToday: 7, snapshot: { phase: 'copying' } }] });
    expect(await (await http.get('/api/v1/errors')).json()).toMatchObject({ errors: [], counters: { retries: 2 } });
    expect(await (await http.get('/api/v1/history')).json()).toMatchObject({
      range: '15m',
      marks: [{ kind: 'start' }],
    });
    const metrics = await http.get('/metrics');
    expect(metrics.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await metrics.text()).toContain('sluice_lag_seconds{stage="apply",pipeline="shop"} 1.2');
  });

  it('sends headers that keep a browser from more than our own page, also with a refusal', async () => {
    for (const path of ['/api/v1/status', '/nothing', '/api/v1/history?range=9y']) {
      const { headers } = await http.get(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('refuses in problem+json, with a stable code and a remedy', async () => {
    for (const [path, status] of [
      ['/nothing', 404],
      ['/api/v1/history?range=9y', 400],
      ['/api/v1/status/../../etc/passwd', 404],
      ['/..%2f..%2fetc%2fpasswd', 404],
      ['/%2e%2e/%2e%2e/package.json', 404],
      ['/%c0%ae%c0%ae/', 400],
    ] as const) {
      const answer = await raw(path);
      expect(answer.status, path).toBe(status);
      expect(answer.type, path).toContain('application/problem+json');
      expect(JSON.parse(answer.body), path).toMatchObject({ status, code: expect.stringMatching(/^HTTP_/) });
      expect(answer.body).not.toContain('root:');
    }
  });

  it('is alive while it waits for a server, and not while a stage is stalled', async () => {
    await using other = await openHttp();
    expect((await other.get('/livez')).status).toBe(200);
    expect((await other.get('/api/v1/status')).status).toBe(503);
    other.server.publish({ ...now(), state: 'retrying', waitingFor: 'waiting for the source: refused' });
    expect((await other.get('/livez')).status).toBe(200);
    const ready = await other.get('/readyz');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      ready: false,
      reasons: expect.arrayContaining(['the pipeline is retrying']),
    });
    const stages = now().stages.map((stage) => ({ ...stage, state: 'stalled' as const }));
    other.server.publish({ ...now(), stages });
    const live = await other.get('/livez');
    expect(live.status).toBe(503);
    expect(await live.json()).toMatchObject({
      alive: false,
      reasons: [expect.stringContaining('capture'), expect.anything(), expect.anything()],
    });
  });

  it('is ready when everything is on the target', async () => {
    await using other = await openHttp();
    const { snapshot } = now();
    const done = {
      ...snapshot,
      state: 'done' as const,
      tables: snapshot.tables.map((one) => ({ ...one, phase: 'streaming' as const })),
    };
    other.server.publish({ ...now(), state: 'streaming', snapshot: done });
    expect(await (await other.get('/readyz')).json()).toEqual({ ready: true, reasons: [] });
  });
});

describe('what changes something (INV-163)', () => {
  it('needs the token, whose file this account alone may read', async () => {
    expect((await stat(http.tokenFile)).mode & 0o777).toBe(0o600);
    const none = await http.post('/api/v1/quarantine/retry', { id: '7', by: 'ada' });
    expect([none.status, await none.json()]).toMatchObject([401, { code: 'HTTP_TOKEN_NEEDED' }]);
    const wrong = await http.post('/api/v1/quarantine/retry', { id: '7', by: 'ada' }, bearer('x'.repeat(43)));
    expect([wrong.status, await wrong.json()]).toMatchObject([403, { code: 'HTTP_TOKEN_WRONG' }]);
    expect(asked).toEqual([]);
    const right = await http.post('/api/v1/quarantine/retry', { id: '7', by: 'ada' }, bearer(await http.token()));
    expect([right.status, await right.json()]).toEqual([200, { applied: 1, remaining: 0 }]);
    expect(asked).toEqual([['retry', '7']]);
    expect(http.logged.at(-1)).toMatchObject({ fields: { action: '/api/v1/quarantine/retry', id: '7' } });
    expect(JSON.stringify(http.logged)).not.toContain(await http.token());
  });

  it('is refused from the page of another site, even with the token', async () => {
    const token = bearer(await http.token());
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:1' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const answer = await http.post('/api/v1/quarantine/retry', { id: '7', by: 'ada' }, { ...token, ...headers });
      expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'HTTP_ORIGIN_REFUSED' }]);
    }
    const own = await http.post('/api/v1/quarantine/retry', { id: '7', by: 'ada' }, { ...token, origin: http.url });
    expect(own.status).toBe(200);
  });

  it("asks for the pipeline's name where nothing brings it back", async () => {
    const token = bearer(await http.token());
    const unnamed = await http.post(
      '/api/v1/tables/reload',
      { tables: ['tbl_order'], confirm: 'other', by: 'ada' },
      token,
    );
    expect([unnamed.status, await unnamed.json()]).toMatchObject([409, { code: 'HTTP_NOT_CONFIRMED' }]);
    expect((await http.post('/api/v1/quarantine/drop', { id: 'all', by: 'ada' }, token)).status).toBe(400);
    expect(asked).toEqual([]);
    await http.post('/api/v1/tables/reload', { tables: ['tbl_order'], confirm: 'shop', by: 'ada' }, token);
    await http.post('/api/v1/quarantine/drop', { id: 'all', confirm: 'shop', by: 'ada' }, token);
    expect(asked).toEqual([
      ['reload', ['tbl_order']],
      ['drop', 'all'],
    ]);
  });

  it("begins a cutover by the pipeline's name, a rehearsal that fences nothing without, and aborts at once", async () => {
    const token = bearer(await http.token());
    const request = {
      direction: 'forward',
      by: 'ada',
      isRehearsal: false,
      fences: true,
      waivers: [{ gate: 'drift', by: 'ada', reason: 'a view' }],
    };
    const begin = (body: object) => http.post('/api/v1/cutover/begin', body, token);
    expect((await begin(request)).status).toBe(409);
    expect((await begin({ ...request, isRehearsal: true })).status).toBe(409);
    expect(
      (await begin({ ...request, waivers: [{ gate: 'drift', by: 'ada', reason: '' }], confirm: 'shop' })).status,
    ).toBe(400);
    expect(
      (await begin({ ...request, waivers: [{ gate: 'drift', by: 'ada', reason: 'a\u001b[2J' }], confirm: 'shop' }))
        .status,
    ).toBe(400);
    expect(asked).toEqual([]);
    const begun = await begin({ ...request, confirm: 'shop' });
    expect([begun.status, await begun.json()]).toMatchObject([200, { id: '1' }]);
    expect((await begin({ ...request, isRehearsal: true, fences: false })).status).toBe(200);
    expect((await http.post('/api/v1/cutover/abort', { by: 'ada' }, token)).status).toBe(200);
    expect((await http.post('/api/v1/cutover/confirm', { by: 'ada' }, token)).status).toBe(200);
    expect(await (await http.post('/api/v1/cutover/plan', { direction: 'back' }, token)).json()).toMatchObject({
      steps: [],
    });
    expect(asked).toEqual([
      ['begin', request],
      ['begin', { ...request, isRehearsal: true, fences: false }],
      ['abort', 'ada'],
      ['confirm', 'ada'],
    ]);
  });

  it('accepts tables of the way back, and ends the pipeline for good by its name alone', async () => {
    const token = bearer(await http.token());
    const post = async (path: string, body: object) => {
      const answer = await http.post(`/api/v1/${path}`, body, token);
      return [answer.status, await answer.json()];
    };
    expect(await post('way-back/accept', { tables: 'all', by: 'ada' })).toEqual([
      200,
      { tables: ['public.tbl_order'] },
    ]);
    expect(await post('way-back/accept', { tables: [], by: 'ada' })).toMatchObject([400, {}]);
    const elsewhere = { tables: 'all', by: 'ada', confirm: 'other' };
    expect(await post('way-back/accept', elsewhere)).toMatchObject([409, { code: 'HTTP_NOT_CONFIRMED' }]);
    expect(await post('way-back/accept', { ...elsewhere, confirm: 'shop' })).toMatchObject([200, {}]);
    expect(await post('complete/plan', { by: 'ada' })).toEqual([200, NO_ENDING]);
    expect(await post('complete', { by: 'ada', confirm: 'other' })).toMatchObject([
      409,
      { code: 'HTTP_NOT_CONFIRMED' },
    ]);
    expect(await post('complete', { by: 'ada\n', confirm: 'shop' })).toMatchObject([400, {}]);
    expect(await post('complete', { by: 'ada', confirm: 'shop' })).toMatchObject([
      409,
      { code: 'ENDING_REFUSED', remedy: '--leave-behind.' },
    ]);
    const given = { by: 'ada', confirm: 'shop', leavesBehind: true };
    expect(await post('complete', given)).toMatchObject([200, {}]);
    expect(await post('complete', { ...given, without: ['log'] })).toMatchObject([400, {}]);
    expect(await post('complete', { ...given, without: ['source', 'source'] })).toMatchObject([400, {}]);
    expect(await post('complete', { ...given, without: ['source'] })).toMatchObject([200, {}]);
    const none = { kind: 'complete', by: 'ada', without: [], leavesBehind: false, keepsTopics: false };
    const rest = { ...none, dropsData: false, dropsAccounts: false };
    expect(asked).toEqual([
      ['accept', 'all'],
      ['accept', 'all'],
      ['complete.plan', rest],
      ['complete', rest],
      ['complete', { ...rest, leavesBehind: true }],
      ['complete', { ...rest, leavesBehind: true, without: ['source'] }],
    ]);
  });

  it('tries changes of the way back again that were set aside, and gives them up by the name of the pipeline alone', async () => {
    const token = bearer(await http.token());
    const post = async (act: string, body: object) => {
      const answer = await http.post(`/api/v1/way-back/${act}`, { by: 'ada', ...body }, token);
      return [answer.status, await answer.json()];
    };
    expect(await post('retry', { id: '17' })).toEqual([200, { applied: 0, remaining: 2 }]);
    expect(await post('retry', { id: 'x' })).toMatchObject([400, {}]);
    expect(await post('drop', { id: 'all' })).toMatchObject([400, {}]);
    expect(await post('drop', { id: 'all', confirm: 'other' })).toMatchObject([409, { code: 'HTTP_NOT_CONFIRMED' }]);
    expect(await post('drop', { id: 'all', confirm: 'shop' })).toEqual([200, { dropped: 2 }]);
    expect(asked).toEqual([
      ['way-back.retry', '17'],
      ['way-back.drop', 'all'],
    ]);
  });

  it('pauses, throttles and resumes in the name of who asks, and takes no limit that is none', async () => {
    const token = bearer(await http.token());
    for (const [path, body] of [
      ['pause', { by: 'ada' }],
      ['throttle', { rowsPerSecond: 500, by: 'ada' }],
      ['throttle', { rowsPerSecond: null, by: 'ada' }],
      ['resume', { by: 'ada' }],
    ] as const)
      expect((await http.post(`/api/v1/${path}`, body, token)).status).toBe(200);
    for (const rowsPerSecond of [0, -1, 1.5, '5', undefined])
      expect((await http.post('/api/v1/throttle', { rowsPerSecond, by: 'ada' }, token)).status).toBe(400);
    expect((await http.post('/api/v1/pause', {}, token)).status).toBe(400);
    for (const [path, body] of [
      ['quarantine/retry', { id: '7' }],
      ['quarantine/drop', { id: '7', confirm: 'shop' }],
      ['tables/reload', { tables: ['tbl_order'], confirm: 'shop' }],
    ] as const)
      expect([path, (await http.post(`/api/v1/${path}`, body, token)).status]).toEqual([path, 400]);
    for (const by of ['', 'ada\nlag     none', '\u202eada', 'a'.repeat(101), '\u001b[2J'])
      expect([by, (await http.post('/api/v1/pause', { by }, token)).status]).toEqual([by, 400]);
    expect(asked).toEqual([
      ['pause', 'ada'],
      ['throttle', 500, 'ada'],
      ['throttle', null, 'ada'],
      ['resume', 'ada'],
    ]);
  });

  it('tells a refusal of the pipeline with its own code, and takes nothing that is no JSON of its form', async () => {
    const token = bearer(await http.token());
    const refused = await http.post(
      '/api/v1/tables/reload',
      { tables: ['nowhere'], confirm: 'shop', by: 'ada' },
      token,
    );
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { code: 'TABLES_UNKNOWN', remedy: 'See: sluice status' },
    ]);
    const odd = await http.post('/api/v1/quarantine/retry', { id: '7; DROP', by: 'ada' }, token);
    expect([odd.status, odd.headers.get('content-type')]).toEqual([400, expect.stringContaining('problem+json')]);
    for (const body of [
      '{"id":"7","by":"ada","__proto__":{"by":"ada"}}',
      '{"id":"7","by":"ada","constructor":{"prototype":1}}',
    ]) {
      const headers = { ...token, 'content-type': 'application/json' };
      const answer = await fetch(`${http.url}/api/v1/quarantine/retry`, { method: 'POST', headers, body });
      const told = { code: 'HTTP_BAD_REQUEST', detail: 'body must NOT have additional properties' };
      expect([answer.status, await answer.json()]).toMatchObject([400, told]);
    }
    const form = await fetch(`${http.url}/api/v1/quarantine/retry`, { method: 'POST', headers: token, body: 'id=7' });
    expect(form.status).toBe(415);
    const large = await http.post('/api/v1/quarantine/retry', { id: '7', by: 'ada', more: 'x'.repeat(70_000) }, token);
    expect(large.status).toBe(413);
  });

  it('is allowed to nobody while the token file cannot be read, and needs the new token when it was changed', async () => {
    await using other = await openHttp();
    other.server.serve(ACTIONS);
    await writeFile(other.tokenFile, 'another-token-of-good-length\n');
    const answer = await other.post(
      '/api/v1/quarantine/retry',
      { id: '1', by: 'ada' },
      bearer('another-token-of-good-length'),
    );
    expect(answer.status).toBe(200);
    await writeFile(other.tokenFile, '');
    const empty = await other.post('/api/v1/quarantine/retry', { id: '1', by: 'ada' }, bearer(''));
    expect(empty.status).toBe(401);
    const short = await other.post('/api/v1/quarantine/retry', { id: '1', by: 'ada' }, bearer('x'));
    expect([short.status, await short.json()]).toMatchObject([503, { code: 'HTTP_TOKEN_UNREADABLE' }]);
  });

  it('is refused, as ssh refuses a key, while every account of the machine may read the token, which the start warns of', async () => {
    await using other = await openHttp();
    other.server.serve(ACTIONS);
    const pause = async () => await other.post('/api/v1/pause', { by: 'ada' }, bearer(await other.token()));
    for (const [mode, status] of [
      [0o640, 200],
      [0o644, 503],
      [0o602, 503],
      [0o600, 200],
    ] as const) {
      await chmod(other.tokenFile, mode);
      expect([mode, (await pause()).status]).toEqual([mode, status]);
    }
    await chmod(other.tokenFile, 0o644);
    expect(await (await pause()).json()).toMatchObject({
      code: 'HTTP_TOKEN_EXPOSED',
      detail: expect.stringContaining('mode 0644'),
      remedy: expect.stringContaining(`chmod 600 ${other.tokenFile}`),
    });
    const { HttpServer } = await import('../../src/http/server.ts');
    const told: object[] = [];
    const say = (fields: object) => void told.push(fields);
    const logger = { debug: say, info: say, warn: say, error: say };
    const place = { pipeline: 'shop', listen: '127.0.0.1:0', hosts: [], tokenFile: other.tokenFile };
    await (await HttpServer.open({ ...place, logger })).close();
    expect(told).toContainEqual(expect.objectContaining({ code: 'HTTP_TOKEN_EXPOSED', file: other.tokenFile }));
    await rm(other.tokenFile);
    await pause().catch(() => {});
    expect((await other.post('/api/v1/pause', { by: 'ada' }, bearer('x'.repeat(43)))).status).toBe(403);
    expect((await pause()).status).toBe(200);
  });

  it('tells where the token is and never what it is, and makes a new one where the file was deleted', async () => {
    await using other = await openHttp();
    other.server.serve(ACTIONS);
    const retry = (headers = {}) => other.post('/api/v1/quarantine/retry', { id: '1', by: 'ada' }, headers);
    const old = await other.token();
    await rm(other.tokenFile);
    const gone = await retry(bearer(old));
    const now = await other.token();
    expect(now).not.toBe(old);
    expect((await stat(other.tokenFile)).mode & 0o777).toBe(0o600);
    expect((await retry(bearer(now))).status).toBe(200);
    const none = await retry();
    await writeFile(other.tokenFile, 'short');
    for (const [answer, status] of [
      [gone, 403],
      [none, 401],
      [await retry(bearer(now)), 503],
    ] as const) {
      const told = await answer.text();
      expect(answer.status).toBe(status);
      expect(told).toContain(other.tokenFile);
      for (const secret of [old, now]) expect(told).not.toContain(secret);
    }
  });

  it('is limited to thirty a minute from one address', async () => {
    await using other = await openHttp();
    const tries = Array.from({ length: 31 }, () =>
      other.post('/api/v1/quarantine/retry', { id: '1', by: 'ada' }, bearer('guess-guess-guess')),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 403).length).toBe(30);
    expect(statuses.filter((status) => status === 429).length).toBe(1);
    expect((await other.get('/livez')).status).toBe(200);
  });

  it('is not used up by those who have no token', async () => {
    await using other = await openHttp();
    other.server.serve(ACTIONS);
    const retry = (headers = {}) => other.post('/api/v1/quarantine/retry', { id: '1', by: 'ada' }, headers);
    for (let i = 0; i < 40; i++) await retry(i % 2 === 0 ? {} : bearer('guess-guess-guess'));
    expect((await retry()).status).toBe(429);
    expect((await retry(bearer(await other.token()))).status).toBe(200);
  });
});

describe('who asks', () => {
  it('is refused under a host name that somebody else made point here', async () => {
    for (const host of ['evil.example', 'evil.example:8090', '127.0.0.1.evil.example', 'user@localhost'])
      expect(await raw('/api/v1/status', { host }), host).toMatchObject({ status: 403 });
    for (const host of ['localhost', 'LOCALHOST:8090', '127.0.0.1:1', '[::1]:8090', '10.1.2.3', 'sluice.example.org'])
      expect(await raw('/api/v1/status', { host }), host).toMatchObject({ status: 200 });
  });

  it('is told also of what is no HTTP in problem+json', async () => {
    for (const [text, status] of [
      ['GET / HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n', 400],
      [`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
    ] as const) {
      const [head = '', body = ''] = (await spoken(text)).split('\r\n\r\n');
      expect(head).toContain(`HTTP/1.1 ${status} `);
      expect(head.toLowerCase()).toContain('content-type: application/problem+json');
      expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
      expect(JSON.parse(body)).toMatchObject({ status, code: 'HTTP_BAD_REQUEST' });
    }
  });

  it('is not read to the end of a body that nobody wants', async () => {
    const head = 'HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4000000000\r\n\r\n';
    for (const line of ['GET /livez', 'POST /api/v1/quarantine/retry', 'POST /nothing']) {
      const { port } = new URL(http.url);
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined).resume();
      const closed = new Promise((resolve) => socket.on('close', resolve));
      socket.write(`${line} ${head}`);
      const piece = Buffer.alloc(65_536, 0x20);
      const sending = setInterval(() => socket.writable && socket.write(piece), 5);
      await closed;
      clearInterval(sending);
      expect(socket.bytesWritten).toBeLessThan(50_000_000);
    }
  });

  it('cannot hold the server with requests that never end', async () => {
    await using other = await openHttp();
    other.server.publish(now());
    const { port } = new URL(other.url);
    const slow = Array.from({ length: 50 }, () => connect(Number(port), '127.0.0.1'));
    const ended = Promise.all(slow.map((socket) => new Promise((resolve) => socket.on('close', resolve))));
    for (const socket of slow) {
      socket.on('error', () => undefined);
      // What refuses it must be read for the end to be seen.
      socket.resume();
      socket.write('GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    }
    expect((await other.get('/livez')).status).toBe(200);
    await ended;
    expect((await other.get('/livez')).status).toBe(200);
  });
});

it('an address that is taken does not end the pipeline: it is said, and taken when it is free', async () => {
  const first = await openHttp();
  const { HttpServer } = await import('../../src/http/server.ts');
  const told: string[] = [];
  const say = (_: object, message: string) => void told.push(message);
  const logger = { debug: say, info: say, warn: say, error: say };
  const listen = first.url.slice('http://'.length);
  const second = await HttpServer.open({ pipeline: 'shop', listen, hosts: [], tokenFile: first.tokenFile, logger });
  await expect.poll(() => told).toEqual([expect.stringContaining('not free')]);
  expect(second.url).toBeNull();
  await first[Symbol.asyncDispose]();
  await second.opened();
  expect(second.url).toBe(first.url);
  await second.close();
});

function now() {
  return statusSample({ asOfMs: Date.now() });
}

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** What comes back of a text until the server ends the connection. */
async function spoken(text: string): Promise<string> {
  const socket = connect(Number(new URL(http.url).port), '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part) => parts.push(part)).on('error', () => undefined);
  socket.write(text);
  await new Promise((resolve) => socket.on('close', resolve));
  return Buffer.concat(parts).toString();
}

/** As it stands: fetch would tidy the path. */
async function raw(path: string, headers: Readonly<Record<string, string>> = {}) {
  const { port } = new URL(http.url);
  return await new Promise<{ status: number; type: string; body: string }>((resolve, reject) => {
    const asking = request({ port, path, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body });
      });
    });
    asking.on('error', reject).end();
  });
}
