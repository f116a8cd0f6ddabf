import { expect } from 'chai';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { post } from './ews-client.ts';

const OUTLOOK = 'http://schemas.microsoft.com/exchange/autodiscover/outlook';
const pox = (address: string, schema = `${OUTLOOK}/responseschema/2006a`): string =>
  `<Autodiscover xmlns="${OUTLOOK}/requestschema/2006"><Request><EMailAddress>${address}</EMailAddress>` +
  `<AcceptableResponseSchema>${schema}</AcceptableResponseSchema></Request></Autodiscover>`;
const soap = (addresses: readonly string[], settings: readonly string[]): string =>
  '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://schemas.microsoft.com/exchange/2010/Autodiscover">' +
  '<soap:Body><a:GetUserSettingsRequestMessage><a:Request><a:Users>' +
  addresses.map((one) => `<a:User><a:Mailbox>${one}</a:Mailbox></a:User>`).join('') +
  `</a:Users><a:RequestedSettings>${settings.map((one) => `<a:Setting>${one}</a:Setting>`).join('')}</a:RequestedSettings>` +
  '</a:Request></a:GetUserSettingsRequestMessage></soap:Body></soap:Envelope>';

describe('sandbox Autodiscover', () => {
  let server: Sandbox;
  afterEach(() => server.close());
  const poxUrl = (): string => server.url.replace('/EWS/Exchange.asmx', '/autodiscover/autodiscover.xml');
  const soapUrl = (): string => server.url.replace('/EWS/Exchange.asmx', '/Autodiscover/Autodiscover.svc');

  it('tells the address of Exchange Web Services as plain XML', async () => {
    server = await startExchange();
    const { status, body, headers } = await post(poxUrl(), pox('Alice@example.test'));
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('text/xml; charset=utf-8');
    expect(body)
      .to.include(`<Response xmlns="${OUTLOOK}/responseschema/2006a">`)
      .and.include('<Action>settings</Action>');
    expect(body).to.include(`<Type>EXCH</Type>`).and.include(`<EwsUrl>${server.url}</EwsUrl>`);
  });

  const refusals: [string, string, number][] = [
    ['an address nobody has', pox('nobody@example.test'), 500],
    ['no address', '<Autodiscover xmlns="x"/>', 600],
    ['text that is no XML', 'hello', 600],
    ['an unknown response schema', pox('alice@example.test', 'urn:other'), 601],
  ];
  for (const [what, source, code] of refusals) {
    it(`answers ${what} with error ${code} inside HTTP 200`, async () => {
      server = await startExchange();
      const answer = await post(poxUrl(), source);
      expect(answer.status).to.equal(200);
      expect(answer.body).to.include(`<ErrorCode>${code}</ErrorCode>`);
    });
  }

  it('asks for credentials', async () => {
    server = await startExchange();
    expect((await post(poxUrl(), pox('alice@example.test'), 'alice', 'wrong')).status).to.equal(401);
    expect((await post(soapUrl(), soap(['alice@example.test'], []), 'alice', 'wrong')).status).to.equal(401);
  });

  it('answers GetUserSettings with what it has and an error for what it has not', async () => {
    server = await startExchange({ release: 'Exchange2010_SP2' });
    const { status, body } = await post(
      soapUrl(),
      soap(
        ['alice@example.test', 'nobody@example.test'],
        ['ExternalEwsUrl', 'EwsSupportedSchemas', 'MobileMailboxPolicy'],
      ),
    );
    expect(status).to.equal(200);
    expect(body).to.include(`<Name>ExternalEwsUrl</Name><Value>${server.url}</Value>`);
    expect(body).to.include(
      '<Value>Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1, Exchange2010_SP2</Value>',
    );
    expect(body)
      .to.include('<ErrorCode>SettingIsNotAvailable</ErrorCode>')
      .and.include('<SettingName>MobileMailboxPolicy</SettingName>');
    expect(body).to.include('<UserResponse><ErrorCode>InvalidUser</ErrorCode>');
    expect(body).to.include('<h:MajorVersion>14</h:MajorVersion>');
  });

  it('has no SOAP form in Exchange 2007', async () => {
    server = await startExchange({ release: 'Exchange2007_SP1' });
    expect((await post(soapUrl(), soap(['alice@example.test'], []))).status).to.equal(404);
    expect((await post(poxUrl(), pox('alice@example.test'))).body).to.include('<EwsUrl>');
  });

  it('redirects over HTTP, to another URL, or to another address', async () => {
    server = await startExchange({ autodiscover: { httpRedirect: 'https://other.example.test/x.xml' } });
    const moved = await post(poxUrl(), pox('alice@example.test'));
    expect([moved.status, moved.headers['location']]).to.deep.equal([
      302,
      'https://other.example.test/x.xml',
    ]);
    await server.close();
    server = await startExchange({ autodiscover: { redirectUrl: 'https://other.example.test/y.xml' } });
    expect((await post(poxUrl(), pox('alice@example.test'))).body).to.include(
      '<Action>redirectUrl</Action><RedirectUrl>https://other.example.test/y.xml</RedirectUrl>',
    );
    await server.close();
    server = await startExchange({
      autodiscover: { redirectAddress: { from: 'alice@example.test', to: 'alice@cloud.example.test' } },
    });
    expect((await post(poxUrl(), pox('alice@example.test'))).body).to.include(
      '<RedirectAddr>alice@cloud.example.test</RedirectAddr>',
    );
    expect((await post(soapUrl(), soap(['alice@example.test'], ['ExternalEwsUrl']))).body).to.include(
      '<ErrorCode>RedirectAddress</ErrorCode>',
    );
    expect((await post(poxUrl(), pox('bob@example.test'))).body).to.include('<Action>settings</Action>');
  });

  it('names the new server of a mailbox that was moved', async () => {
    server = await startExchange();
    server.moveMailbox('alice@example.test', {
      phase: 'moved',
      ewsUrl: 'https://new.example.test/EWS/Exchange.asmx',
    });
    expect((await post(poxUrl(), pox('alice@example.test'))).body).to.include(
      '<EwsUrl>https://new.example.test/EWS/Exchange.asmx</EwsUrl>',
    );
    expect((await post(poxUrl(), pox('bob@example.test'))).body).to.include(`<EwsUrl>${server.url}</EwsUrl>`);
  });
});
