import { after, before, describe } from 'node:test';
import { openStore } from './open-store.ts';
import { type PostgresCluster, startCluster, withoutPostgres } from './postgres-cluster.test.helper.ts';
import { storeCases } from './store-cases.test.helper.ts';

describe('a store in PostgreSQL', { skip: withoutPostgres() }, () => {
  let cluster: PostgresCluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster.stop());
  storeCases(async () => openStore(await cluster.newDatabase()));
});
