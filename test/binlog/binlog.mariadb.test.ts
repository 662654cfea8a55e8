import { afterAll, describe } from 'vitest';
import { startServer } from '../../src/servers/server.ts';
import { damageContract } from './damage-contract.ts';
import { domainContract } from './domain-contract.ts';
import { faultContract } from './fault-contract.ts';
import { readContract } from './read-contract.ts';
import { settingContract } from './setting-contract.ts';

// A private server: prepared XA transactions and global settings would get in the way of others.
const server = await startServer('mariadb', { fresh: true, durable: false });
afterAll(() => server.stop());

describe('the binlog of MariaDB', () => readContract(server));
describe('a failing link or source', () => faultContract(server));
describe('damaged events', () => damageContract(server));
describe('replication domains', () => domainContract(server));
describe('settings and history', () => settingContract(server));
