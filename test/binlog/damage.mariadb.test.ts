import { damageContract } from './damage-contract.ts';

damageContract('mariadb');
