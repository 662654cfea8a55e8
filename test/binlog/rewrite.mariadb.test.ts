import { afterAll, describe } from 'vitest';
import { startServer } from '../../src/servers/server.ts';
import { rewriteContract } from './rewrite-contract.ts';

const server = await startServer('mariadb');
afterAll(() => server.stop());

describe('DDL of MariaDB that moves values without events', () => rewriteContract(server));
