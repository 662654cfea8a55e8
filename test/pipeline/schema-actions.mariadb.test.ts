import { schemaActionsContract } from './schema-actions.ts';

schemaActionsContract('mariadb');
