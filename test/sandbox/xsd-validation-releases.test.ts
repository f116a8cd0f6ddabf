/** Every answer the protocol tests of this process saw, against the schema it was asked in. Its name makes it run late. */
import { expect } from 'chai';
import { ALL_RELEASES, SEEN_BY_RELEASE } from './released-server.ts';
import { asSchemaHasIt, needSchemas, schemaErrors } from './schema-check.ts';

describe('sandbox answers in all schemas', function () {
  this.timeout(60_000);

  for (const release of ALL_RELEASES) {
    it(`validate against that of ${release}`, async function () {
      needSchemas(this);
      const seen = SEEN_BY_RELEASE.get(release) ?? [];
      const bodies = seen.map(({ name, body }) => ({ name, body: asSchemaHasIt(body) }));
      expect((await schemaErrors(release, bodies)).slice(0, 10)).to.deep.equal([]);
    });
  }
});
