import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeUrl } from '../../src/config/database-url.ts';
import { type ConfigInput, type LoadedConfig, loadConfig } from '../../src/config/load.ts';
import { describeProblem } from '../../src/config/problem.ts';
import { secretsOf, showEntries } from '../../src/config/show.ts';

const GOOD = `pipeline: shop
source:
  url: mysql://sluice:\${SOURCE_PASSWORD}@127.0.0.1:3306/shop
target:
  url: postgresql://sluice:\${file:/run/target}@127.0.0.1:5432/shop
`;
const PASSWORD = 'p@ss/w:rd%?#ü';

function load(text: string, more: Partial<ConfigInput> = {}): LoadedConfig {
  return loadConfig({
    file: '/etc/sluice/sluice.yaml',
    text,
    environment: { SOURCE_PASSWORD: PASSWORD },
    flags: {},
    readFile: (path) => {
      if (path === '/run/target') return 'target-secret\n';
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    },
    ...more,
  });
}

function problemsOf(text: string, more: Partial<ConfigInput> = {}): string[] {
  return load(text, more).problems.map((problem) => describeProblem(problem, 'f'));
}

describe('a good file', () => {
  it('becomes a typed configuration with every default in its unit', () => {
    const { config, problems, warnings } = load(GOOD);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      pipeline: 'shop',
      source: { databases: ['shop'], heartbeatMs: 1000, tls: { mode: 'off' }, adminUrl: null },
      target: { schema: 'public', ddl: 'convert' },
      log: { kind: 'embedded', directory: '/etc/sluice/.sluice/log', topicPrefix: 'shop' },
      tables: { include: ['*'], exclude: [] },
      snapshot: { parallel: 4, chunkTargetMs: 1000, chunkMaxRows: 1_000_000 },
      apply: { parallel: 4, maxTransactionBytes: 256 * 1024 * 1024 },
      control: { socket: '/etc/sluice/.sluice/shop.sock' },
      cutover: { writeBlockLimitMs: 60_000 },
    });
  });

  it('takes a password with any characters from the environment as it is', () => {
    expect(load(GOOD).config?.source.url.password.reveal()).toBe(PASSWORD);
  });

  it('takes a password from a file without its last line end', () => {
    expect(load(GOOD).config?.target.url.password.reveal()).toBe('target-secret');
  });

  it('never prints a secret, whichever way it is printed (INV-71)', () => {
    const { config, entries } = load(GOOD);
    const printed = [
      JSON.stringify(config),
      inspect(config, { depth: null, showHidden: true }),
      `${config?.source.url.password}`,
      JSON.stringify(showEntries(entries, 'f')),
      config === null ? '' : describeUrl(config.source.url),
    ].join('\n');
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'target-secret']) {
      expect(printed).not.toContain(secret);
    }
    expect(secretsOf(entries)).toEqual([PASSWORD, 'target-secret']);
  });

  it('counts as secrets what is one, and no host, word or program that stands beside it', () => {
    const { entries } = load(`${GOOD}cutover:
  flip:
    kind: env-file
    file: .env
    reload: systemctl reload shop
    set: { STAGE: production, SIDE: target, DB_HOST: db2.example.com, DATABASE_URL: "postgresql://app:p%2Fw66@db2/shop",
      DSN: "app:pass/word@tcp(db2)/shop", SESSION_KEY: abcdefgh, SALT: aB3dE5gH7jK9mN1pQ3sT, MAIL: ops@example.com }
  probe: { url: "http://127.0.0.1:8000/health" }
  hooks: { beforeFence: warn-everybody }
`);
    const login = ['postgresql://app:p%2Fw66@db2/shop', 'p%2Fw66', 'p/w66'];
    const rest = ['app:pass/word@tcp(db2)/shop', 'pass/word', 'pass/word', 'abcdefgh', 'aB3dE5gH7jK9mN1pQ3sT'];
    expect([...secretsOf(entries)].sort()).toEqual(
      [PASSWORD, 'target-secret', 'systemctl reload shop', ...login, ...rest].sort(),
    );
  });

  it('hides what an address of the probe or a header holds, not the address itself', () => {
    const { entries } = load(`${GOOD}cutover:
  flip: { kind: webhook, webhook: "https://d/h", headers: { authorization: Bearer abcdefgh, x-stage: production } }
  probe: { url: "http://u:hunter22@127.0.0.1/health?code=1234567" }
`);
    expect(secretsOf(entries).slice(2).sort()).toEqual(
      [
        ...['https://d/h', 'Bearer abcdefgh', 'abcdefgh'],
        ...['http://u:hunter22@127.0.0.1/health?code=1234567', 'hunter22', 'code=1234567'],
      ].sort(),
    );
  });

  it('lets the environment win over the file and a flag over the environment', () => {
    const environment = { SOURCE_PASSWORD: 'x', SLUICE_SNAPSHOT_PARALLEL: '7', SLUICE_APPLY_PARALLEL: '8' };
    const flags = { '--snapshot-parallel': '9', '--tables-include': 'a,b*' };
    const { config, entries } = load(`${GOOD}snapshot: { parallel: 5 }\napply: { parallel: 6 }\n`, {
      environment,
      flags,
    });
    expect(config?.snapshot.parallel).toBe(9);
    expect(config?.apply.parallel).toBe(8);
    expect(config?.tables.include).toEqual(['a', 'b*']);
    expect(showEntries(entries, 'f')).toContainEqual({
      path: 'snapshot.parallel',
      value: 9,
      from: 'flag --snapshot-parallel',
    });
  });

  it('does not ask for a reference that a flag has made needless', () => {
    const flags = { '--source-url': 'mysql://root@db/shop' };
    expect(load(GOOD, { environment: {}, flags }).config?.source.url).toMatchObject({ host: 'db', port: 3306 });
  });

  it('reads numbers and switches out of references, with defaults and doubled dollar signs', () => {
    const text = `${GOOD}snapshot: { parallel: "\${LANES:-3}" }\ntables: { exclude: ["a$$b", "\${NONE:-x*}"] }\n`;
    const { config } = load(text);
    expect(config?.snapshot.parallel).toBe(3);
    expect(config?.tables.exclude).toEqual(['a$b', 'x*']);
  });

  it('keeps rules of tables and columns whatever characters their names have', () => {
    const text = `${GOOD}tables:
  rules:
    "odd.table name":
      zeroDate: { legacy_date: "-infinity", gone: null, "b.c": 1970-01-01 }
      nul: { note: strip }
    "1": { nul: { "2": replace } }
`;
    const rules = load(text).config?.tables.rules;
    const odd = rules?.get('odd.table name');
    expect([...(odd?.zeroDate ?? [])]).toEqual([
      ['legacy_date', '-infinity'],
      ['gone', 'null'],
      ['b.c', '1970-01-01'],
    ]);
    expect([...(odd?.nul ?? [])]).toEqual([['note', 'strip']]);
    expect([...(rules?.get('1')?.nul ?? [])]).toEqual([['2', 'replace']]);
  });

  it('describes a log on Kafka', () => {
    const text = `${GOOD}log:
  kind: kafka
  kafka: { brokers: ["k1:9092", "k2:9092"], topicPrefix: s, ssl: { enabled: true }, sasl: { mechanism: plain, username: u, password: k } }
  registry: { url: "http://127.0.0.1:8081" }
`;
    expect(load(text).config?.log).toMatchObject({
      kind: 'kafka',
      brokers: ['k1:9092', 'k2:9092'],
      topicPrefix: 's',
      ssl: { ca: null },
      sasl: { mechanism: 'plain', username: 'u' },
      registry: { host: '127.0.0.1', port: 8081 },
    });
  });

  it('warns of every option that has no effect yet and of a misspelt variable', () => {
    const environment = { SOURCE_PASSWORD: 'x', SLUICE_SNAPSHOT_PARALEL: '7', SLUICE_TEST_URL: 'x' };
    const { warnings, config } = load(`${GOOD}verify: { every: 1h }\napply: { parallel: 2 }\n`, { environment });
    expect(config).not.toBeNull();
    expect(warnings.map((warning) => describeProblem(warning, 'f'))).toEqual([
      'environment SLUICE_SNAPSHOT_PARALEL: sets nothing, did you mean SLUICE_SNAPSHOT_PARALLEL?',
      'f:7:20: apply.parallel: is accepted but has no effect in this version; it is for loading in several lanes',
    ]);
  });
});

