import { expect, test } from 'vitest';
import { isAtLeast, serverOf } from '../../src/mysql/server.ts';

const server = (entries: Readonly<Record<string, string>>) => serverOf(new Map(Object.entries(entries)));

test('each server is known by its own variables, whatever its version text says', () => {
  expect(server({ version: '9.7.4-2', server_uuid: 'u' })).toMatchObject({
    kind: 'mysql',
    version: [9, 7, 4],
    id: 'u',
  });
  expect(server({ version: '8.0.33', server_uuid: 'u', server_id: '1' })).toMatchObject({ kind: 'mysql', id: 'u' });
  const odd = { version: '5.5.5-10.6.12-hosted', gtid_domain_id: '0', server_id: '7' };
  expect(server(odd)).toMatchObject({ kind: 'mariadb', id: '7', hasGtidSets: false });
});

test('statement names follow the version that renamed them', () => {
  expect(server({ version: '8.0.33' }).binlogStatusStatement).toBe('SHOW MASTER STATUS');
  expect(server({ version: '8.4.0' }).binlogStatusStatement).toBe('SHOW BINARY LOG STATUS');
  expect(server({ version: '8.0.21' }).replicasStatement).toBe('SHOW SLAVE HOSTS');
  expect(server({ version: '8.0.22' }).replicasStatement).toBe('SHOW REPLICAS');
});

test('foreign key actions are in the binlog from MySQL 9.6 on, and never on MariaDB', () => {
  expect(server({ version: '9.5.0' }).isCascadeLogged).toBe(false);
  expect(server({ version: '9.6.0' }).isCascadeLogged).toBe(true);
  expect(server({ version: '11.8.3-MariaDB', gtid_domain_id: '0' }).isCascadeLogged).toBe(false);
});

test('generated columns are in the images of UPDATE and DELETE but for MariaDB from 11.8 on', () => {
  expect(server({ version: '9.7.4' }).isGeneratedLogged).toBe(true);
  expect(server({ version: '10.11.19-MariaDB', gtid_domain_id: '0' }).isGeneratedLogged).toBe(true);
  expect(server({ version: '11.8.9-MariaDB', gtid_domain_id: '0' }).isGeneratedLogged).toBe(false);
});

test('versions compare by number, not by text', () => {
  expect(isAtLeast([10, 6, 0], [9, 6, 0])).toBe(true);
  expect(isAtLeast([8, 0, 9], [8, 0, 22])).toBe(false);
  expect(isAtLeast([8, 2, 0], [8, 2, 0])).toBe(true);
});
