import { damageContract } from './damage-contract.ts';

damageContract('mysql');