describe('a bad file', () => {
  it('has all its problems reported in one pass, in order, with line and column (INV-72)', () => {
    const text = `pipelin: shop
source:
  url: mysql://sluice@127.0.0.1:3306/shop
  databse: [shop]
  databases: shop
  tls: on
target:
  url: mysql://x@y/z
snapshot: { parallel: "4", chunkTarget: 5 }
apply: { maxTransactionBytes: 64MB, parallel: 0 }
log: [kafka]
url: x
tables: { include: [1, a], rules: { t: { zeroDate: { d: 2001-02-30 } } } }
`;
    expect(problemsOf(text)).toEqual([
      'f:1:1: pipelin: unknown key, did you mean "pipeline"?',
      'f:4:3: source.databse: unknown key, did you mean "databases"?',
      'f:5:14: source.databases: expected a list: [a, b]',
      'f:6:8: source.tls: expected off, verify-ca or verify-full',
      'f:8:8: target.url: expected a URL that starts with postgresql://',
      'f:9:23: snapshot.parallel: expected a whole number, found text',
      'f:9:41: snapshot.chunkTarget: expected a number with its unit: "5s", "250ms", "10m", "6h"',
      'f:10:31: apply.maxTransactionBytes: expected a number with its unit: "64KiB", "256MiB", "1GiB"',
      'f:10:47: apply.parallel: expected 1 to 64',
      'f:11:6: log: expected a section with keys like kind, directory, keep, kafka',
      'f:12:1: url: unknown key here, did you mean "source.url"?',
      'f:13:20: tables.include: expected a list of texts; a number or true in it needs quotes',
      'f:13:57: tables.rules.t.zeroDate.d: expected refuse, null, "-infinity" or a date like 1970-01-01',
      'f: pipeline: is required, like pipeline: shop',
    ]);
  });

  it.each([
    ['a tab', 'pipeline: shop\nsource:\n\turl: x\n', 'f:3:1: a tab is used as indentation; use spaces'],
    ['a key twice', 'pipeline: a\npipeline: b\n', 'f:2:1: the same key stands twice in this section'],
    ['an open bracket', 'pipeline: [a\n', 'f:2:1: wrong indentation, or a bracket is not closed'],
  ])('with %s is told where it stops being YAML', (_, text, expected) => {
    expect(problemsOf(text)[0]).toBe(expected);
  });

  it.each([
    ['an unset variable', `\${NOPE}`, `the environment has no NOPE; set it, or write \${NOPE:-default}`],
    ['a missing file', `\${file:/nope}`, 'the file /nope cannot be read (ENOENT)'],
    ['an open brace', `a\${b`, `"\${" without "}"; a dollar sign before a brace is written "$$"`],
    ['an odd name', `\${a-b}`, `expected \${NAME}, \${NAME:-default} or \${file:/path}`],
  ])('with %s in a reference says which', (_, reference, expected) => {
    expect(problemsOf(`${GOOD}control:\n  socket: "${reference}"\n`)).toEqual([`f:7:11: control.socket: ${expected}`]);
  });

  it('tells of an address that is none once, and not besides that it is of another machine', () => {
    expect(problemsOf(`${GOOD}http: { listen: "nope x" }\n`)).toEqual([
      expect.stringContaining('http.listen: expected HOST:PORT or off'),
    ]);
  });

  it('is refused when it is empty, once per required key', () => {
    const expected = ['pipeline', 'source.url', 'target.url'];
    expect(load('').problems.map((problem) => problem.path)).toEqual(expected);
    expect(load('# nothing\n').problems.map((problem) => problem.path)).toEqual(expected);
  });

  it('never has its secrets quoted in a problem (INV-71)', () => {
    const texts = [
      'source: { url: "mysql://u:hunter2hunter2@:x/y" }',
      'source: { url: mysql://u:hunter2hunter2@h/y?a=b }',
      'source: { url: "hunter2hunter2" }',
      'source: { url: "mysql://u:hunter2hunter2%zz@h/y" }',
      'source:\n  url: "mysql://u:hunter2hunter2@h/y\n',
      'log: { kafka: { sasl: { password: [hunter2hunter2] } } }',
      'log: { kafka: { sasl: { password: hunter2hunter2: x } } }',
      `target: { url: postgresql://u:\${HUNTER:-hunter2hunter2}@h:99999/x }`,
      '"hunter2hunter2',
    ];
    for (const text of texts) {
      const loaded = load(text);
      expect(loaded.problems.length).toBeGreaterThan(0);
      expect(JSON.stringify(loaded)).not.toContain('hunter2hunter2');
    }
  });
});

