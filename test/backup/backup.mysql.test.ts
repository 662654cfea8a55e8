import { backupContract } from './backup-contract.ts';

backupContract('mysql');
