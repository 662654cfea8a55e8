import { switchFaults } from '../cutover/switch-fault.ts';

switchFaults('mariadb');