describe('impossible combinations', () => {
  it.each([
    ['source: { databases: [a, b] }\ntarget: { schema: x }', 'target.schema'],
    ['source: { databases: [sluice, shop] }', 'source.databases'],
    ['log: { kind: kafka }', 'log.kafka.brokers'],
    ['log: { kind: kafka, kafka: { brokers: ["k:1"], client: platformatic } }', 'log.kafka.client'],
    ['log: { kind: kafka, kafka: { brokers: ["k:1"], sasl: { username: u } } }', 'log.kafka.sasl.username'],
    ['log: { registry: { url: "http://r:1" } }', 'log.registry.url'],
    ['source: { ca: x }', 'source.ca'],
    ['source: { tls: verify-ca, cert: x }', 'source.cert'],
    ['target: { tls: verify-ca, key: x }', 'target.key'],
    ['tables: { priority: { high: [a], low: [a] } }', 'tables.priority.low'],
    ['tables: { rules: { a: { rename: x }, b: { rename: x } } }', 'tables.rules.*.rename'],
    ['tables: { rules: { a: { mask: { c: hash } } } }', 'tables.rules.a.mask.c'],
    ['tables: { maskSalt: short, rules: { a: { mask: { c: hash } } } }', 'tables.maskSalt'],
    ['tables: { rules: { a: { exclude: [c], mask: { c: null } } } }', 'tables.rules.a.mask.c'],
    ['tables: { rules: { a: { exclude: [c], cast: { c: text } } } }', 'tables.rules.a.cast.c'],
    ['tables: { rules: { a: { mask: { c: null }, cast: { c: text } } } }', 'tables.rules.a.cast.c'],
    ['tables: { rules: { a: { mask: { c: null }, case: { c: citext } } } }', 'tables.rules.a.case.c'],
    ['tables: { rules: { a: { cast: { c: text }, case: { c: lower } } } }', 'tables.rules.a.case.c'],
    ['tables: { rules: { a: { columns: { c: x, d: x } } } }', 'tables.rules.a.columns.d'],
    ['tables: { rules: { a: { rename: x }, shop.a: { mask: { c: null } } } }', 'tables.rules.a.rename'],
    ['target: { schemas: { shop: x } }', 'target.schemas.shop'],
    ['verify: { every: 2h, maxAge: 1h }', 'verify.maxAge'],
    ['http: { listen: "0.0.0.0:80" }', 'http.listen'],
    ['cutover: { fence: hook, hooks: { unfence: "true" } }', 'cutover.fence'],
    ['cutover: { fence: hook, hooks: { fence: "true" } }', 'cutover.fence'],
    ['cutover: { flip: { kind: command } }', 'cutover.flip.kind'],
    ['cutover: { flip: { kind: webhook } }', 'cutover.flip.kind'],
    ['cutover: { flip: { kind: env-file, file: .env } }', 'cutover.flip.kind'],
    ['cutover: { flip: { kind: settings-file, file: settings.py } }', 'cutover.flip.kind'],
    ['cutover: { flip: { file: .env } }', 'cutover.flip.file'],
    ['cutover: { flip: { kind: operator }, hooks: { flip: "true" } }', 'cutover.hooks.flip'],
    ['cutover: { hooks: { unflip: "true" } }', 'cutover.hooks.unflip'],
    ['cutover: { flip: { kind: operator, set: { A: b } } }', 'cutover.flip.set.*'],
    ['cutover: { flip: { kind: webhook, webhook: "deploy.example.com" } }', 'cutover.flip.webhook'],
    ['cutover: { probe: { url: "http://h/", command: "true" } }', 'cutover.probe.command'],
    ['cutover: { probe: { text: well } }', 'cutover.probe.text'],
  ])('%s is refused at the option to change', (text, path) => {
    const flags = { '--pipeline': 'shop', '--source-url': 'mysql://u@h/shop', '--target-url': 'postgresql://u@h/shop' };
    const { problems, config } = load(text, { flags });
    expect(problems).toMatchObject([{ code: 'CONFIG_COMBINATION', path }]);
    expect(config).toBeNull();
  });

  it('a source or target without a database is one too', () => {
    const flags = { '--pipeline': 'shop', '--source-url': 'mysql://u@h', '--target-url': 'postgresql://u@h' };
    expect(load('', { flags }).problems.map((problem) => problem.path)).toEqual(['source.url', 'target.url']);
  });
});
