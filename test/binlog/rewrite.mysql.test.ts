import { afterAll, describe } from 'vitest';
import { startServer } from '../../src/servers/server.ts';
import { rewriteContract } from './rewrite-contract.ts';

const server = await startServer('mysql');
afterAll(() => server.stop());

describe('DDL of MySQL that moves values without events', () => rewriteContract(server));
