import { expect } from 'chai';
import { serverRelease } from '../../src/ews/server-release.ts';

describe('server release', () => {
  /** Versions as real servers name them. */
  const seen: [string, string, string | null][] = [
    ['8.0.685.25', 'Exchange 2007', null],
    ['8.1.436.0', 'Exchange 2007 SP1', 'Exchange2007_SP1'],
    ['8.3.83.6', 'Exchange 2007 SP3', 'Exchange2007_SP1'],
    ['14.0.639.21', 'Exchange 2010', null],
    ['14.1.218.15', 'Exchange 2010 SP1', 'Exchange2010_SP1'],
    ['14.3.248.2', 'Exchange 2010 SP3', 'Exchange2010_SP2'],
    ['15.0.516.32', 'Exchange 2013', 'Exchange2010_SP2'],
    ['15.0.847.32', 'Exchange 2013 SP1', 'Exchange2013_SP1'],
    ['15.0.1497.2', 'Exchange 2013 SP1', 'Exchange2013_SP1'],
    ['15.1.2507.6', 'Exchange 2016', 'Exchange2013_SP1'],
    ['15.2.1748.10', 'Exchange 2019', 'Exchange2013_SP1'],
    ['15.2.2562.17', 'Exchange Server SE', 'Exchange2013_SP1'],
    ['15.20.3370.18', 'Exchange Online', 'Exchange2013_SP1'],
    ['6.5.7638.1', 'an older Exchange', null],
  ];
  for (const [text, name, schema] of seen) {
    it(`takes ${text} for ${name}${schema ? `, which speaks ${schema}` : ', which is too old'}`, () => {
      const [major = 0, minor = 0, build = 0, revision = 0] = text.split('.').map(Number);
      const release = serverRelease({ major, minor, build, revision });
      expect(release).to.include({ name, schema });
      expect(release.needs !== undefined).to.equal(schema === null);
    });
  }
});
