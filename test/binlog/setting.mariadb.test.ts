import { settingContract } from './setting-contract.ts';

settingContract('mariadb');
