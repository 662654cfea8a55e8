import { describe } from 'vitest';
import { unseenContract } from './unseen-contract.ts';

describe('stored programs that the account may not see in MariaDB', () =>
  unseenContract('mariadb', 'SELECT ON mysql.proc'));
