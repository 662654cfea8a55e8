import { schemaActionsContract } from './schema-actions.ts';

schemaActionsContract('mysql');
